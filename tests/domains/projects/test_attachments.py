"""Files of projects: what is taken, who gets them, and that none stays behind."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from tests.documents import DOCX, PDF
from tests.factories import PROBLEMS, Marketplace, Person, form_token, project, sign_in

from ctorendang.settings import Settings

FILES = "query($id: ID!) { project(id: $id) { attachments { id name mediaType size url } } }"


@pytest.fixture
async def owner(market: Marketplace, client: httpx.AsyncClient) -> Person:
    owner = await market.join("client")
    await sign_in(client, owner)
    return owner


@pytest.fixture
async def project_id(owner: Person) -> str:
    return (await owner.mutate("createProject", "... on Project { id }" + PROBLEMS, project()))["id"]


@pytest.fixture
def stored(settings: Settings, market: Marketplace) -> Any:
    """Tells the names of this tenant's files."""
    folder = Path(unquote(urlsplit(settings.files.url).path)) / str(market.id)
    return lambda: {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


async def upload(browser: httpx.AsyncClient, project_id: str, content: bytes, name: str = "plan.pdf") -> httpx.Response:
    token = form_token((await browser.get("/account")).text)
    files = {"file": (name, content, "application/pdf")}
    return await browser.post(f"/projects/{project_id}/attachments", data={"_csrf": token}, files=files)


async def files_of(person: Person, project_id: str) -> list[dict]:
    return (await person.query(FILES, id=project_id))["project"]["attachments"]


async def test_a_file_is_saved_and_never_shown_by_whoever_sees_the_project(market, client, owner, project_id):
    assert (await upload(client, project_id, PDF, "../../Größe plan.PDF")).status_code == 303
    (file,) = await files_of(owner, project_id)
    assert (file["name"], file["mediaType"], file["size"]) == ("Größe plan.pdf", "application/pdf", len(PDF))
    answer = await client.get(file["url"])
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20plan.pdf")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    cto = await market.join("cto")
    async with market.browser() as other:
        assert (await other.get(file["url"])).status_code == 401
        await sign_in(other, cto)
        assert (await other.get(file["url"])).status_code == 404
        await owner.mutate("publishProject", "__typename", {"projectId": project_id})
        assert (await other.get(file["url"])).content == PDF
        await owner.mutate("pauseProject", "__typename", {"projectId": project_id})
        assert (await other.get(file["url"])).status_code == 404


async def test_a_file_is_found_only_under_its_own_project(client, owner, project_id):
    await upload(client, project_id, PDF)
    (file,) = await files_of(owner, project_id)
    other = (await owner.mutate("createProject", "... on Project { id }" + PROBLEMS, project()))["id"]
    assert (await client.get(file["url"].replace(project_id, other))).status_code == 404
    removal = {"projectId": other, "attachmentId": file["id"]}
    assert (await owner.mutate("removeProjectAttachment", PROBLEMS, removal))["code"] == "not_found"


async def test_a_removed_file_leaves_the_store_and_a_kept_one_does_not(market, client, owner, project_id, stored):
    await upload(client, project_id, PDF, "one.pdf")
    await upload(client, project_id, DOCX, "two.docx")
    await market.fetch("update outbox set run_at = now() where done_at is null")
    await market.work_off()
    assert len(stored()) == 2
    one, two = await files_of(owner, project_id)
    await owner.mutate("removeProjectAttachment", PROBLEMS, {"projectId": project_id, "attachmentId": one["id"]})
    await market.work_off()
    assert len(stored()) == 1
    assert (await client.get(one["url"])).status_code == 404
    assert (await client.get(two["url"])).content == DOCX


async def test_nobody_else_adds_or_removes(market, client, owner, project_id, stored):
    await upload(client, project_id, PDF)
    (file,) = await files_of(owner, project_id)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    for role in ("client", "cto", "admin"):
        other = await market.join(role)
        removal = {"projectId": project_id, "attachmentId": file["id"]}
        refused = await other.mutate("removeProjectAttachment", PROBLEMS, removal)
        assert refused["code"] in {"forbidden", "not_found"}
        async with market.browser() as browser:
            await sign_in(browser, other)
            assert (await upload(browser, project_id, PDF)).status_code in {403, 404}
    assert len(await files_of(owner, project_id)) == len(stored()) == 1


async def test_files_are_bounded_in_size_and_number(market, client, owner, project_id, stored):
    assert (await upload(client, project_id, PDF + b"x" * 10_000_000)).status_code == 413
    announced = {"content-length": str(2_000_000_000), "content-type": "multipart/form-data; boundary=x"}
    assert (
        await client.post(f"/projects/{project_id}/attachments", content=b"--x", headers=announced)
    ).status_code == 413
    for number in range(11):
        await upload(client, project_id, PDF, f"{number}.pdf")
    assert "at most 10 files" in (await client.get(f"/projects/{project_id}/edit?step=access")).text
    assert len(await files_of(owner, project_id)) == len(stored()) == 10
