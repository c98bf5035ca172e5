"""Passwords: Argon2id with the parameters of RFC 9106's second choice, off the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# More than any password may have: what is typed beyond makes hashing slow and nothing right.
_LONGEST_TYPED = 300

_hasher = PasswordHasher()

# Hashing is made to be slow: a crowd that signs in queues here, and not before what else runs in threads.
_threads = ThreadPoolExecutor(2, thread_name_prefix="passwords")

# Compared with when there is no account, so that the answer takes as long as if there were one.
_NOBODY = _hasher.hash("nobody")


def hash_password(password: str) -> str:
    """An Argon2id hash with its own salt; takes tens of milliseconds by design."""
    return _hasher.hash(password)


async def hash_password_aside(password: str) -> str:
    """As ``hash_password``, in a thread: hashing lets go of the interpreter."""
    return await asyncio.get_running_loop().run_in_executor(_threads, hash_password, password)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hashed one; takes as long when there is no hash."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _fits, password_hash, password[:_LONGEST_TYPED])


def _fits(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
