"""Sessions: opening one for somebody proven, keeping it, and telling who a credential stands for.

Nobody is signed in here yet, so each step has a unit of work of its own: as the ``authenticator``, or as the person
whose session is being opened.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ctorendang.domains.accounts.access import is_bound, policy_of, refuse_local_sign_in
from ctorendang.domains.accounts.errors import CredentialsNotAccepted, TokenNotAccepted
from ctorendang.domains.accounts.factors.service import require_second_factor
from ctorendang.domains.accounts.models import AccessPolicy, RefreshToken, Session, User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.accounts.tokens import (
    ACCESS_LIFETIME,
    REFRESH_LIFETIME,
    REPEAT_GRACE,
    TokenPair,
    pair_for,
    successor_of,
)
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash
from ctorendang.kit.ids import uuid7

AlsoOpened = Callable[[UnitOfWork, UUID], Awaitable[None]]

LONGEST_LIFETIME = timedelta(days=90)
"""What no policy goes beyond; a browser may keep its cookie so long, and the server says when it is worthless."""

_UNSAID = timedelta(days=1)
_TOUCH_AFTER = timedelta(minutes=1)
_LONGEST_USER_AGENT = 300


class Sessions:
    """Opens, renews and finds sessions for a visitor of one tenant."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._tenant_id = visitor.tenant_id
        self._authenticator = visitor.as_service(AUTHENTICATOR)

    async def open_for_browser(self, person: Proven, user_agent: str, also: AlsoOpened | None = None) -> str:
        """The secret for the browser's cookie, always a new one.

        Args:
            person: who it is.
            user_agent: what the browser calls itself.
            also: what belongs to the same transaction, done as the person; gets the session's id.

        Raises:
            CredentialsNotAccepted: the password was changed, or the person suspended, since it was checked.
            SingleSignOnRequired: the person must come by another way: a provider that speaks for them.
            SecondFactorRequired: the person must show a second factor too.
            SecondFactorEnrolmentRequired: the person must set up a second factor first.
        """
        self._product.grants.require(person.actor, AccountPermission.OPEN_SESSION)
        token = random_token()
        await self._open(person, "browser", token, user_agent, also=also)
        return token

    async def open_for_program(self, person: Proven, user_agent: str) -> TokenPair:
        """The first access and refresh token of a program.

        Raises:
            CredentialsNotAccepted: the password was changed, or the person suspended, since it was checked.
            SecondFactorRequired: the person must show a second factor too.
            SecondFactorEnrolmentRequired: the person must set up a second factor first.
        """
        self._product.grants.require(person.actor, AccountPermission.OPEN_SESSION)
        pair = pair_for(self._product.settings.secret_key, random_token())
        await self._open(person, "program", pair.access_token, user_agent, pair.refresh_token)
        return pair

    async def _open(
        self,
        proven: Proven,
        kind: str,
        token: str,
        user_agent: str,
        refresh_token: str | None = None,
        also: AlsoOpened | None = None,
    ) -> None:
        person = proven.actor
        async with self._product.units.begin(person) as work:
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, person.person)
            policy = await policy_of(work)
            await self._require_still_good(work, proven, user, policy)
            lifetime = timedelta(hours=policy.absolute_hours) if kind == "browser" else ACCESS_LIFETIME
            session = Session(
                tenant_id=self._tenant_id,
                id=uuid7(),
                user_id=person.person,
                kind=kind,
                method=proven.method,
                strong=proven.strong,
                second_factor=proven.second,
                authenticated_at=_authenticated_at(proven),
                token_hash=token_hash(token),
                address=person.address or None,
                user_agent="".join(filter(str.isprintable, user_agent))[:_LONGEST_USER_AGENT],
                expires_at=now() + lifetime,
            )
            work.session.add(session)
            await work.session.flush()
            if refresh_token is not None:
                work.session.add(self._refresh_token(session, refresh_token))
            else:
                await self._make_room(work, session, policy)
            user.last_sign_in_at = now()
            _record_opened(work, session)
            if also is not None:
                await also(work, session.id)

    async def _make_room(self, work: UnitOfWork, session: Session, policy: AccessPolicy) -> None:
        """End the person's oldest browser sessions where there are now more than the policy allows."""
        if policy.concurrent_sessions is not None:
            sessions = SessionRepository(work.session)
            most, opened = policy.concurrent_sessions, session.id
            for ended in await sessions.end_beyond(self._tenant_id, most, user_id=session.user_id, keep=opened):
                record(work, "accounts.session.ended", Subject("session", ended), {"reason": "too many sessions"})

    async def _require_still_good(self, work: UnitOfWork, proven: Proven, user: User, policy: AccessPolicy) -> None:
        """What was shown must still hold now that the person is locked: between the two, things may have changed."""
        if user.status != MemberStatus.ACTIVE:
            raise CredentialsNotAccepted
        if proven.method == Method.PASSWORD:
            still = await UserRepository(session=work.session).find_password_hash(self._tenant_id, user.id)
            if still is None or still != proven.password_hash:
                raise CredentialsNotAccepted
        refuse_other_ways(proven, policy, user)
        # An identity provider answers for its own second factor; everybody else shows theirs here.
        if proven.method != Method.SSO and not proven.strong:
            await require_second_factor(work, policy, user)

    def _refresh_token(self, session: Session, token: str) -> RefreshToken:
        return RefreshToken(
            tenant_id=self._tenant_id,
            session_id=session.id,
            user_id=session.user_id,
            token_hash=token_hash(token),
            expires_at=now() + REFRESH_LIFETIME,
        )

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for the next pair.

        A token that comes back after it was used means that two hold it: the whole family ends. Within a few seconds of
        its use, and while nobody has used the successor, it is taken for a lost answer and gets the same pair again.

        Raises:
            TokenNotAccepted: unknown, expired, ended, or used before.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        async with self._product.units.begin(self._authenticator) as work:
            pair = await self._redeem(work, refresh_token)
        if pair is None:
            raise TokenNotAccepted
        return pair

    async def _redeem(self, work: UnitOfWork, refresh_token: str) -> TokenPair | None:
        sessions = SessionRepository(work.session)
        found = await sessions.lock_refresh_token(self._tenant_id, token_hash(refresh_token))
        if found is None:
            return None
        token, session, user = found
        if session.ended_at is not None or token.expires_at <= now() or user.status != MemberStatus.ACTIVE:
            return None
        if not await self._may_go_on(work, session, user):
            return None
        pair = successor_of(self._product.settings.secret_key, refresh_token)
        if token.used_at is None:
            token.used_at = now()
            session.token_hash = token_hash(pair.access_token)
            session.expires_at = now() + ACCESS_LIFETIME
            session.last_seen_at = now()
            work.session.add(self._refresh_token(session, pair.refresh_token))
            record(work, "accounts.session.refreshed", Subject("session", session.id))
            return pair
        repeated = now() - token.used_at <= REPEAT_GRACE
        if repeated and not await sessions.was_used(self._tenant_id, token_hash(pair.refresh_token)):
            return pair
        session.ended_at = now()
        record(work, "accounts.session.ended", Subject("session", session.id), {"reason": "refresh token reused"})
        return None

    async def _may_go_on(self, work: UnitOfWork, session: Session, user: User) -> bool:
        """Whether the tenant's policy lets a program's family live on."""
        policy = await policy_of(work)
        if session.created_at + timedelta(hours=policy.absolute_hours) <= now():
            return False
        return session.method == Method.SSO or not is_bound(policy, user.email, break_glass=user.break_glass)

    async def identify(self, kind: str, token: str) -> Actor | None:
        """Whom a browser's cookie or a program's access token stands for on this tenant, None for nobody."""
        async with self._product.units.begin(self._authenticator) as work:
            sessions = SessionRepository(work.session)
            found = await sessions.find_live(self._tenant_id, kind, token_hash(token))
            if found is None:
                return None
            session, user, policy = found
            # Ended when it was enforced; but an address may change since, or a session be opened at that very moment.
            bound = policy is not None and is_bound(policy, user.email, break_glass=user.break_glass)
            if bound and session.method != Method.SSO:
                return None
            if now() - session.last_seen_at > _TOUCH_AFTER:
                await sessions.touch(self._tenant_id, session.id)
        return replace(
            self._visitor.as_person(user.id, user.name, user.roles),
            session_id=session.id,
            method=session.method,
            strong=session.strong,
            authenticated_at=session.authenticated_at,
        )


def _authenticated_at(proven: Proven) -> datetime:
    """When somebody last showed who they are.

    A provider may sign somebody on without asking them anything: then it is the moment that it names, and where it
    names none, one that counts as recent for nothing.
    """
    if proven.method != Method.SSO:
        return now()
    return min(now(), proven.authenticated_at) if proven.authenticated_at else now() - _UNSAID


def _record_opened(work: UnitOfWork, session: Session) -> None:
    besides = {"second_factor": session.second_factor} if session.second_factor else {}
    details = {"kind": session.kind, "method": session.method, **besides}
    record(work, "accounts.session.opened", Subject("session", session.id), details)


def refuse_other_ways(proven: Proven, policy: AccessPolicy, user: User) -> None:
    """Let pass who comes the way that the policy has people like them come.

    Those who are bound to single sign-on come by the enforced provider, or by one that speaks for the domain of their
    address; not by any that happens to be connected.

    Raises:
        SingleSignOnRequired: this is another way.
    """
    enforced = proven.connection_id is not None and proven.connection_id == policy.sso_connection_id
    if not (proven.method == Method.SSO and (enforced or proven.vouches)):
        refuse_local_sign_in(policy, user.email, break_glass=user.break_glass)
