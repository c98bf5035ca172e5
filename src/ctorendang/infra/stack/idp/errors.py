"""What the provider will not do."""


class Refused(Exception):
    """A request is not as it should be; the message tells the developer why."""


class TokenRefused(Exception):
    """An error of the token or userinfo endpoint (RFC 6749 section 5.2), by its code."""

    def __init__(self, code: str, *, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
