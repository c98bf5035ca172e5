"""What can be allowed or denied about provisioning."""

from enum import StrEnum


class ScimPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    PRESENT_TOKEN = "scim:token:present"  # noqa: S105 - the name of a permission
    PROVISION = "scim:resource:provision"
    READ = "scim:directory:read"
    MANAGE = "scim:directory:manage"
