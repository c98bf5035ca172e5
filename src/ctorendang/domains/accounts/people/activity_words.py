"""What entries of the trail mean to the person they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctorendang.domains.audit.words import has_words, phrase, sentence


@dataclass(frozen=True, slots=True)
class Words:
    """An entry in words; alarming if somebody else may have done it."""

    text: str
    alarming: bool = False


# By action: what one did oneself, and what it is called when somebody else did it, where that can be. Here stands only
# what is called otherwise than in the trail, or happens to people; all else is called as there.
_TEXTS: Mapping[str, tuple[str, str]] = {
    "accounts.account.opened": ("You opened your account", "Your account was opened"),
    "accounts.account.provisioned": ("Your account was opened", "Your organisation's directory opened your account"),
    "accounts.account.adopted": ("Your account was taken over", "Your organisation's directory now keeps your account"),
    "accounts.account.revived": ("Your account was restored", "Your organisation's directory let you in again"),
    "accounts.account.readdressed": ("You changed your e-mail address", "Your e-mail address was changed"),
    "accounts.account.renamed": ("You changed your name", "Your name was changed"),
    "accounts.account.imported": ("You opened accounts from a file", "Your account was opened by an administrator"),
    "accounts.account.changed": ("You changed your profile", "Your profile was changed"),
    "accounts.access.ended": ("You were signed out everywhere", "You were signed out everywhere"),
    "accounts.authenticator_app.begun": ("You began to add an authenticator app", ""),
    "accounts.authenticator_app.added": ("You added an authenticator app", "An authenticator app was added"),
    "accounts.authenticator_app.removed": ("You removed your authenticator app", "Your authenticator app was removed"),
    "accounts.avatar.set": ("You changed your picture", "Your picture was changed"),
    "accounts.avatar.removed": ("You removed your picture", "Your picture was removed"),
    "accounts.email.change_requested": ("You asked to change your e-mail address", ""),
    "accounts.email.changed": ("You changed your e-mail address", "Your e-mail address was changed"),
    "accounts.email.verified": ("You confirmed your e-mail address", "Your e-mail address was confirmed"),
    "accounts.identity.confirmed": ("You confirmed that it is you", ""),
    "accounts.session.confirmed": ("You confirmed that it is you", ""),
    "accounts.invitation.accepted": ("You accepted an invitation", "Your invitation was accepted"),
    "accounts.key.created": ("You made an API key", ""),
    "accounts.key.revoked": ("You revoked an API key", "One of your API keys was revoked"),
    "accounts.member.restored": ("You restored a member", "Your account was restored"),
    "accounts.member.roles_set": ("You changed a member's roles", "Your roles were changed"),
    "accounts.member.suspended": ("You suspended a member", "Your account was suspended"),
    "accounts.notifications.changed": ("You changed which notifications you get", ""),
    "accounts.passkey.added": ("You added a passkey", "A passkey was added"),
    "accounts.passkey.removed": ("You removed a passkey", "A passkey was removed"),
    "accounts.passkey.renamed": ("You renamed a passkey", ""),
    "accounts.passkey.refused": ("A passkey was refused", "A passkey was refused"),
    "accounts.passkey.copy_suspected": ("A passkey may have been copied", "A passkey may have been copied"),
    "accounts.password.changed": ("You changed your password", "Your password was changed"),
    "accounts.password.reset": ("You set a new password", "A new password was set"),
    "accounts.password.reset_requested": ("You asked to reset your password", "A password reset was asked for"),
    "accounts.preferences.changed": ("You changed your preferences", "Your preferences were changed"),
    "accounts.recovery_code.used": ("You used a recovery code", "A recovery code was used"),
    "accounts.recovery_codes.renewed": ("You made new recovery codes", "Your recovery codes were replaced"),
    "accounts.second_factor.refused": ("A wrong code was entered", "A wrong code was entered"),
    "accounts.session.opened": ("You signed in", "You were signed in"),
    "accounts.session.ended": ("You signed out", "You were signed out"),
    "accounts.sessions.ended": ("You signed out your other devices", "You were signed out"),
    "accounts.verification.requested": ("You asked for the confirmation mail", ""),
    "calendar.booking.made": ("You booked an introduction", "An introduction was booked"),
    "calendar.booking.cancelled": ("You cancelled an introduction", "An introduction was cancelled"),
    "calendar.booking.restored": ("You put an introduction back", "An introduction was put back"),
    "calendar.calendar.saved": ("You saved your week", ""),
    "calendar.commitment.dropped": ("You gave hours of a week back", "Hours of your week were given back"),
    "calendar.commitment.put": ("You sold hours of a week", "Hours of your week were sold"),
    "calendar.exception.added": ("You changed a day of your calendar", ""),
    "calendar.exception.removed": ("You put a day of your calendar back", ""),
    "calendar.feed.revoked": ("You revoked your calendar address", ""),
    "calendar.feed.rotated": ("You made a calendar address", ""),
    "ctos.portfolio_item.added": ("You added a piece of work to your portfolio", ""),
    "ctos.portfolio_item.changed": ("You changed a piece of work of your portfolio", ""),
    "ctos.portfolio_item.moved": ("You sorted your portfolio", ""),
    "ctos.portfolio_item.removed": ("You removed a piece of work from your portfolio", ""),
    "ctos.portfolio_item.restored": ("You brought a piece of work of your portfolio back", ""),
    "ctos.portfolio_media.added": ("You added a picture or file to your portfolio", ""),
    "ctos.portfolio_media.described": ("You described a picture of your portfolio", ""),
    "ctos.portfolio_media.moved": ("You sorted the pictures of your portfolio", ""),
    "ctos.portfolio_media.removed": ("You removed a picture or file from your portfolio", ""),
    "ctos.portfolio_media.restored": ("You brought a picture or file of your portfolio back", ""),
    "ctos.profile.decision_undone": (
        "You took a decision about a CTO profile back",
        "The decision about your CTO profile was taken back",
    ),
    "ctos.profile.imported": ("You imported a CTO profile", "Your CTO profile was imported"),
    "ctos.profile.saved": ("You saved your CTO profile", "Your CTO profile was changed"),
    "ctos.profile.submitted": ("You submitted your CTO profile", ""),
    "ctos.profile.approved": ("You approved a CTO profile", "Your CTO profile was approved"),
    "ctos.profile.declined": ("You declined a CTO profile", "Your CTO profile was declined"),
    "ctos.profile.paused": ("You paused your CTO profile", "Your CTO profile was paused"),
    "engagements.engagement.terms_expired": ("Terms expired", ""),
    "engagements.engagement.trial_ended": ("A trial reached its limit", ""),
    "engagements.engagement.reviews_revealed": ("Reviews were revealed", ""),
    "scim.user.created": ("Your organisation's directory added you", "Your organisation's directory added you"),
    "scim.user.deactivated": ("Your directory deactivated you", "Your organisation's directory deactivated you"),
    "scim.user.reactivated": ("Your directory activated you", "Your organisation's directory activated you again"),
    "scim.user.removed": ("Your directory removed you", "Your organisation's directory removed you"),
    "scim.user.updated": ("Your directory changed your data", "Your organisation's directory changed your data"),
    "sso.emergency_access.given": ("You gave emergency access to somebody", "You were given emergency access"),
    "sso.emergency_access.taken": ("You took emergency access from somebody", "Your emergency access was taken away"),
    "sso.provider.signed_out": ("You signed out at your organisation", "Your organisation signed you out"),
    "sso.identity.linked": ("You linked a sign-in of your organisation", "A sign-in of your organisation was linked"),
    "sso.identity.unlinked": ("You unlinked a sign-in of your organisation", "A sign-in was unlinked"),
}
_ALARMING = frozenset(
    {
        "accounts.passkey.copy_suspected",
        "accounts.passkey.refused",
        "accounts.recovery_code.used",
        "accounts.second_factor.refused",
    }
)
_METHODS = {"password": "with your password", "passkey": "with a passkey", "sso": "through your organisation"}
_BESIDES = {
    "app": " and your authenticator app",
    "recovery_code": " and a recovery code",
    "passkey": " and a passkey",
}
_ENDINGS = {
    "ended by its person": "You signed another device out",
    "refresh token reused": "A program was signed out: its token was used twice",
    "too many sessions": "Your oldest device was signed out, to make room for a new one",
    "idle": "A device was signed out, since it was not used",
}
_ROLES = {"client": "Client", "cto": "CTO", "admin": "Administrator"}


def in_words(action: str, details: Mapping[str, Any], *, own: bool) -> Words:
    """An entry as its person reads it.

    Args:
        action: ``domain.resource.verb_in_the_past``.
        details: of the entry; no more than a role, a method or a reason is repeated.
        own: they did it themselves.
    """
    if action == "accounts.session.opened":
        how = _METHODS.get(str(details.get("method")), "") + _BESIDES.get(str(details.get("second_factor")), "")
        who = "A program of yours signed in" if details.get("kind") == "program" else "You signed in"
        return Words(f"{who} {how}".strip())
    if action == "accounts.session.ended" and details.get("reason") in _ENDINGS:
        reason = details["reason"]
        return Words(_ENDINGS[reason], alarming=reason == "refresh token reused")
    if action == "accounts.member.roles_set" and not own:
        after = details.get("after")
        known = [_ROLES[role] for role in _ROLES if isinstance(after, list) and role in after]
        roles = ", ".join(known)
        return Words(f"Your roles were changed to {roles}" if roles else "Your roles were changed")
    mine, others = _TEXTS.get(action, ("", ""))
    text = (mine if own else others) or mine
    if not text:
        text = f"You {phrase(action)}" if own and has_words(action) else sentence(action)
    return Words(text, alarming=action in _ALARMING)
