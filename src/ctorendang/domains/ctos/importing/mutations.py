"""Bringing profiles in by GraphQL."""

from typing import Annotated

import strawberry

from ctorendang.domains.ctos.importing.errors import RowsNotAccepted
from ctorendang.domains.ctos.importing.reading import read_counted
from ctorendang.domains.ctos.importing.service import ImportOutcome, ImportService, ImportStatus
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.infra.errors import InvalidInput as InvalidInputError
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal

MOST_BYTES = 500_000
"""In UTF-8; larger files come in with the page or the command."""

strawberry.enum(ImportStatus, description="Where new profiles stand that come in from a file.")


@strawberry.input
class ImportCtosInput:
    """A file, and what to do with it."""

    content: str = strawberry.field(description="The text of the file, JSON Lines or CSV, of at most 500 kB.")
    status: ImportStatus = ImportStatus.LISTED
    check_only: bool = strawberry.field(default=False, description="Say what would happen, and do nothing.")


@strawberry.type(description="What an import has done, or would do.")
class CtoImport:
    """Counts."""

    added: int
    updated: int
    kept: bool = strawberry.field(description="False where it was only checked.")

    @classmethod
    def of(cls, outcome: ImportOutcome, *, kept: bool) -> "CtoImport":
        """From what the service did."""
        return cls(added=outcome.added, updated=outcome.updated, kept=kept)


@strawberry.type(description="What is wrong with one cell of a file.")
class CtoImportProblem:
    """Where, and why."""

    line: int = strawberry.field(description="Of the file, from 1, where the row begins.")
    column: str
    message: str


@strawberry.type(description="Some rows are not good, so none was taken.")
class CtoImportProblems:
    """The first 200 of them."""

    message: str
    total: int = strawberry.field(description="How many there are.")
    problems: list[CtoImportProblem] = strawberry.field(description="In the order of the file.")

    @classmethod
    def of(cls, error: RowsNotAccepted) -> "CtoImportProblems":
        """From what the service refused."""
        problems = [
            CtoImportProblem(line=each.line, column=each.column, message=each.message) for each in error.problems
        ]
        return cls(message=error.detail, total=error.total, problems=problems)


ImportCtosResult = Annotated[
    CtoImport | CtoImportProblems | Refusal | InvalidInput, strawberry.union("ImportCtosResult")
]


@strawberry.type
class ImportMutations:
    """Roots that bring profiles in."""

    @mutation
    async def import_ctos(self, info: Info, input: ImportCtosInput) -> ImportCtosResult:
        """Add or update a profile for each row of a file, all rows or none; for administrators."""
        context, currency = info.context, info.context.tenant.currency
        context.product.grants.require(context.actor, CtoPermission.IMPORT)
        content = input.content.encode("utf-8", "surrogatepass")
        if len(content) > MOST_BYTES:
            raise InvalidInputError(
                {"content": f"Use a file of at most {MOST_BYTES // 1_000} kB, or the page for more."}
            )
        file = await read_counted(context.product, context.actor, content, currency)
        keep = not input.check_only
        try:
            outcome = await context.use(lambda work: ImportService(work).run(file, currency, input.status, keep=keep))
        except RowsNotAccepted as error:
            context.refuse()
            return CtoImportProblems.of(error)
        return CtoImport.of(outcome, kept=keep)
