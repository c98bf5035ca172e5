"""Why something about searching is refused."""

from ctorendang.infra.errors import AppError


class TooManySavedSearches(AppError):
    """One person keeps enough of them."""

    code = "too_many_saved_searches"
    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} saved searches. Remove one first.")


class SearchTooBroadForAlerts(AppError):
    """An alert for nearly everybody would say nothing."""

    code = "search_too_broad_for_alerts"
    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(f"This finds more than {most} people. Add a filter, or save it without alerts.")
