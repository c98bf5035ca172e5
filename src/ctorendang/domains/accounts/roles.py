"""The roles that people hold."""

from enum import StrEnum


class Role(StrEnum):
    """A person may hold several; what each allows stands in ``policies/roles.csv``."""

    CLIENT = "client"
    CTO = "cto"
    ADMIN = "admin"
    PLATFORM_ADMIN = "platform_admin"


SELF_CHOSEN = frozenset({Role.CLIENT, Role.CTO})
WITHIN_TENANT = frozenset({Role.CLIENT, Role.CTO, Role.ADMIN})
