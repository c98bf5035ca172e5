"""What this service offers to directories: its resource types, their schemas, and what of the protocol it can do.

The schemas are those of RFC 7643 but for this: accounts have no password here, so none is taken; everybody reads mail,
so an address is required; groups hold people, not groups.
"""

from functools import cache
from typing import Any

from scim2_models import ResourceType, Schema, ScimPolicy, ScimProvider, ServiceProviderConfig
from scim2_server.utils import load_json_resource

BASE_PATH = "/scim/v2"

ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

MOST_OPERATIONS = 200
MOST_BYTES = 1_000_000
MOST_RESULTS = 200

_NOT_TAKEN = frozenset({"password", "x509Certificates"})

# What Entra ID and Okta send beyond the RFC, where the library has a word for it.
_POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)

_CONFIG: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": True},
    "bulk": {"supported": True, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": MOST_BYTES},
    "filter": {"supported": True, "maxResults": MOST_RESULTS},
    "changePassword": {"supported": False},
    "sort": {"supported": True},
    "etag": {"supported": True},
    "authenticationSchemes": [
        {
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token of the directory, made by an administrator, as RFC 6750 sends it.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": True,
        }
    ],
}


@cache
def provider() -> ScimProvider:
    """The service, as its discovery endpoints describe it; built once, for it takes a moment."""
    schemas = [Schema.model_validate(_adapted(each)) for each in load_json_resource("default-schemas.json")]
    types = [ResourceType.model_validate(each) for each in load_json_resource("default-resource-types.json")]
    return ScimProvider.from_discovery(
        schemas, types, config=ServiceProviderConfig.model_validate(_CONFIG), policy=_POLICY
    )


def _adapted(schema: dict[str, Any]) -> dict[str, Any]:
    attributes = [each for each in schema["attributes"] if each["name"] not in _NOT_TAKEN]
    for attribute in attributes:
        if attribute["name"] == "emails":
            attribute["required"] = True
            _sub_attribute(attribute, "value")["required"] = True
        elif attribute["name"] == "members":
            _sub_attribute(attribute, "$ref")["referenceTypes"] = ["User"]
            _sub_attribute(attribute, "type")["canonicalValues"] = ["User"]
            # What a member is called stands at the member; a copy here would grow old.
            attribute["subAttributes"] = [each for each in attribute["subAttributes"] if each["name"] != "display"]
    return {**schema, "attributes": attributes}


def _sub_attribute(attribute: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in attribute["subAttributes"] if each["name"] == name)
