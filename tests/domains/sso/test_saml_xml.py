"""Reading what strangers send costs little, whatever it is."""

import tracemalloc
import zlib
from datetime import UTC, datetime

import pytest

from ctorendang.domains.sso.saml.xml import NotReadable, decode, deflate, encode, inflate, moment


def test_inflating_stops_early() -> None:
    deflater = zlib.compressobj(9, wbits=-15)
    block = b" " * 1_000_000
    bomb = b"".join(deflater.compress(block) for _ in range(200)) + deflater.flush()
    tracemalloc.start()
    with pytest.raises(NotReadable):
        inflate(bomb)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_inflating_undoes_deflating() -> None:
    assert inflate(deflate(b"<a/>" * 1000)) == b"<a/>" * 1000
    for broken in (b"", b"nothing", deflate(b"<a/>" * 1000)[:-3]):
        with pytest.raises(NotReadable):
            inflate(broken)


def test_base64_may_be_broken_into_lines_and_nothing_else() -> None:
    assert decode("PGEv\r\nPg==\n") == b"<a/>"
    assert decode(encode(b"\xff\xfe")) == b"\xff\xfe"
    for broken in ("PGEvPg=", "PGEv-Pg==", "é", "A" * 1_000_001):
        with pytest.raises(NotReadable):
            decode(broken)


def test_moments_are_read_or_nothing() -> None:
    assert moment("2026-01-31T12:00:00.1234567Z") == datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
    assert moment("2026-01-31T13:00:00+01:00") == moment("2026-01-31T12:00:00")
    for strange in (None, "", "soon", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-13-01T00:00:00Z"):
        assert moment(strange) is None
