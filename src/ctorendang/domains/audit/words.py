"""What entries of the trail are called, for people: each action as what somebody did, and the kind of thing it is."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What entries are about, for choosing among them."""

    SIGN_INS = "sign_ins"
    CREDENTIALS = "credentials"
    ACCOUNTS = "accounts"
    MEMBERS = "members"
    POLICY = "policy"
    SINGLE_SIGN_ON = "single_sign_on"
    DIRECTORIES = "directories"
    PROFILES = "profiles"
    PROJECTS = "projects"
    CALENDARS = "calendars"
    ENGAGEMENTS = "engagements"
    PLATFORM = "platform"


# What follows "You" or, with a capital, stands beside a name.
_DONE: Mapping[Kind, Mapping[str, str]] = {
    Kind.SIGN_INS: {
        "accounts.access.ended": "ended somebody's access everywhere",
        "accounts.identity.confirmed": "confirmed who they are",
        "accounts.recovery_code.used": "used a recovery code",
        "accounts.second_factor.refused": "entered a wrong code",
        "accounts.session.confirmed": "confirmed who they are",
        "accounts.session.ended": "ended a sign-in",
        "accounts.session.opened": "signed in",
        "accounts.session.refreshed": "stayed signed in with a program",
        "accounts.sessions.ended": "signed out other devices",
        "sso.provider.signed_out": "signed out at the identity provider",
    },
    Kind.CREDENTIALS: {
        "accounts.authenticator_app.added": "added an authenticator app",
        "accounts.authenticator_app.begun": "began to add an authenticator app",
        "accounts.authenticator_app.removed": "removed an authenticator app",
        "accounts.key.created": "made an API key",
        "accounts.key.revoked": "revoked an API key",
        "accounts.passkey.added": "added a passkey",
        "accounts.passkey.copy_suspected": "used a passkey that may have been copied",
        "accounts.passkey.refused": "showed a passkey that was refused",
        "accounts.passkey.removed": "removed a passkey",
        "accounts.passkey.renamed": "renamed a passkey",
        "accounts.password.changed": "changed a password",
        "accounts.password.reset": "set a new password by a mailed link",
        "accounts.password.reset_requested": "asked to reset a password",
        "accounts.recovery_codes.renewed": "made new recovery codes",
    },
    Kind.ACCOUNTS: {
        "accounts.account.changed": "changed a profile",
        "accounts.account.opened": "opened an account",
        "accounts.avatar.removed": "removed a picture",
        "accounts.avatar.set": "changed a picture",
        "accounts.email.change_requested": "asked to change an e-mail address",
        "accounts.email.changed": "changed an e-mail address",
        "accounts.email.verified": "confirmed an e-mail address",
        "accounts.notifications.changed": "changed which notifications to get",
        "accounts.preferences.changed": "changed preferences",
        "accounts.verification.requested": "asked for the confirmation mail",
        "search.saved_search.changed": "changed a saved search",
        "search.saved_search.removed": "removed a saved search",
        "search.saved_search.restored": "brought a saved search back",
        "search.saved_search.saved": "saved a search",
    },
    Kind.MEMBERS: {
        "accounts.account.imported": "opened an account from a file",
        "accounts.invitation.accepted": "accepted an invitation",
        "accounts.invitation.revoked": "revoked an invitation",
        "accounts.invitation.sent": "invited somebody",
        "accounts.invitation.sent_again": "sent an invitation again",
        "accounts.member.restored": "restored a member",
        "accounts.member.roles_set": "changed a member's roles",
        "accounts.member.suspended": "suspended a member",
    },
    Kind.POLICY: {
        "accounts.policy.updated": "changed the security policy",
        "sso.emergency_access.given": "gave emergency access to an administrator",
        "sso.emergency_access.taken": "took emergency access from an administrator",
        "tenants.key.rewrapped": "renewed the encryption of the marketplace's key",
    },
    Kind.SINGLE_SIGN_ON: {
        "sso.connection.configured": "changed how a provider is connected",
        "sso.connection.created": "added a provider",
        "sso.connection.declared": "set up a provider from the configuration file",
        "sso.connection.deleted": "deleted a provider",
        "sso.connection.disabled": "turned a provider off",
        "sso.connection.enabled": "turned a provider on",
        "sso.connection.mapped": "changed what a provider's groups and attributes mean",
        "sso.connection.released": "stopped keeping a provider in the configuration file",
        "sso.connection.renamed": "renamed a provider",
        "sso.connection.seeded": "set up a provider from the configuration file, to be changed here",
        "sso.connection.tested": "tested signing in by a provider",
        "sso.domain.claimed": "added an e-mail domain",
        "sso.domain.lost": "found that an e-mail domain is no longer proven",
        "sso.domain.removed": "removed an e-mail domain",
        "sso.domain.verified": "proved an e-mail domain",
        "sso.enforcement.enforced": "enforced single sign-on",
        "sso.enforcement.turned_off": "turned the enforcing of single sign-on off",
        "sso.identities.forgotten": "unlinked everybody from a provider that was replaced",
        "sso.identity.linked": "linked a provider's sign-in to an account",
        "sso.identity.unlinked": "unlinked a provider's sign-in from an account",
        "sso.keys.rotated": "made a new key for a provider",
        "sso.metadata.not_refreshed": "could not read a provider's metadata again",
        "sso.metadata.read": "read a provider's metadata",
        "sso.metadata.refreshed": "read a provider's metadata again",
    },
    Kind.DIRECTORIES: {
        "accounts.account.adopted": "took an account over into a directory",
        "accounts.account.provisioned": "opened an account for a directory",
        "accounts.account.readdressed": "changed an address for a directory",
        "accounts.account.renamed": "changed a name for a directory",
        "accounts.account.revived": "let somebody in again for a directory",
        "scim.directory.changed": "changed a directory",
        "scim.directory.created": "added a directory",
        "scim.directory.deleted": "deleted a directory",
        "scim.directory.disabled": "turned a directory off",
        "scim.directory.enabled": "turned a directory on",
        "scim.directory.groups_mapped": "changed which roles a directory's groups give",
        "scim.group.created": "added a group",
        "scim.group.removed": "removed a group",
        "scim.group.updated": "changed a group",
        "scim.token.created": "made a token for a directory",
        "scim.token.revoked": "revoked a directory's token",
        "scim.user.created": "added somebody from a directory",
        "scim.user.deactivated": "deactivated somebody in a directory",
        "scim.user.reactivated": "activated somebody in a directory again",
        "scim.user.removed": "removed somebody from a directory",
        "scim.user.updated": "changed somebody in a directory",
    },
    Kind.PROFILES: {
        "ctos.import.finished": "imported CTO profiles",
        "ctos.portfolio_item.added": "added a piece of work to a portfolio",
        "ctos.portfolio_item.changed": "changed a piece of work of a portfolio",
        "ctos.portfolio_item.moved": "sorted a portfolio",
        "ctos.portfolio_item.removed": "removed a piece of work from a portfolio",
        "ctos.portfolio_item.restored": "brought a piece of work of a portfolio back",
        "ctos.portfolio_media.added": "added a picture or file to a portfolio",
        "ctos.portfolio_media.described": "described a picture of a portfolio",
        "ctos.portfolio_media.moved": "sorted the pictures of a portfolio",
        "ctos.portfolio_media.removed": "removed a picture or file from a portfolio",
        "ctos.portfolio_media.restored": "brought a picture or file of a portfolio back",
        "ctos.profile.approved": "approved a CTO profile",
        "ctos.profile.decision_undone": "took a decision about a CTO profile back",
        "ctos.profile.declined": "declined a CTO profile",
        "ctos.profile.imported": "imported a CTO profile",
        "ctos.profile.paused": "paused a CTO profile",
        "ctos.profile.saved": "saved a CTO profile",
        "ctos.profile.submitted": "submitted a CTO profile",
        "ctos.review.written": "wrote a review",
    },
    Kind.PROJECTS: {
        "matching.match.dismissed": "took somebody off the matches of a project",
        "matching.match.restored": "put somebody back among the matches of a project",
        "matching.weights.changed": "changed what counts in matches",
        "projects.attachment.added": "added a file to a project",
        "projects.attachment.removed": "removed a file from a project",
        "projects.invitation.made": "invited a CTO to a project",
        "projects.invitation.withdrawn": "withdrew an invitation to a project",
        "projects.project.closed": "closed a project",
        "projects.project.created": "created a project",
        "projects.project.paused": "paused a project",
        "projects.project.published": "published a project",
        "projects.project.resumed": "resumed a project",
        "projects.project.updated": "saved a project",
    },
    Kind.CALENDARS: {
        "calendar.booking.cancelled": "cancelled an introduction",
        "calendar.booking.made": "booked an introduction",
        "calendar.booking.restored": "put an introduction back",
        "calendar.busy_feed.added": "followed a calendar",
        "calendar.busy_feed.refreshed": "had a calendar read again",
        "calendar.busy_feed.removed": "stopped following a calendar",
        "calendar.calendar.saved": "saved the hours of a week",
        "calendar.commitment.dropped": "gave hours of a week back",
        "calendar.commitment.put": "sold hours of a week",
        "calendar.exception.added": "changed a day of a calendar",
        "calendar.exception.removed": "put a day of a calendar back",
        "calendar.feed.revoked": "revoked a calendar's address",
        "calendar.feed.rotated": "made a new address for a calendar",
    },
    Kind.ENGAGEMENTS: {
        "engagements.engagement.cancelled": "cancelled an engagement",
        "engagements.engagement.closed": "closed an engagement",
        "engagements.engagement.introduced": "asked for an introduction",
        "engagements.engagement.introduction_booked": "booked a time to talk",
        "engagements.engagement.introduction_withdrawn": "withdrew an introduction",
        "engagements.engagement.milestone_approved": "approved a milestone",
        "engagements.engagement.milestone_planned": "planned a milestone",
        "engagements.engagement.milestone_removed": "removed a milestone",
        "engagements.engagement.milestone_returned": "asked for more work on a milestone",
        "engagements.engagement.milestone_submitted": "handed a milestone in",
        "engagements.engagement.milestone_taken_back": "took a milestone back",
        "engagements.engagement.removed": "took a CTO off a shortlist",
        "engagements.engagement.restored": "put a CTO back on a shortlist",
        "engagements.engagement.reviewed": "reviewed an engagement",
        "engagements.engagement.reviews_revealed": "revealed the reviews of an engagement",
        "engagements.engagement.shortlisted": "put a CTO on a shortlist",
        "engagements.engagement.started": "went on after a trial",
        "engagements.engagement.terms_accepted": "accepted terms",
        "engagements.engagement.terms_countered": "proposed other terms",
        "engagements.engagement.terms_declined": "declined terms",
        "engagements.engagement.terms_expired": "let terms expire",
        "engagements.engagement.terms_proposed": "proposed terms",
        "engagements.engagement.terms_withdrawn": "withdrew terms",
        "engagements.engagement.time_sheet_approved": "approved a time sheet",
        "engagements.engagement.time_sheet_disputed": "disputed a time sheet",
        "engagements.engagement.time_sheet_submitted": "handed a time sheet in",
        "engagements.engagement.time_sheet_taken_back": "took a time sheet back",
        "engagements.engagement.trial_ended": "ended a trial at its limit",
        "engagements.limits.changed": "changed how long trials last",
    },
    Kind.PLATFORM: {
        "console.tenant.viewed": "looked at a marketplace",
        "console.tenants.listed": "listed the marketplaces",
        "tenants.demo_data.loaded": "loaded demo data",
        "tenants.tenant.applied": "applied the marketplace's configuration file",
        "tenants.tenant.created": "opened the marketplace",
    },
}
_PHRASES = {action: phrase for phrases in _DONE.values() for action, phrase in phrases.items()}

# What an entry is about, where its own name is not known.
_SUBJECTS: Mapping[str, str] = {
    "access_policy": "Security policy",
    "cto": "CTO profile",
    "email_domain": "E-mail domain",
    "invitation": "Invitation",
    "key": "API key",
    "passkey": "Passkey",
    "project": "Project",
    "review": "Review",
    "scim_directory": "Directory",
    "scim_group": "Group",
    "scim_token": "Directory token",
    "session": "Sign-in",
    "sso_connection": "Provider",
    "tenant": "Marketplace",
    "tenant_key": "Marketplace's key",
    "user": "Person",
}


def has_words(action: str) -> bool:
    """Whether an action is in the list."""
    return action in _PHRASES


def phrase(action: str) -> str:
    """What somebody did, as it follows "You": ``accounts.key.created`` is "made an API key"."""
    return _PHRASES.get(action) or " ".join(action.split(".")[1:]).replace("_", " ")


def sentence(action: str) -> str:
    """As ``phrase``, standing beside a name."""
    words = phrase(action)
    return words[:1].upper() + words[1:]


def actions_of(kind: Kind) -> frozenset[str]:
    """Every action of a kind."""
    return frozenset(_DONE[kind])


def subject_word(subject_type: str) -> str:
    """What sort of thing an entry is about."""
    return _SUBJECTS.get(subject_type) or subject_type.replace("_", " ").capitalize()
