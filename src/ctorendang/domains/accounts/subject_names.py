"""What the things of accounts are called in the audit trail."""

from ctorendang.domains.accounts.factors.models import Passkey
from ctorendang.domains.accounts.invitations.models import Invitation
from ctorendang.domains.accounts.keys.models import ApiKey
from ctorendang.domains.accounts.models import Session
from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.audit.names import named_after_person, named_by

NAMES = {
    "user": names_of,
    "session": named_after_person(Session, Session.user_id, names_of),
    "key": named_by(ApiKey, ApiKey.name),
    "passkey": named_by(Passkey, Passkey.name),
    "invitation": named_by(Invitation, Invitation.email),
}
