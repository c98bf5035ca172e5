"""Changing one's address in GraphQL."""

import strawberry

from ctorendang.domains.accounts.email.service import EmailChange
from ctorendang.domains.accounts.graphql import Done, DoneResult
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info


@strawberry.input
class ChangeEmailInput:
    """The address to come."""

    email: str


@strawberry.input
class ConfirmEmailChangeInput:
    """The secret from the mail."""

    token: str


@strawberry.type
class EmailMutations:
    """Roots about one's address."""

    @mutation
    async def change_email(self, info: Info, input: ChangeEmailInput) -> DoneResult:
        """Have a link sent to a new address. Asks for a sign-in of the last ten minutes."""
        await EmailChange(info.context.product, info.context.actor).request(input.email)
        return Done(message="A mail is on its way to the new address. Nothing changes before you open its link.")

    @mutation
    async def confirm_email_change(
        self,
        info: Info,
        input: ConfirmEmailChangeInput,
    ) -> DoneResult:
        """Use the new address that one has asked for, with the secret from the mail; other sessions end."""
        await EmailChange(info.context.product, info.context.actor).confirm(input.token)
        return Done(message="Your address is changed. Other devices are signed out.")
