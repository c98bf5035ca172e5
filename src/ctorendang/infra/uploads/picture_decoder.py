"""Turns a picture that somebody sent into pictures of our own making. A program: bytes in, bytes out.

It runs as a process of its own, with little memory, little time and no secrets, because decoding what strangers send
is where image libraries break. What leaves it was drawn anew from pixels: nothing else of the file survives.

Usage: ``python -I picture_decoder.py squares|fitted SIDE…``; reads the file from standard input, writes one WebP a side
to standard output, each after its width, height and length (``FRAME``). On a file that it refuses it exits with 3 and a
sentence for its sender.
"""

import io
import struct
import sys
from collections.abc import Callable, Iterator

from PIL import Image

# 50 million pixels is what phones take; one side as long as a panorama's.
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 16_384
REFUSED = 3
FRAME = struct.Struct(">III")
"""What stands before each picture: width and height in pixels, length in bytes."""

_QUALITY = 84
_PNG = b"\x89PNG\r\n\x1a\n"
_TOO_LARGE = f"This picture has too many pixels. Use one of at most {MOST_PIXELS // 1_000_000} megapixels."
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Refused(Exception):
    """The file will not do; the message tells its sender why."""


def squares(content: bytes, sides: list[int]) -> list[bytes]:
    """The middle of a picture, upright, as a WebP of each side in pixels.

    Raises:
        Refused: it is no picture of a kind that is taken, or a broken or overlong one.
    """
    return [made for _, made in _drawn(content, sides, _square)]


def fitted(content: bytes, sides: list[int]) -> list[bytes]:
    """The whole picture, upright, as a WebP whose longer side is at most each of ``sides`` pixels; none is enlarged.

    Raises:
        Refused: it is no picture of a kind that is taken, or a broken or overlong one.
    """
    return [made for _, made in _drawn(content, sides, _fit)]


def _drawn(content: bytes, sides: list[int], draw: "_Draw") -> list[tuple[tuple[int, int], bytes]]:
    """Width and height of each new picture, and the picture."""
    kind = _kind(content)
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            _require_decodable(image.size)
            pixels, turn = _pixels(image, max(sides)), _turn(image)
            drawn = (draw(pixels, side, turn) for side in sides)
            return [(each.size, _encoded(each)) for each in drawn]
    except Refused:
        raise
    except (Image.DecompressionBombError, MemoryError):
        raise Refused(_TOO_LARGE) from None
    except Exception:  # noqa: BLE001 - decoders raise whatever they like, and all of it means the same
        raise Refused("This picture is damaged or incomplete. Choose another one.") from None


def _kind(content: bytes) -> str:
    """Which decoder may look at a file; decided by what it is, whatever it is called."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(_PNG):
        _require_end(content, _end_of_png(content))
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        _require_end(content, int.from_bytes(content[4:8], "little") + 8)
        return "WEBP"
    if content[:6] in {b"GIF87a", b"GIF89a"}:
        _require_end(content, _end_of_gif(content))
        return "GIF"
    raise Refused("Choose a JPEG, PNG, WebP or GIF picture.")


def _require_decodable(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise Refused(_TOO_LARGE)
    if min(size) < 16:
        raise Refused("This picture is too small. Use one of at least 16 by 16 pixels.")


def _require_end(content: bytes, end: int) -> None:
    """Refuse a file that goes on after its picture: it is something else as well, an archive or a script.

    JPEG is not asked: phones append films and second pictures to it.
    """
    if end > len(content):
        raise Refused("This picture is damaged or incomplete. Choose another one.")
    if content[end:].strip(b"\0"):
        raise Refused("This file holds more than a picture. Save the picture anew and choose that.")


def _end_of_png(content: bytes) -> int:
    """Where the IEND chunk ends (PNG specification section 5.3)."""
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    return len(content) + 1


def _end_of_gif(content: bytes) -> int:
    """Where the trailer stands, block by block (GIF89a specification appendix B)."""
    at = 13 + _colours(content, 10)
    while at < len(content):
        block = content[at]
        if block == 0x3B:
            return at + 1
        if block == 0x2C:
            at = _after_blocks(content, at + 11 + _colours(content, at + 9))
        elif block == 0x21:
            at = _after_blocks(content, at + 2)
        else:
            break
    return len(content) + 1


def _colours(content: bytes, at: int) -> int:
    """How many bytes of colour table the packed field at a position announces."""
    packed = content[at] if at < len(content) else 0
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1


def _pixels(image: Image.Image, side: int) -> Image.Image:
    """The picture decoded, not much larger than it is needed where the decoder can help that."""
    image.draft("RGB", (side * 2, side * 2))
    image.load()
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256).convert("L")
    transparent = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    mode = "RGBA" if transparent else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to set a picture upright, as its camera noted (EXIF 2.32 section 4.6.4, tag 274)."""
    try:
        return _TURNS.get(image.getexif().get(274, 1))
    except Exception:  # noqa: BLE001 - what the camera noted may be broken although the picture is not
        return None


def _square(pixels: Image.Image, side: int, turn: Image.Transpose | None) -> Image.Image:
    width, height = pixels.size
    edge = min(width, height)
    left, top = (width - edge) // 2, (height - edge) // 2
    middle = (left, top, left + edge, top + edge)
    small = pixels.resize((side, side), Image.Resampling.LANCZOS, box=middle, reducing_gap=3.0)
    # The middle stays the middle however a square is turned, so the small one is turned.
    return small if turn is None else small.transpose(turn)


def _fit(pixels: Image.Image, side: int, turn: Image.Transpose | None) -> Image.Image:
    scale = min(1.0, side / max(pixels.size))
    width, height = (max(1, round(length * scale)) for length in pixels.size)
    small = pixels.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return small if turn is None else small.transpose(turn)


_Draw = Callable[[Image.Image, int, Image.Transpose | None], Image.Image]
_SHAPES: dict[str, _Draw] = {"squares": _square, "fitted": _fit}


def _encoded(image: Image.Image) -> bytes:
    # A picture made anew has no metadata to forget: no EXIF, no place, no comment, no profile.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    output = io.BytesIO()
    clean.save(output, "WEBP", quality=_QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return output.getvalue()


def _limit() -> None:
    """Give this process little to misbehave with."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
    resource.setrlimit(resource.RLIMIT_CPU, (15, 15))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _framed(pictures: list[tuple[tuple[int, int], bytes]]) -> Iterator[bytes]:
    for (width, height), picture in pictures:
        yield FRAME.pack(width, height, len(picture))
        yield picture


def main() -> None:
    """Run once."""
    shape, *sides = sys.argv[1:]
    Image.init()
    _limit()
    try:
        made = _drawn(sys.stdin.buffer.read(), [int(side) for side in sides], _SHAPES[shape])
    except Refused as refusal:
        sys.stdout.buffer.write(str(refusal).encode())
        sys.exit(REFUSED)
    sys.stdout.buffer.writelines(_framed(made))


if __name__ == "__main__":
    main()
