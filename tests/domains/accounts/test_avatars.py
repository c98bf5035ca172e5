"""Pictures of people: who sees them, and that none stays behind."""

import asyncio
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from tests.factories import PROBLEMS, Marketplace, Person, form_token, sign_in
from tests.pictures import announcing_png, opened, png

from ctorendang.domains.accounts.people.avatars import Avatars, AvatarService
from ctorendang.infra.gateways.files import ObjectStore
from ctorendang.infra.gateways.gateways import FilesUnavailable
from ctorendang.infra.uploads.pictures import squares_of
from ctorendang.settings import Settings

YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
async def person(market: Marketplace) -> Person:
    return await market.join("client")


@pytest.fixture
async def browser(client: httpx.AsyncClient, person: Person) -> httpx.AsyncClient:
    await sign_in(client, person)
    return client


@pytest.fixture
def stored(settings: Settings, market: Marketplace) -> Any:
    """Tells the names of this tenant's files."""
    folder = Path(unquote(urlsplit(settings.files.url).path)) / str(market.id)
    return lambda: {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


async def upload(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    token = form_token((await browser.get("/account")).text)
    return await browser.post(
        "/account/avatar", data={"_csrf": token}, files={"picture": ("me.png", content, "image/png")}
    )


async def avatar(person: Person, size: str = "SMALL") -> str | None:
    found = await person.query(f"{{ me {{ avatarUrl(size: {size}) }} }}")
    return found["me"]["avatarUrl"]


async def work_off_later(market: Marketplace) -> None:
    """Do what is due now, and then what would be due later."""
    await market.work_off()
    await market.fetch("update outbox set run_at = now() where done_at is null")
    await market.work_off()


async def test_a_picture_is_shown_in_two_sizes(browser, person, market, stored):
    assert (await upload(browser, png())).status_code == 303
    for size, side in (("SMALL", 128), ("LARGE", 512)):
        url = await avatar(person, size)
        assert url.startswith(f"/avatars/{person.id}/")
        async with market.browser() as visitor:
            answer = await visitor.get(url)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == YEAR
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (opened(answer.content).format, opened(answer.content).size) == ("WEBP", (side, side))
    assert len(stored()) == 2


async def test_the_picture_stands_wherever_the_person_does(market, client):
    cto = await market.listed_cto()
    await sign_in(client, cto.person)
    assert (await upload(client, png())).status_code == 303
    url = await avatar(cto.person)
    admin = await market.join("admin")
    assert (await client.get("/account")).text.count(f'src="{url}"') == 2  # the header and the form
    async with market.browser() as browser:
        assert f'src="{url}"' in (await browser.get("/ctos")).text
        assert f'src="{url}"' in (await browser.get(f"/ctos/{cto.id}")).text
        await sign_in(browser, admin)
        assert f'src="{url}"' in (await browser.get("/admin/members")).text
    found = await admin.query("{ ctos { edges { node { avatarUrl } } } members { edges { node { avatarUrl } } } }")
    assert found["ctos"]["edges"] == [{"node": {"avatarUrl": url}}]
    assert {"node": {"avatarUrl": url}} in found["members"]["edges"]


async def test_another_tenants_host_shows_no_picture_of_ours(browser, person, other_market):
    await upload(browser, png())
    url = await avatar(person)
    async with other_market.browser() as elsewhere:
        assert (await elsewhere.get(url)).status_code == 404


async def test_a_picture_of_somebody_elses_name_is_not_shown(browser, person, market):
    await upload(browser, png())
    other = await market.join("client")
    url = await avatar(person)
    assert (await browser.get(url.replace(str(person.id), str(other.id)))).status_code == 404


@pytest.mark.parametrize("change", ["-64", "-0128", "-128x", "-١٢٨", "--128", "-99999999"])
async def test_only_the_sizes_that_exist_are_shown(browser, person, change):
    await upload(browser, png())
    url = await avatar(person)
    assert (await browser.get(url.replace("-128", change))).status_code == 404
    assert (await browser.get(url.removesuffix(".webp"))).status_code == 404
    assert (await browser.get(url + "/../../x")).status_code == 404


async def test_the_picture_before_is_gone_from_the_store(browser, person, market, stored):
    await upload(browser, png())
    before = await avatar(person)
    await upload(browser, png((200, 100)))
    after = await avatar(person)
    assert before != after
    assert (await browser.get(before)).status_code == 404
    assert len(stored()) == 4
    await market.work_off()
    assert len(stored()) == 2
    assert (await browser.get(after)).status_code == 200


async def test_a_removed_picture_is_not_shown_and_then_gone(browser, person, market, stored):
    await upload(browser, png())
    url = await avatar(person)
    removed = await person.mutate("removeAvatar", "... on Viewer { avatarUrl } ... on Refusal { message }")
    assert removed["avatarUrl"] is None
    assert (await browser.get(url)).status_code == 404
    await work_off_later(market)
    assert stored() == set()


async def test_the_button_removes_a_picture_too(browser, person):
    await upload(browser, png())
    token = form_token((await browser.get("/account")).text)
    assert (await browser.post("/account/avatar/remove", data={"_csrf": token})).status_code == 303
    assert await avatar(person) is None


async def test_what_is_stored_for_a_transaction_that_fails_is_removed(person, product, market, stored, monkeypatch):
    async def fail(self: AvatarService, name: str) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(AvatarService, "set", fail)
        with pytest.raises(RuntimeError):
            await Avatars(product, person.actor).replace(png())
    assert len(stored()) == 2
    await work_off_later(market)
    assert stored() == set()
    assert await avatar(person) is None


async def test_a_store_that_fails_half_way_leaves_nothing(person, product, market, stored, monkeypatch):
    put = ObjectStore.put

    async def fail_second(self: ObjectStore, key: str, content: bytes) -> None:
        if key.endswith("-512.webp"):
            raise FilesUnavailable("away")
        await put(self, key, content)

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "put", fail_second)
        async with market.browser() as browser:
            await sign_in(browser, person)
            answer = await upload(browser, png())
    assert answer.status_code == 503
    assert "Files cannot be stored or read right now." in answer.text
    assert len(stored()) == 1
    await work_off_later(market)
    assert stored() == set()


async def test_a_job_that_looks_at_the_present_picture_leaves_it(browser, person, market, stored):
    await upload(browser, png())
    await work_off_later(market)
    assert len(stored()) == 2
    assert (await browser.get(await avatar(person))).status_code == 200


async def test_a_refused_file_changes_nothing_and_says_why(browser, person, stored):
    for content, words in (
        (b"", "Choose a picture first."),
        (b"<svg/>", "Choose a JPEG, PNG, WebP or GIF picture."),
        (announcing_png(50_000, 50_000), "too many pixels"),
        (png()[:60], "damaged or incomplete"),
    ):
        answer = await upload(browser, content)
        assert answer.status_code == 422
        assert words in answer.text
    assert stored() == set()
    assert await avatar(person) is None


async def test_a_visitor_uploads_nothing(client, market, stored):
    token = form_token((await client.get("/login")).text)
    files = {"picture": ("me.png", png(), "image/png")}
    answer = await client.post("/account/avatar", data={"_csrf": token}, files=files)
    assert answer.status_code == 401
    assert stored() == set()


async def test_uploads_are_audited_without_their_content(browser, person, market):
    await upload(browser, png())
    (row,) = await market.fetch("select * from audit_events where action = 'accounts.avatar.set'")
    assert (row["actor_id"], row["subject_id"], row["details"]) == (person.id, person.id, "{}")


async def test_too_many_uploads_are_refused(person, product, market):
    async with market.browser() as browser:
        await sign_in(browser, person)
        statuses = [(await upload(browser, b"no picture")).status_code for _ in range(32)]
    assert statuses[-1] == 429


async def test_a_slow_picture_does_not_hold_anybody_up(market):
    """Decoding happens elsewhere: meanwhile this process answers."""
    decoding = asyncio.create_task(squares_of(png((7000, 7000)), (128, 512)))
    slowest = 0.0
    while not decoding.done():
        started = time.perf_counter()
        async with market.browser() as browser:
            assert (await browser.get("/health")).status_code == 200
        slowest = max(slowest, time.perf_counter() - started)
        await asyncio.sleep(0.01)
    assert len(await decoding) == 2
    assert slowest < 1


async def test_a_decoder_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr("ctorendang.infra.uploads.pictures._SECONDS", 0.01)
    with pytest.raises(Exception, match="takes too long"):
        await squares_of(png((7000, 7000)), (128,))


async def test_the_decoder_is_told_no_secret(monkeypatch, tmp_path):
    program = tmp_path / "told.py"
    program.write_text("import os, sys; sys.stdout.write(' '.join(os.environ) + ' '.join(sys.argv)); sys.exit(3)")
    monkeypatch.setattr("ctorendang.infra.uploads.pictures.picture_decoder.__file__", str(program))
    monkeypatch.setenv("CTORENDANG_SECRET_KEY", "a secret")
    with pytest.raises(Exception, match="OMP_NUM_THREADS") as told:
        await squares_of(b"", (128,))
    assert "CTORENDANG" not in str(told.value)
    assert "DATABASE" not in str(told.value)


async def test_an_avatar_costs_one_query_a_page(market, product, monkeypatch):
    for _ in range(3):
        await market.listed_cto()
    asked = []
    from ctorendang.domains.ctos import graphql

    original = graphql.avatars_of

    async def counted(work: Any, ids: list[Any]) -> Any:
        asked.append(len(ids))
        return await original(work, ids)

    monkeypatch.setattr(graphql, "avatars_of", counted)
    found = await market.graphql("{ ctos { edges { node { name avatarUrl } } } }")
    assert len(found["data"]["ctos"]["edges"]) == 3
    assert asked == [3]


async def test_a_removal_without_a_picture_is_fine(person):
    answer = await person.mutate("removeAvatar", "... on Viewer { id }" + PROBLEMS.split(" ... on InvalidInput")[0])
    assert answer["__typename"] == "Viewer"
