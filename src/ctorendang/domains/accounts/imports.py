"""Accounts for people whom an administrator brings in by the thousand.

They get no password: with "Forgot password?" each sets one, which confirms the address, or signs in through the
organisation's provider.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import any_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.expression import bindparam
from sqlalchemy.types import Text

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.ids import uuid7


class AccountImportService:
    """Finds and opens accounts, many at once."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id

    async def find(self, emails: Sequence[str]) -> dict[str, User]:
        """The people who have these addresses, who stay as they are until the transaction ends.

        Raises:
            Forbidden: the actor imports nobody.
        """
        self._work.require(AccountPermission.IMPORT)
        wanted = bindparam("emails", list(emails), ARRAY(Text()))
        statement = select(User).where(User.tenant_id == self._tenant_id, User.email == any_(wanted))
        # In one order, so that two imports at once wait for each other instead of in a circle; and not so tightly that
        # whoever writes rows about these people would have to wait.
        locked = statement.order_by(User.id).with_for_update(key_share=True).execution_options(populate_existing=True)
        return {user.email: user for user in await self._work.session.scalars(locked)}

    async def open(self, names: Mapping[str, str]) -> dict[str, UUID]:
        """Open accounts of CTOs; those whose address has been taken meanwhile are left out.

        Args:
            names: what people are called, by address.

        Raises:
            Forbidden: the actor imports nobody.
        """
        self._work.require(AccountPermission.IMPORT)
        rows = [
            {"tenant_id": self._tenant_id, "id": uuid7(), "email": email, "name": name, "roles": [Role.CTO.value]}
            for email, name in names.items()
        ]
        if not rows:
            return {}
        statement = insert(User).on_conflict_do_nothing(index_elements=["tenant_id", "email"])
        opened = (await self._work.session.execute(statement.returning(User.email, User.id), rows)).all()
        for row in opened:
            record(self._work, "accounts.account.imported", Subject("user", row.id))
        return {row.email: row.id for row in opened}

    def rename(self, user: User, name: str) -> None:
        """Call somebody otherwise who has never been here; whoever has, or is kept by a directory, keeps their name.

        Raises:
            Forbidden: the actor imports nobody.
        """
        self._work.require(AccountPermission.IMPORT)
        if user.name != name and user.last_sign_in_at is None and not user.managed:
            user.name = name
            record(self._work, "accounts.account.renamed", Subject("user", user.id))
