"""Why something about shown work is refused."""

from ctorendang.infra.errors import AppError


class PortfolioFull(AppError):
    """There is as much as there may be."""

    code = "portfolio_full"
    status = 409
