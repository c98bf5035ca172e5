"""What is sealed between leaving and signing out."""

TICKET_PURPOSE = "sso ticket"
HINT_PURPOSE = "sso logout hint"
