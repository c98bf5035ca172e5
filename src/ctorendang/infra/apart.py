"""Reading what strangers send at arm's length: in a process of its own, which has none of our secrets."""

import asyncio
import sys
from collections.abc import Mapping


async def run_apart(
    program: str, *arguments: str, content: bytes, seconds: float, environment: Mapping[str, str] | None = None
) -> tuple[int | None, bytes]:
    """Run a program of ours on bytes of somebody else's; what it exits with, and what it has written.

    What it may use of the machine, it limits itself as it starts.

    Args:
        program: its file; it knows the standard library and what is installed, and nothing of this folder.
        arguments: of its command line.
        content: what it reads from standard input.
        seconds: after which it is ended.
        environment: all of its environment; nothing of this process's, which holds every secret there is.

    Raises:
        TimeoutError: it took longer.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", program, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=dict(environment or {}),
        cwd="/",
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate(content)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, output
