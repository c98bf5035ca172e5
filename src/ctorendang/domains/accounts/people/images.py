"""Having pictures decoded, at arm's length."""

import asyncio
import struct
import sys
from pathlib import Path

from ctorendang.domains.accounts.errors import PictureNotAccepted
from ctorendang.domains.accounts.people import image_decoder

_SECONDS = 20.0
_SLOW = "This picture takes too long to read. Use a smaller one."
# Each may take hundreds of megabytes for a moment; whoever comes third waits.
_turn = asyncio.Semaphore(2)


async def squares_of(content: bytes, sides: tuple[int, ...]) -> list[bytes]:
    """The middle of a picture, upright and without metadata, as a WebP of each side in pixels.

    Raises:
        PictureNotAccepted: it is no picture that is taken; the detail says why.
    """
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(Path(image_decoder.__file__)), *map(str, sides)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Nothing of this process's environment: it holds every secret there is.
            env={"OMP_NUM_THREADS": "1"},
            cwd="/",
        )
        try:
            async with asyncio.timeout(_SECONDS):
                output, _ = await process.communicate(content)
        except TimeoutError:
            raise PictureNotAccepted(_SLOW) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode == image_decoder.REFUSED:
        raise PictureNotAccepted(output.decode())
    if process.returncode:
        raise PictureNotAccepted(_SLOW)
    return _parts(output)


def _parts(output: bytes) -> list[bytes]:
    parts = []
    while output:
        (length,) = struct.unpack_from(">I", output)
        parts.append(output[4 : 4 + length])
        output = output[4 + length :]
    return parts
