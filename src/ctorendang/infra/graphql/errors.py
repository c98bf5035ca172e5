"""Why an operation is not run."""

from ctorendang.infra.errors import AppError


class DocumentRefused(AppError):
    """The document cannot be run at all."""

    code = "document_refused"
    status = 400


class OperationTooLarge(AppError):
    """The operation asks for more than one request may."""

    code = "operation_too_large"
    status = 400
