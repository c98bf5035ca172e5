"""What strangers type."""

from urllib.parse import quote_plus

from hypothesis import strategies as st

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"
TEMPLATES = "{{ 7 * 7 }}{% include 'x' %}${7*7}<%= 7 %>"

_NUMBERS = [
    *(
        "0",
        "1",
        "-1",
        "--5",
        "1-1",
        "+",
        "NaN",
        "sNaN",
        "-Infinity",
        "1e999999",
        "1e-999999",
        "9" * 400,
        "1.005",
        ",",
        ".",
    ),
    *("2147483648", "99999999999999", "0x10", "1_0", "٣", "१२", "³"),
]
_DAYS = ["0001-01-01", "9999-12-31", "2026-02-30", "2026-W01-1", "20260101", "2026-01-01T00:00:00", "now"]
_TEXTS = [
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\x1b[31m",
        "\r\nSet-Cookie: a=b",
        "\ud800",
        "\udfff\ud800",
        "\ufffe",
        "\u202eevil",
        "\u200b",
    ),
    *("😀" * 60, "x" * 7_000, "\n" * 300, "a" * 250 + "@b.example", "%00", "%", "\\", "null", "[]"),
    *("../../etc/passwd", "//evil.example", "javascript:alert(1)", "' or 1=1 --", MARKUP, TEMPLATES),
]

KNOWN = [*_NUMBERS, *_DAYS, *_TEXTS]
# What has done harm here or elsewhere.
HARDEST = ["", "\0", "--5", "sNaN", "1e999999", "1e-999999", "9" * 400, "9999-12-31", "x" * 7_000, "\ud800", MARKUP]
values = st.sampled_from(KNOWN) | st.text(st.characters(), max_size=30)


def encode(pairs: list[tuple[str, str]]) -> bytes:
    """As a browser would, had it such text: halves of surrogate pairs too."""
    return "&".join(
        "=".join(quote_plus(part.encode("utf-8", "surrogatepass")) for part in pair) for pair in pairs
    ).encode()
