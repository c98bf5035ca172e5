"""The product's cookies: bound to one host, out of scripts' reach, and without the platform's name."""

from dataclasses import dataclass

from litestar.datastructures import Cookie


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and makes cookies.

    Over https their names start with ``__Host-``, so that browsers refuse them from anywhere but this very host
    (RFC 6265bis section 4.1.3.2); over plain http, which is for development, browsers would drop such names.
    """

    secure: bool

    def name(self, plain: str) -> str:
        """A cookie's full name."""
        return f"__Host-{plain}" if self.secure else plain

    def make(self, plain: str, value: str, max_age: int) -> Cookie:
        """A cookie to set; ``max_age`` in seconds."""
        return Cookie(
            key=self.name(plain),
            value=value,
            max_age=max_age,
            path="/",
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )

    def drop(self, plain: str) -> Cookie:
        """A cookie that removes itself."""
        return self.make(plain, "", 0)


SESSION = "session"
VISITOR = "visitor"
FLASH = "flash"
FAREWELL = "farewell"
"""Names the session that has just ended here, whose provider is still to hear of it."""
