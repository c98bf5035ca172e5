"""Codes that are shown as a second factor: taken once each, and tried only so often."""

from uuid import UUID

from ctorendang.domains.accounts.errors import CodeNotAccepted
from ctorendang.domains.accounts.factors.repository import FactorRepository
from ctorendang.domains.accounts.factors.totp import SEED, is_app_code, normalise, recovery_hash, step_of
from ctorendang.domains.accounts.proof import SecondFactor
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product
from ctorendang.infra.sealing import unseal
from ctorendang.infra.work import UnitOfWork

# Three codes of a million are good at any time: who has stolen a password and guesses all day still fails.
PER_ACCOUNT = Limit("second-factor-account", attempts=10, seconds=600)
PER_ACCOUNT_A_DAY = Limit("second-factor-account-day", attempts=100, seconds=86_400)
PER_ADDRESS = Limit("second-factor-address", attempts=60, seconds=600)


async def count_attempt(product: Product, actor: Actor, user_id: UUID) -> None:
    """Count one attempt at a person's second factor.

    Raises:
        TooManyAttempts: for this account or from this address.
    """
    for limit, subject in _limits(actor, user_id):
        await product.limiter.count(limit, str(actor.tenant_id), subject)


async def forgive_attempt(product: Product, actor: Actor, user_id: UUID) -> None:
    """Take the attempt back: it was rightful."""
    for limit, subject in _limits(actor, user_id):
        await product.limiter.forgive(limit, str(actor.tenant_id), subject)


def _limits(actor: Actor, user_id: UUID) -> tuple[tuple[Limit, str], ...]:
    return (PER_ADDRESS, actor.address), (PER_ACCOUNT, str(user_id)), (PER_ACCOUNT_A_DAY, str(user_id))


async def accept_code(product: Product, actor: Actor, user_id: UUID, code: str) -> SecondFactor:
    """Take a code of a person's authenticator app, or one of their recovery codes; which of the two it was.

    Args:
        product: the product.
        actor: who asks: a visitor who has shown a password, or the person.
        user_id: whose factor it is.
        code: as typed.

    Raises:
        CodeNotAccepted: it is wrong, or was taken before.
        TooManyAttempts: for this account or from this address.
    """
    await count_attempt(product, actor, user_id)
    authenticator = actor.as_service(AUTHENTICATOR)
    async with product.units.begin(authenticator) as work:
        taken = await _take(work, user_id, normalise(code))
        if not taken:
            record(work, "accounts.second_factor.refused", Subject("user", user_id))
    if not taken:
        raise CodeNotAccepted(_what_to_do(normalise(code)))
    await forgive_attempt(product, actor, user_id)
    return SecondFactor.APP if is_app_code(normalise(code)) else SecondFactor.RECOVERY_CODE


def _what_to_do(code: str) -> str:
    """What somebody may have meant by a code that is not good; its shape alone decides."""
    if is_app_code(code):
        return "This code is not right, or was used before. Wait for the next one and try again."
    if code.isdigit():
        return "The code of an authenticator app has six digits. Look again, and type all of them."
    return (
        "This recovery code is not right, or was used before. Check it letter by letter, or use another one:"
        " each works once."
    )


async def _take(work: UnitOfWork, user_id: UUID, code: str) -> bool:
    factors = FactorRepository(work.session)
    if not is_app_code(code):
        used = await factors.use_recovery_code(work.tenant_id, user_id, recovery_hash(code))
        if used:
            left = await factors.count_recovery_codes(work.tenant_id, user_id)
            record(work, "accounts.recovery_code.used", Subject("user", user_id), {"left": left})
            work.publish("account.factors_changed", {"user_id": str(user_id), "change": "code_used", "left": left})
        return used
    app = await factors.find_app(work.tenant_id, user_id)
    if app is None or app.confirmed_at is None:
        return False
    step = step_of(await unseal(work, app.sealed_seed, purpose=SEED, row=app.id), code)
    return step is not None and await factors.take_step(app, step)
