"""What files are told to be, and which are refused."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctorendang.infra.uploads.errors import FileNotAccepted
from ctorendang.infra.uploads.file_types import FileType, recognise, saved_name
from tests.documents import DOCX, PDF, TYPES, archive
from tests.pictures import announcing_png, encoded, png


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (png(), "image/png"),
        (encoded("JPEG"), "image/jpeg"),
        (encoded("JPEG", progressive=True), "image/jpeg"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("Größe\n\t1 < 2".encode(), "text/plain; charset=utf-8"),
    ],
)
def test_a_file_is_what_its_bytes_say(content, media_type):
    assert recognise(content).media_type == media_type


HOSTILE = {
    "a pdf with an archive behind": PDF[:-7] + DOCX + b"\n%%EOF",
    "a pdf that is a page": b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF",
    "half a pdf": PDF[:20],
    "a picture with an archive behind": png() + DOCX,
    "a picture with a page inside": encoded("JPEG", comment=b"<script>alert(1)</script>"),
    "a picture with a pdf in front": encoded("JPEG", comment=b"%PDF-1.4"),
    "half a picture": png()[:40],
    "a picture of 50,000 pixels a side": announcing_png(50_000, 50_000),
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a page after text": b"hello <script>alert(1)</script>",
    "a drawing": b'  <svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a program": b"MZ\x90\x00\x03",
    "an archive": archive(("a.txt", b"a")),
    "a bomb": archive(TYPES, ("word/document.xml", b"\0" * 201_000_000)),
    "a bomb of many": archive(TYPES, *((f"word/{number}", b"") for number in range(2_001))),
    "a document behind a program": b"PK\x03\x04junk" + DOCX,
    "a document with macros": archive(TYPES, ("word/document.xml", b""), ("word/vbaProject.bin", b"x")),
    "a broken document": DOCX[:-30],
    "nothing readable": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_broken_or_two_things_at_once_is_refused(content):
    with pytest.raises(FileNotAccepted):
        recognise(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_only_what_office_programs_pack_is_unpacked(method):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as packed:
        for name in ("[Content_Types].xml", "word/document.xml"):
            packed.writestr(name, b"<w/>" * 100)
    content = output.getvalue()
    broken = content.replace(content[60:70], b"\xff" * 10)
    assert broken != content
    for each in (content, broken):
        with pytest.raises(FileNotAccepted):
            recognise(each)


def test_a_bomb_that_lies_about_its_size_is_refused():
    small = b"\x10\x00\x00\x00"
    honest = archive(TYPES, ("word/document.xml", b"\0" * 201_000_000))
    lying = honest.replace((201_000_000).to_bytes(4, "little"), small)
    assert lying != honest
    with pytest.raises(FileNotAccepted):
        recognise(lying)


@given(content=st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: PDF + tail))
def test_whatever_comes_is_recognised_or_refused(content):
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"):
        with suppress(FileNotAccepted):
            assert recognise(start + content).endings


@given(typed=st.text(max_size=200))
def test_a_name_is_short_printable_and_ends_in_what_the_file_is(typed):
    name = saved_name(typed, FileType("application/pdf", ("pdf",)))
    assert name.endswith(".pdf")
    assert len(name) <= 105
    assert name.isprintable()
    assert not set(name) & set("/\\")
