"""Who may do what about their own profile, preferences, notifications and activity."""

from typing import Any
from uuid import uuid4

from tests.factories import PROBLEMS
from tests.isolation.matrix import SIGNED_IN, Cast, Operation

VIEWER = "... on Viewer { id }" + PROBLEMS


async def a_phone(_: Cast) -> dict[str, Any]:
    return {"phone": f"+49 30 {uuid4().int % 10**7:07}"}


async def another_appearance(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update users set appearance = 'system'")
    return {"appearance": "DARK"}


async def a_wish(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch_as("worker", "delete from notification_settings")
    return {"settings": [{"kind": "ACCOUNT", "channel": "EMAIL", "wanted": False}]}


async def a_picture(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update users set avatar = $1", uuid4().hex)
    return {}


QUERIES = [
    Operation("myActivity", "myActivity { totalCount edges { node { text } } }", SIGNED_IN),
    Operation("notificationSettings", "notificationSettings { kind wanted }", SIGNED_IN),
]
MUTATIONS = [
    Operation("updateAccount", VIEWER, SIGNED_IN, prepare=a_phone),
    Operation("updatePreferences", VIEWER, SIGNED_IN, prepare=another_appearance),
    Operation(
        "updateNotifications", "... on NotificationSettings { settings { kind } }" + PROBLEMS, SIGNED_IN, prepare=a_wish
    ),
    Operation("removeAvatar", "... on Viewer { id } ... on Refusal { code message }", SIGNED_IN, prepare=a_picture),
]
