"""The conformance suite of the python-scim project, whole, against the running application."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester.checker import check_server
from scim2_tester.utils import CheckResult, Status
from tests.domains.scim.directories import USER, Directory

# What it checks, and on how many things: attributes, addresses, methods.
SERVICE = {
    "random_url": 1,
    "service_provider_config_endpoint": 1,
    "service_provider_config_endpoint_methods": 4,
    "resource_types_endpoint_methods": 4,
    "resource_types_schema_validation": 2,
    "query_all_resource_types": 1,
    "query_resource_type_by_id": 2,
    "access_invalid_resource_type": 1,
    "schemas_endpoint_methods": 4,
    "query_all_schemas": 1,
    "access_schema_by_id": 3,
    "access_invalid_schema": 1,
}
EACH_RESOURCE_TYPE = {
    "object_creation": 1,
    "object_query": 1,
    "object_query_without_id": 1,
    "object_query_with_attributes": 2,
    "object_list_with_attributes": 2,
    "search_with_attributes": 2,
    "object_replacement": 1,
    "object_deletion": 1,
}
PATCHED = {
    "User": {"check_add_attribute": 24, "check_remove_attribute": 24, "check_replace_attribute": 26},
    "Group": {"check_add_attribute": 2, "check_remove_attribute": 2, "check_replace_attribute": 3},
}


def bridge(directory: Directory) -> Callable[..., Iterable[bytes]]:
    """The application for a client that knows only WSGI and runs in a thread of its own."""
    loop = asyncio.get_running_loop()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        async def send() -> Any:
            headers = {"authorization": f"Bearer {directory.token}", "accept": environ.get("HTTP_ACCEPT", "*/*")}
            if environ.get("CONTENT_TYPE"):
                headers["content-type"] = environ["CONTENT_TYPE"]
            async with directory.market.browser() as browser:
                return await browser.request(
                    environ["REQUEST_METHOD"],
                    f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}",
                    content=environ["wsgi.input"].read(),
                    headers=headers,
                )

        answer = asyncio.run_coroutine_threadsafe(send(), loop).result(60)
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.headers.items()))
        return [answer.content]

    return application


async def test_scim2_tester_passes_whole(directory: Directory) -> None:
    client = WSGISCIMClient(bridge(directory), f"{directory.market.origin}/scim/v2")
    results: list[CheckResult] = await asyncio.to_thread(check_server, client)
    assert [(each.title, each.reason) for each in results if each.status != Status.SUCCESS] == []
    checked = Counter((each.resource_type, each.title) for each in results)
    assert {title: count for (kind, title), count in checked.items() if kind is None} == SERVICE
    for kind, patched in PATCHED.items():
        assert {title: count for (of, title), count in checked.items() if of == kind} == EACH_RESOURCE_TYPE | patched


async def test_a_user_can_be_read_in_part(directory: Directory) -> None:
    made = await directory.add(title="CTO")
    part = (await directory.send("GET", f"/Users/{made['id']}", attributes="userName")).json()
    assert set(part) == {"schemas", "id", "userName"} | ({"meta"} & set(part))
    rest = (await directory.send("GET", f"/Users/{made['id']}", excludedAttributes="title,emails")).json()
    assert "title" not in rest
    assert USER in rest["schemas"]
