"""Why a file of profiles is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from ctorendang.infra.errors import AppError


@dataclass(frozen=True, slots=True, order=True)
class RowProblem:
    """What is wrong with one cell.

    Attributes:
        line: of the file, from 1, where the row begins.
    """

    line: int
    column: str
    message: str


class FileNotUnderstood(AppError):
    """It cannot be read as rows at all."""

    code = "file_not_understood"
    status = 422


class RowsNotAccepted(AppError):
    """Some rows are not good, so none is taken.

    Attributes:
        problems: the first of them, in the order of the file.
        total: how many there are.
    """

    code = "rows_not_accepted"
    status = 422

    def __init__(self, problems: Sequence[RowProblem], total: int) -> None:
        cells = "One cell needs" if total == 1 else f"{total:,} cells need"
        super().__init__(f"{cells} another look. Nothing was imported.")
        self.problems = problems
        self.total = total


class PeopleJoinedMeanwhile(AppError):
    """Somebody signed up with an address of the file while it was imported."""

    code = "people_joined_meanwhile"
    status = 409

    def __init__(self) -> None:
        super().__init__("Somebody of this file signed up at this very moment. Nothing was imported; import it again.")
