"""Keys that programs present for people: made once, shown once, and never worth more than their owner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, update

from ctorendang.domains.accounts.access import is_bound, policy_of
from ctorendang.domains.accounts.errors import KeysNotAccepted, TooManyKeys
from ctorendang.domains.accounts.keys.models import ApiKey
from ctorendang.domains.accounts.keys.scopes import Scope, offered_to
from ctorendang.domains.accounts.models import AccessPolicy, User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.bearer import KEY_MARK
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.authz.authorize import Grants
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash
from ctorendang.kit.ids import uuid7

BAD_KEYS = Limit("bad-key-address", attempts=30, seconds=600)

METHOD = "key"
LONGEST_DAYS = 365
MOST_KEYS = 20
_SHOWN = len(KEY_MARK) + 6
_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a person tells to make a key.

    Attributes:
        days: how long it is good for.
    """

    name: str
    scopes: Sequence[str]
    days: int | None

    def check(self, fields: Fields, roles: frozenset[str]) -> "NewKey":
        """The same, normalised; problems are noted in ``fields``."""
        scopes = fields.choices("scopes", self.scopes, offered_to(roles), most=len(Scope))
        if not scopes:
            fields.refuse("scopes", "Choose at least one thing that the key may do.")
        return NewKey(
            fields.text("name", self.name, most=80),
            scopes,
            fields.number("expiresInDays", self.days, least=1, most=LONGEST_DAYS),
        )


class KeyService:
    """One's own keys, and everybody's for administrators."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id

    async def own(self) -> list[ApiKey]:
        """One's keys that were not revoked, the newest first.

        Raises:
            SignInRequired: this is a visitor.
            Forbidden: the request came with a key itself.
        """
        self._work.require(AccountPermission.MANAGE_OWN_KEYS)
        return await self._living(self._work.actor.person)

    async def create(self, wanted: NewKey) -> tuple[str, ApiKey]:
        """A new key, and what was kept of it; the key itself is not seen again.

        Raises:
            SignInRequired: this is a visitor.
            Forbidden: the request came with a key itself.
            StepUpRequired: the person signed in too long ago.
            InvalidInput: a field is not good, or a scope is beyond the person's roles.
            KeysNotAccepted: the person comes through an identity provider, which a key would go around.
            TooManyKeys: there are enough.
        """
        self._work.require(AccountPermission.MANAGE_OWN_KEYS)
        require_recent(self._work.actor)
        fields = Fields()
        wanted = wanted.check(fields, self._work.actor.roles)
        fields.done()
        user = await UserRepository(session=self._work.session).get_locked(self._tenant_id, self._work.actor.person)
        if is_bound(await policy_of(self._work), user.email, break_glass=user.break_glass):
            raise KeysNotAccepted
        if len(await self._living(user.id)) >= MOST_KEYS:
            raise TooManyKeys
        secret = KEY_MARK + random_token()
        key = ApiKey(
            tenant_id=self._tenant_id,
            id=uuid7(),
            user_id=user.id,
            name=wanted.name,
            prefix=secret[:_SHOWN],
            token_hash=token_hash(secret),
            scopes=list(wanted.scopes),
            created_at=now(),
            expires_at=now() + timedelta(days=wanted.days or 0),
        )
        self._work.session.add(key)
        await self._work.session.flush()
        details = {"prefix": key.prefix, "scopes": key.scopes, "days": wanted.days}
        record(self._work, "accounts.key.created", Subject("key", key.id), details)
        return secret, key

    async def revoke(self, key_id: UUID) -> ApiKey:
        """End a key at once: one's own, or as an administrator anybody's.

        Raises:
            SignInRequired: this is a visitor.
            Forbidden: the request came with a key itself.
            NotFound: there is no such living key, or it is somebody else's.
        """
        self._work.require(AccountPermission.MANAGE_OWN_KEYS)
        key = await self._work.session.get(ApiKey, (self._tenant_id, key_id), with_for_update=True)
        theirs = key is not None and (
            key.user_id == self._work.actor.person or self._work.allows(AccountPermission.MANAGE_KEYS)
        )
        if key is None or not theirs or key.ended_at is not None:
            raise NotFound("There is no such key here.")
        key.ended_at = now()
        details = {"prefix": key.prefix, "owner": str(key.user_id)}
        record(self._work, "accounts.key.revoked", Subject("key", key.id), details)
        return key

    async def page(self, request: PageRequest) -> Page[ApiKey]:
        """Everybody's keys that were not revoked, the newest first.

        Raises:
            Forbidden: the actor administers nobody.
            InvalidInput: the page makes no sense.
        """
        self._work.require(AccountPermission.MANAGE_KEYS)
        keys = [Key(ApiKey.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, self._all(), keys, request)

    async def count(self) -> int:
        """How many keys people have.

        Raises:
            Forbidden: the actor administers nobody.
        """
        self._work.require(AccountPermission.MANAGE_KEYS)
        return (await self._work.session.scalar(select(func.count()).select_from(self._all().subquery()))) or 0

    def _all(self) -> Select[ApiKey]:
        return select(ApiKey).where(ApiKey.tenant_id == self._tenant_id, ApiKey.ended_at.is_(None))

    async def _living(self, user_id: UUID) -> list[ApiKey]:
        statement = self._all().where(ApiKey.user_id == user_id).order_by(ApiKey.id.desc())
        return list(await self._work.session.scalars(statement))


async def owner_of(product: Product, visitor: Actor, token: str) -> Actor | None:
    """Whom a key stands for on this tenant, None for nobody: its owner as they are now, and less.

    Raises:
        TooManyAttempts: too many keys from this network address were not good.
    """
    authenticator = visitor.as_service(AUTHENTICATOR)
    async with product.units.begin(authenticator) as work:
        found = (await work.session.execute(_good_key(work.tenant_id, token))).one_or_none()
        if found is not None and not _is_refused(found[1], found[2]):
            key, user, _ = found
            await _touch(work, key)
            person = visitor.as_person(user.id, user.name, user.roles)
            return replace(person, method=METHOD, scopes=_permissions(product.grants, key.scopes))
    await product.limiter.count(BAD_KEYS, str(visitor.tenant_id), visitor.address)
    return None


def _is_refused(user: User, policy: AccessPolicy | None) -> bool:
    """Whether single sign-on has been enforced since the key was made."""
    return policy is not None and is_bound(policy, user.email, break_glass=user.break_glass)


def _good_key(tenant_id: UUID, token: str) -> Select[ApiKey, User, AccessPolicy | None]:
    return (
        select(ApiKey, User, AccessPolicy)
        .join(User, (User.tenant_id == ApiKey.tenant_id) & (User.id == ApiKey.user_id))
        .outerjoin(AccessPolicy, AccessPolicy.tenant_id == ApiKey.tenant_id)
        .where(
            ApiKey.tenant_id == tenant_id,
            ApiKey.token_hash == token_hash(token),
            ApiKey.ended_at.is_(None),
            ApiKey.expires_at > func.now(),
            User.status == MemberStatus.ACTIVE,
        )
    )


async def _touch(work: UnitOfWork, key: ApiKey) -> None:
    """Note that a key was used, to the minute."""
    if key.last_used_at is not None and now() - key.last_used_at <= _TOUCH_AFTER:
        return
    statement = update(ApiKey).where(ApiKey.tenant_id == key.tenant_id, ApiKey.id == key.id)
    await work.session.execute(statement.values(last_used_at=func.now()).execution_options(synchronize_session=False))


def _permissions(grants: Grants, scopes: Sequence[str]) -> frozenset[str]:
    """What scopes allow by the policy of today; a scope that is gone allows nothing."""
    known = [Scope(name) for name in scopes if name in set(Scope)]
    return frozenset[str]().union(*(grants.of(scope.role) for scope in known))
