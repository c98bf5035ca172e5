"""Users over SCIM."""

from tests.domains.scim.directories import Directory, user


async def test_a_user_is_made_read_and_listed(directory: Directory) -> None:
    made = await directory.add(title="CTO")
    read = await directory.send("GET", f"/Users/{made['id']}")
    assert read.json() == made
    assert read.headers["etag"] == 'W/"1"'
    assert read.headers["content-type"].startswith("application/scim+json")
    listed = await directory.send("GET", "/Users", filter=f'userName eq "{made["userName"].upper()}"')
    assert listed.json()["totalResults"] == 1
    assert listed.json()["Resources"] == [made]
