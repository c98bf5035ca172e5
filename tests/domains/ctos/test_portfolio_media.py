"""Pictures and files of shown work: what is taken, who gets them, and that none stays behind."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from tests.documents import DOCX, PDF, TYPES, archive
from tests.domains.ctos.showing import (
    SHOWN,
    add_piece,
    own_portfolio,
    stored_in,
    upload_file,
    upload_picture,
    work_off_everything,
)
from tests.factories import PROBLEMS, ListedCto, Marketplace, form_token, sign_in, submit
from tests.pictures import announcing_png, encoded, opened, png

from ctorendang.domains.ctos.portfolio.media import PortfolioUploads
from ctorendang.infra.gateways.files import ObjectStore
from ctorendang.infra.gateways.gateways import FilesUnavailable

ITEM = "... on PortfolioItem { id images { id alt } files { id } }" + PROBLEMS


@pytest.fixture
async def cto(market: Marketplace, client: httpx.AsyncClient) -> ListedCto:
    listed = await market.listed_cto()
    await sign_in(client, listed.person)
    return listed


@pytest.fixture
async def item_id(cto: ListedCto) -> str:
    return await add_piece(cto.person)


@pytest.fixture
def stored(settings, market: Marketplace):
    """Tells the names of this tenant's files."""
    return lambda: stored_in(settings, market)


async def test_a_picture_is_drawn_anew_in_two_sizes_with_what_it_shows(market, client, cto, item_id, stored):
    comment = b"SECRET <script>alert(1)</script>"
    answer = await upload_picture(client, item_id, encoded("JPEG", (3000, 1500), comment=comment), "Two <b>diagrams")
    assert answer.status_code == 303
    ((image,),) = [each["images"] for each in await own_portfolio(cto.person)]
    assert (image["alt"], image["width"], image["height"]) == ("Two <b>diagrams", 1600, 800)
    async with market.browser() as visitor:
        page = (await visitor.get(f"/ctos/{cto.id}")).text
        for url, size in ((image["url"], (640, 320)), (image["url"].replace("640", "1600"), (1600, 800))):
            assert url in page
            shown = await visitor.get(url)
            assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
            assert shown.headers["x-content-type-options"] == "nosniff"
            assert shown.headers["cache-control"].startswith("private")
            assert (opened(shown.content).format, opened(shown.content).size) == ("WEBP", size)
            assert b"SECRET" not in shown.content
    assert 'alt="Two &lt;b&gt;diagrams"' in page
    assert len(stored()) == 2


async def test_a_file_is_saved_and_never_shown(market, client, cto, item_id):
    assert (await upload_file(client, item_id, PDF, "../../Größe plan.PDF")).status_code == 303
    ((file,),) = [each["files"] for each in await own_portfolio(cto.person)]
    assert (file["name"], file["mediaType"], file["size"]) == ("Größe plan.pdf", "application/pdf", len(PDF))
    async with market.browser() as visitor:
        assert "Größe plan.pdf" in (await visitor.get(f"/ctos/{cto.id}")).text
        answer = await visitor.get(file["url"])
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_pictures_and_files_are_seen_while_the_profile_is(market, other_market, client, cto, item_id):
    await upload_picture(client, item_id, png())
    await upload_file(client, item_id, PDF)
    (item,) = await own_portfolio(cto.person)
    urls = [item["images"][0]["url"], item["files"][0]["url"]]
    other, admin = await market.listed_cto(), await market.join("admin")
    for url in urls:
        async with market.browser() as visitor, other_market.browser() as elsewhere:
            assert (await visitor.get(url)).status_code == 200
            assert (await visitor.get(url.replace(str(cto.id), str(other.id)))).status_code == 404
            assert (await elsewhere.get(url)).status_code == 404
    await cto.person.mutate("pauseCtoProfile", "__typename")
    async with market.browser() as visitor, market.browser() as approver:
        await sign_in(approver, admin)
        for url in urls:
            assert (await visitor.get(url)).status_code == 404
            assert [(await each.get(url)).status_code for each in (client, approver)] == [200, 200]


@pytest.mark.parametrize("size", ["641", "64", "0640", "-640", "６４０", "99999", "640x", "640.png"])
async def test_only_the_sizes_that_exist_are_shown(client, item_id, cto, size):
    await upload_picture(client, item_id, png())
    (item,) = await own_portfolio(cto.person)
    url = item["images"][0]["url"]
    assert (await client.get(url.replace("/640.webp", f"/{size}.webp"))).status_code == 404
    assert (await client.get(url.replace("/640.webp", ""))).status_code == 404


HOSTILE_PICTURES = {
    "nothing": (b"", "Choose a picture first."),
    "a page": (b"<!doctype html><script>alert(1)</script>", "Choose a JPEG"),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "Choose a JPEG"),
    "a document": (PDF, "Choose a JPEG"),
    "50,000 pixels a side": (announcing_png(50_000, 50_000), "too many pixels"),
    "a picture that is an archive too": (png() + archive(("a.html", b"x")), "more than a picture"),
    "half a picture": (png()[:60], "damaged"),
}
HOSTILE_FILES = {
    "nothing": (b"", "Choose a file first."),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "This kind of file is not taken."),
    "a program": (b"MZ\x90\x00\x03", "This kind of file is not taken."),
    "a bomb": (archive(TYPES, ("word/document.xml", b"\0" * 201_000_000)), "unpacks to far more"),
    "an archive": (archive(("a.txt", b"a")), "Archives are not taken."),
    "a pdf with an archive behind": (PDF[:-7] + DOCX + b"\n%%EOF", "holds another file"),
    "a document with macros": (archive(TYPES, ("word/vbaProject.bin", b"x")), "macros"),
}


@pytest.mark.parametrize(("content", "words"), HOSTILE_PICTURES.values(), ids=HOSTILE_PICTURES)
async def test_a_picture_that_will_not_do_is_refused_in_words_and_leaves_nothing(
    market, client, cto, item_id, stored, content, words
):
    answer = await upload_picture(client, item_id, content)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert 'value="Two diagrams"' in answer.text
    assert stored() == set()
    assert await market.fetch("select from cto_portfolio_media") == []


@pytest.mark.parametrize(("content", "words"), HOSTILE_FILES.values(), ids=HOSTILE_FILES)
async def test_a_file_that_will_not_do_is_refused_in_words_and_leaves_nothing(
    market, client, cto, item_id, stored, content, words
):
    answer = await upload_file(client, item_id, content)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert stored() == set()
    assert await market.fetch("select from cto_portfolio_media") == []


async def test_what_is_too_large_is_refused_before_it_is_read(client, item_id, stored):
    for kind in ("images", "files"):
        path = f"/account/profile/portfolio/{item_id}/{kind}"
        announced = {"content-length": str(2_000_000_000), "content-type": "multipart/form-data; boundary=x"}
        answer = await client.post(path, content=b"--x", headers=announced)
        assert (answer.status_code, "at most 10 MB" in answer.text) == (413, True)
    assert (await upload_picture(client, item_id, png() + b"\0" * 10_000_000)).status_code == 413
    assert (await upload_file(client, item_id, PDF + b"x" * 10_000_000)).status_code == 413
    assert stored() == set()


async def test_a_picture_without_words_is_refused(client, item_id, stored):
    answer = await upload_picture(client, item_id, png(), " ")
    assert (answer.status_code, "Fill this in." in answer.text) == (422, True)
    assert stored() == set()


async def test_they_are_bounded_in_number_even_for_several_at_once(market, client, cto, item_id, stored):
    uploads = PortfolioUploads(market.marketplaces.site.product, cto.person.actor)
    for _ in range(5):
        await uploads.add_image(item_id, "One", png())
    done = await asyncio.gather(*(uploads.add_image(item_id, "More", png()) for _ in range(3)), return_exceptions=True)
    assert sum(each is None for each in done) == 1
    for number in range(6):
        await upload_file(client, item_id, PDF, f"{number}.pdf")
    (item,) = await own_portfolio(cto.person)
    assert (len(item["images"]), len(item["files"])) == (6, 5)
    await work_off_everything(market)
    assert len(stored()) == 6 * 2 + 5


async def test_removed_ones_come_back_within_the_hour_and_then_leave_the_store(market, client, cto, item_id, stored):
    await upload_picture(client, item_id, png())
    await upload_file(client, item_id, PDF)
    (item,) = await own_portfolio(cto.person)
    image, file = item["images"][0], item["files"][0]
    place = f"/account/profile/portfolio/{item_id}"
    for media in (image, file):
        await submit(client, place, f"{place}/media/{media['id']}/remove", {})
        assert (await client.get(media["url"])).status_code == 404
        assert f"{place}/media/{media['id']}/restore" in (await client.get(place)).text
    assert (await market.graphql(SHOWN, id=str(cto.id)))["data"]["cto"]["portfolio"][0]["images"] == []
    await submit(client, place, f"{place}/media/{image['id']}/restore", {})
    await work_off_everything(market)
    assert (await client.get(image["url"])).status_code == 200
    assert (await client.get(file["url"])).status_code == 404
    assert len(stored()) == 2
    refused = await cto.person.mutate("restorePortfolioMedia", ITEM, {"mediaId": file["id"]})
    assert refused["code"] == "not_found"


async def test_what_goes_with_a_removed_piece_leaves_the_store_with_it(market, client, cto, item_id, stored):
    await upload_picture(client, item_id, png())
    await upload_file(client, item_id, PDF)
    (item,) = await own_portfolio(cto.person)
    await cto.person.mutate("removePortfolioItem", ITEM, {"itemId": item_id})
    assert (await client.get(item["images"][0]["url"])).status_code == 404
    await market.work_off()
    assert len(stored()) == 3
    await work_off_everything(market)
    assert stored() == set()
    assert await market.fetch("select from cto_portfolio_media") == []


async def test_a_store_that_fails_leaves_nothing_half_written(market, client, cto, item_id, stored, monkeypatch):
    put = ObjectStore.put

    async def second_fails(self, key: str, content: bytes) -> None:
        if "1600" in key:
            raise FilesUnavailable("away")
        await put(self, key, content)

    monkeypatch.setattr(ObjectStore, "put", second_fails)
    answer = await upload_picture(client, item_id, png())
    assert (answer.status_code, "cannot be stored or read right now" in answer.text) == (503, True)
    assert len(stored()) == 1
    assert (await own_portfolio(cto.person))[0]["images"] == []
    await work_off_everything(market)
    assert stored() == set()


async def test_nobody_else_adds_changes_or_removes(market, client, cto, item_id, stored):
    await upload_picture(client, item_id, png())
    (item,) = await own_portfolio(cto.person)
    image_id = item["images"][0]["id"]
    other = await market.listed_cto()
    for mutation, value in (
        ("describePortfolioImage", {"imageId": image_id, "alt": "Mine"}),
        ("movePortfolioImage", {"imageId": image_id, "place": 1}),
        ("removePortfolioMedia", {"mediaId": image_id}),
        ("restorePortfolioMedia", {"mediaId": image_id}),
    ):
        assert (await other.person.mutate(mutation, ITEM, value))["code"] == "not_found"
    for person, status in ((other.person, 404), (await market.join("client"), 403), (await market.join("admin"), 403)):
        async with market.browser() as browser:
            await sign_in(browser, person)
            assert (await upload_picture(browser, item_id, png())).status_code == status
            assert (await upload_file(browser, item_id, PDF)).status_code == status
    await work_off_everything(market)
    assert len(stored()) == 2
    assert (await own_portfolio(cto.person))[0]["images"][0]["alt"] == "Two diagrams"


async def test_what_a_picture_shows_is_said_anew(market, client, cto, item_id):
    await upload_picture(client, item_id, png())
    await upload_file(client, item_id, PDF)
    (item,) = await own_portfolio(cto.person)
    image, file = item["images"][0], item["files"][0]
    place = f"/account/profile/portfolio/{item_id}"
    await submit(client, place, f"{place}/media/{image['id']}", {"alt": "The order system"})
    await submit(client, place, f"{place}/media/{image['id']}", {"alt": ""})
    assert "Fill this in." in (await client.get(place)).text
    refused = await cto.person.mutate("describePortfolioImage", ITEM, {"imageId": file["id"], "alt": "A file"})
    assert refused["code"] == "not_found"
    assert (await own_portfolio(cto.person))[0]["images"][0]["alt"] == "The order system"
    rows = await market.fetch("select action from audit_events where action like 'ctos.portfolio_media.%' order by id")
    assert [row["action"].rpartition(".")[2] for row in rows] == ["added", "added", "described"]


async def test_pictures_are_shown_in_the_order_that_their_owner_gives_them(market, client, cto, item_id):
    for alt in "ABC":
        await upload_picture(client, item_id, png(), alt)
    await upload_file(client, item_id, PDF)
    (item,) = await own_portfolio(cto.person)
    ids, page = {each["alt"]: each["id"] for each in item["images"]}, f"/account/profile/portfolio/{item_id}"
    for alt, place, order in (("C", 1, "CAB"), ("A", 3, "CBA"), ("C", 6, "BAC"), ("C", 2, "BCA")):
        moved = await cto.person.mutate("movePortfolioImage", ITEM, {"imageId": ids[alt], "place": place})
        assert "".join(each["alt"] for each in moved["images"]) == order
    await submit(client, page, f"{page}/media/{ids['C']}/move", {"place": "1"})
    await submit(client, page, f"{page}/media/{ids['C']}/move", {"place": "first"})
    assert "Use a whole number." in (await client.get(page)).text
    await upload_picture(client, item_id, png(), "D")
    (shown,) = (await market.graphql(SHOWN, id=str(cto.id)))["data"]["cto"]["portfolio"]
    assert [each["alt"] for each in shown["images"]] == ["C", "B", "A", "D"]
    nowhere = await cto.person.mutate("movePortfolioImage", ITEM, {"imageId": ids["A"], "place": 0})
    assert nowhere["fields"][0]["field"] == "place"
    no_picture = {"imageId": item["files"][0]["id"], "place": 1}
    assert (await cto.person.mutate("movePortfolioImage", ITEM, no_picture))["code"] == "not_found"
    rows = await market.fetch("select from audit_events where action = 'ctos.portfolio_media.moved'")
    assert len(rows) == 5


@pytest.mark.parametrize("kind", ["images", "files"])
async def test_what_is_no_upload_and_for_no_piece_of_work_is_refused_for_what_it_is(client, cto, kind):
    token = form_token((await client.get("/account")).text)
    answer = await client.post(f"/account/profile/portfolio/{uuid4()}/{kind}", data={"_csrf": token})
    assert answer.status_code == 415
