"""Having pictures decoded, at arm's length."""

import asyncio
from dataclasses import dataclass, field

from ctorendang.infra.apart import run_apart
from ctorendang.infra.uploads import picture_decoder
from ctorendang.infra.uploads.errors import PictureNotAccepted

_SECONDS = 20.0
_SLOW = "This picture takes too long to read. Use a smaller one."
# Each may take hundreds of megabytes for a moment; whoever comes third waits.
_turn = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Picture:
    """A WebP of our own making; width and height are pixels."""

    width: int
    height: int
    content: bytes = field(repr=False)


async def squares_of(content: bytes, sides: tuple[int, ...]) -> list[bytes]:
    """The middle of a picture, upright and without metadata, as a WebP of each side in pixels.

    Raises:
        PictureNotAccepted: it is no picture that is taken; the detail says why.
    """
    return [picture.content for picture in await _made_of(content, "squares", sides)]


async def fitted(content: bytes, sides: tuple[int, ...]) -> list[Picture]:
    """The whole picture, upright and without metadata, as a WebP whose longer side is at most each of ``sides`` pixels.

    Raises:
        PictureNotAccepted: it is no picture that is taken; the detail says why.
    """
    return await _made_of(content, "fitted", sides)


async def _made_of(content: bytes, shape: str, sides: tuple[int, ...]) -> list[Picture]:
    async with _turn:
        try:
            status, output = await run_apart(
                picture_decoder.__file__,
                shape,
                *map(str, sides),
                content=content,
                seconds=_SECONDS,
                environment={"OMP_NUM_THREADS": "1"},
            )
        except TimeoutError:
            raise PictureNotAccepted(_SLOW) from None
    if status == picture_decoder.REFUSED:
        raise PictureNotAccepted(output.decode())
    if status:
        raise PictureNotAccepted(_SLOW)
    return _parts(output)


def _parts(output: bytes) -> list[Picture]:
    parts = []
    while output:
        width, height, length = picture_decoder.FRAME.unpack_from(output)
        end = picture_decoder.FRAME.size + length
        parts.append(Picture(width, height, output[picture_decoder.FRAME.size : end]))
        output = output[end:]
    return parts
