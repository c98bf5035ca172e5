"""The object store, on a folder; and what it says of stores that cannot be used."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctorendang.infra.gateways.files import ObjectStore, create_files
from ctorendang.infra.gateways.gateways import FilesUnavailable, NotConfigured
from ctorendang.settings import FileSettings, InvalidSetting


@pytest.fixture
def files(tmp_path: Path) -> ObjectStore:
    return ObjectStore((tmp_path / "files of people").as_uri())


async def test_what_was_put_is_there_until_it_is_deleted(files, tmp_path):
    await files.put("tenant/avatars/a.webp", b"one")
    await files.put("tenant/avatars/a.webp", b"two")
    assert await files.get("tenant/avatars/a.webp") == b"two"
    assert (tmp_path / "files of people" / "tenant" / "avatars" / "a.webp").read_bytes() == b"two"
    await files.delete("tenant/avatars/a.webp")
    await files.delete("tenant/avatars/a.webp")
    assert await files.get("tenant/avatars/a.webp") is None


@pytest.mark.parametrize(
    "key", ["", "/", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "A", "a b", "a\0b", "a%2fb"]
)
async def test_a_key_cannot_leave_its_place(files, key):
    for attempt in (files.put(key, b""), files.get(key), files.delete(key)):
        with pytest.raises(ValueError, match="no key"):
            await attempt


@given(st.text(max_size=30))
async def test_whatever_the_key_nothing_is_written_outside(tmp_path_factory, key):
    folder = tmp_path_factory.mktemp("store") / "inner"
    files = ObjectStore(folder.as_uri())
    with suppress(ValueError, FilesUnavailable):
        await files.put(key, b"x")
    assert {path.name for path in folder.parent.iterdir()} == {"inner"}


async def test_a_store_that_cannot_be_used_says_so(files, tmp_path):
    (tmp_path / "files of people" / "tenant").write_text("a file where a folder should be")
    with pytest.raises(FilesUnavailable):
        await files.put("tenant/a.webp", b"x")
    with pytest.raises(FilesUnavailable):
        await files.get("tenant/a.webp")


async def test_a_store_that_cannot_be_reached_is_given_up_soon(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:9")
    with pytest.raises(FilesUnavailable):
        await create_files(FileSettings("s3://bucket/folder")).get("a.webp")


@pytest.mark.parametrize(
    "url", ["http://files.example", "s3://", "bucket", "ftp://x/y", "memory:///", "file:///proc/no"]
)
def test_an_address_that_names_no_store_is_refused_at_the_start(url):
    with pytest.raises(InvalidSetting, match="CTORENDANG_FILES_URL"):
        create_files(FileSettings(url))


async def test_without_a_store_every_use_waits_for_one():
    files = create_files(FileSettings(""))
    for attempt in (files.put("a", b""), files.get("a"), files.delete("a")):
        with pytest.raises(NotConfigured, match="CTORENDANG_FILES_URL"):
            await attempt
