"""Forms with a file: read piece by piece, and no further than allowed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from ctorendang.infra.errors import AppError, Forbidden
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form, FormNotUnderstood, FormTypeNotSupported, require_own_origin
from ctorendang.kit.crypto import same

_MOST_FIELDS = 20
_LONGEST_FIELD = 10_000
# What fields, headers and boundaries may add to the file.
_AROUND = 64_000


class UploadTooLarge(AppError):
    """The file, or everything together, is larger than what is taken here."""

    code = "upload_too_large"
    status = 413

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"Use a file of at most {most_bytes // 1_000_000} MB.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A form with a file in it; the file is empty where none was chosen.

    Attributes:
        filename: what its sender calls it, to be shown or saved under only after a check of its own.
    """

    form: Form
    content: bytes = field(repr=False)
    filename: str = ""


async def read_upload(request: Request[Any, Any, Any], token: str, name: str, most_bytes: int) -> Upload:
    """The form that a page of this site has sent, with the file in its field of a name.

    Whether it may be sent at all is settled before a byte of the file is kept: the token comes in a header, or in a
    field before the file. What a browser says of the file's kind is not believed, and so not read.

    Args:
        request: a POST to a handler that sets no limit of its own.
        token: what the page's form must have carried.
        name: of the file's field; other files are not taken.
        most_bytes: how large the file may be.

    Raises:
        Forbidden: another site has sent it, or the token is missing, old, or behind the file.
        FormTypeNotSupported: the body is no form with files.
        FormNotUnderstood: it is a broken one.
        UploadTooLarge: the file is larger, or the request says that it will be.
    """
    require_own_origin(request, context_of(request))
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise FormTypeNotSupported("Send the form as a browser does (multipart/form-data).")
    if (request.content_length or 0) > most_bytes + _AROUND:
        raise UploadTooLarge(most_bytes)
    reading = _Reading(token, request.headers.get("x-csrf-token", ""), name, most_bytes)
    try:
        await reading.run(options["boundary"], request.stream())
    except ParserLimitReached:
        raise UploadTooLarge(most_bytes) from None
    except (MultipartError, UnicodeError):
        raise FormNotUnderstood("The form could not be read. Reload the page and send it again.") from None
    reading.require_token()
    return Upload(Form(reading.pairs), bytes(reading.content), reading.filename)


class _Reading:
    """What has been read so far."""

    def __init__(self, token: str, sent: str, name: str, most_bytes: int) -> None:
        self._token = token
        self._sent = sent
        self._name = name
        self._most_bytes = most_bytes
        self.pairs: list[tuple[str, str]] = []
        self.content = bytearray()
        self.filename = ""

    async def run(self, boundary: str, chunks: AsyncIterator[bytes]) -> None:
        part: MultipartSegment | None = None
        value = bytearray()
        with PushMultipartParser(
            boundary, max_segment_size=self._most_bytes, max_segment_count=_MOST_FIELDS, strict=True
        ) as parser:
            async for chunk in chunks:
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        part, value = event, self._begin(event)
                    elif event is None and part is not None:
                        self._end(part, value)
                    elif event is not None and part is not None:
                        value += event
                        if part.filename is None and len(value) > _LONGEST_FIELD:
                            raise FormNotUnderstood("A field of the form is too long. Reload the page and try again.")

    def _begin(self, part: MultipartSegment) -> bytearray:
        if part.filename is None:
            return bytearray()
        self.require_token()
        if part.name != self._name or self.content:
            raise FormNotUnderstood("The form could not be read. Reload the page and send it again.")
        self.filename = part.filename
        return self.content

    def _end(self, part: MultipartSegment, value: bytearray) -> None:
        if part.filename is None:
            text = value.decode("utf-8")
            self.pairs.append((part.name or "", text))
            if part.name == "_csrf" and not self._sent:
                self._sent = text

    def require_token(self) -> None:
        if not same(self._sent, self._token):
            raise Forbidden("This page has been open for too long. Reload it and try again.")
