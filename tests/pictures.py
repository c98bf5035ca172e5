"""Pictures for tests, good and hostile."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def encoded(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    output = io.BytesIO()
    image.convert(mode).save(output, kind, **options)
    return output.getvalue()


def png(size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A PNG."""
    return encoded("PNG", size, **options)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk (PNG specification section 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def announcing_png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG that says how large it is and holds a few bytes that unpack to zeros, as bombs do."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows or zlib.compress(b"\0" * 1_000_000, 9))
        + chunk(b"IEND", b"")
    )


def opened(content: bytes) -> Image.Image:
    """What was made of a picture, decoded."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
