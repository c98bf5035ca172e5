"""What a file is, told from its bytes alone; what could be two things at once is refused."""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from ctorendang.infra.uploads.errors import FileNotAccepted
from ctorendang.infra.validation import findable

TAKEN = "PDF, PNG, JPEG, Word, Excel, PowerPoint or plain text"
MOST_BYTES = 10_000_000
_LONGEST_NAME = 100
_MOST_PIXELS = 100_000_000
_MOST_ENTRIES = 2_000
_MOST_UNPACKED = 200_000_000
_PIECE = 1_000_000
# How far from the end readers look for an archive's directory (ZIP APPNOTE section 4.3.16: 22 bytes and a comment).
_DIRECTORY_REACH = 65_557
_DIRECTORY = b"PK\x05\x06"
_PAGE = re.compile(rb"<(?:script|html[\s>]|svg[\s>]|!doctype|\?php)", re.IGNORECASE)
_MARKUP = re.compile(rb"\s*<[a-z!?/]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}


@dataclass(frozen=True, slots=True)
class FileType:
    """What a file was found to be, and what its name may end in; the first is usual."""

    media_type: str
    endings: tuple[str, ...]


def require_whole(content: bytes, most_bytes: int = MOST_BYTES) -> None:
    """Go on if there is a file, and it is not too large.

    Raises:
        FileNotAccepted: otherwise.
    """
    if not content:
        raise FileNotAccepted("Choose a file first.")
    if len(content) > most_bytes:
        raise FileNotAccepted(f"Use a file of at most {most_bytes // 1_000_000} MB.")


def saved_name(typed: str, kind: FileType) -> str:
    """What a file is saved under: what its owner calls it, with an ending that says what it is."""
    last = findable(typed.replace("\\", "/").rpartition("/")[2])
    stem, _, ending = last.rpartition(".")
    stem = (stem or last).strip(" .")[:_LONGEST_NAME] or "file"
    return f"{stem}.{ending.lower() if ending.lower() in kind.endings else kind.endings[0]}"


def recognise(content: bytes) -> FileType:
    """What a file is.

    Raises:
        FileNotAccepted: it is nothing that is taken, is broken, or is more than one thing.
    """
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content)


def _pdf(content: bytes) -> FileType:
    if not content[-1024:].rstrip(b"\0\t\r\n ").endswith(b"%%EOF"):
        raise FileNotAccepted("This PDF is not whole. Export it again.")
    _require_alone(content, content[:1024])
    return FileType("application/pdf", ("pdf",))


def _png(content: bytes) -> FileType:
    place, kind = 8, b""
    if len(content) < 33:  # the signature and the chunk that tells the size (PNG specification section 11.2.2)
        raise FileNotAccepted("This picture is not whole. Save it again.")
    while kind != b"IEND":
        if place + 12 > len(content):
            raise FileNotAccepted("This picture is not whole. Save it again.")
        length, kind = struct.unpack_from(">I4s", content, place)
        if place == 8:
            _require_small(*struct.unpack_from(">II", content, 16))
        place += 12 + length
    if place != len(content):
        raise FileNotAccepted("This picture has something else behind it. Save it again.")
    _require_alone(content, content)
    return FileType("image/png", ("png",))


def _jpeg(content: bytes) -> FileType:
    place = 2
    while True:
        if place + 9 > len(content) or content[place] != 0xFF:
            raise FileNotAccepted("This picture is not whole. Save it again.")
        marker, length = struct.unpack_from(">BH", content, place + 1)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, place + 5)
            _require_small(width, height)
            break
        place += 2 + length
    if not content.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise FileNotAccepted("This picture has something else behind it. Save it again.")
    _require_alone(content, content)
    return FileType("image/jpeg", ("jpg", "jpeg"))


def _office(content: bytes) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if min((entry.header_offset for entry in entries), default=1) != 0 or archive.comment:
                raise FileNotAccepted("This file has something else in front of it or behind it. Save it again.")
            _require_bounded(archive, entries)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise FileNotAccepted("This file is broken or protected by a password. Save it again.") from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileNotAccepted("This file holds macros. Save it without them.")
    if "[Content_Types].xml" in names:
        for folder, (media_type, ending) in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return FileType(media_type, (ending,))
    raise FileNotAccepted(f"Archives are not taken. Add the files one by one: {TAKEN}.")


def _require_bounded(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack everything, piece by piece, since what an archive says of its sizes may be a lie."""
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise FileNotAccepted("This file unpacks to far more than it seems. Save a smaller one.")
    # What office programs write; other methods take as much memory as the file says.
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise FileNotAccepted("This file is packed in an unusual way. Save it again.")
    unpacked = 0
    for entry in entries:
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                unpacked += len(piece)
                if unpacked > _MOST_UNPACKED:
                    raise FileNotAccepted("This file unpacks to far more than it seems. Save a smaller one.")


def _text(content: bytes) -> FileType:
    refused = FileNotAccepted(f"This kind of file is not taken. Use {TAKEN}.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused from None
    if _CONTROL.search(text) or _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")) or _PAGE.search(content):
        raise refused
    _require_alone(content, b"")
    return FileType("text/plain; charset=utf-8", ("txt", "md"))


def _require_small(width: int, height: int) -> None:
    if not 0 < width * height <= _MOST_PIXELS:
        raise FileNotAccepted("This picture is too large. Use at most 100 megapixels.")


def _require_alone(content: bytes, searched: bytes) -> None:
    """Refuse what an archiver, a PDF reader or a browser would take for something else than it is."""
    hidden = not content.startswith(b"%PDF-") and b"%PDF-" in content[:1024]
    if hidden or _DIRECTORY in content[-_DIRECTORY_REACH:] or _PAGE.search(searched):
        raise FileNotAccepted("This file holds another file inside. Save it again, by itself.")
