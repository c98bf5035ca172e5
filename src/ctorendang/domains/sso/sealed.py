"""What is sealed between leaving and signing out."""

TICKET_PURPOSE = "sso ticket"
HINT_PURPOSE = "sso logout hint"
ASKED_PURPOSE = "sso asked"
CLIENT_SECRET_PURPOSE = "sso client secret"  # noqa: S105 - a purpose, not a secret
