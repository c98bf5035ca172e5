"""What is made of pictures, and which are refused: the decoder by itself, in this process."""

import io
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from ctorendang.infra.uploads.picture_decoder import LONGEST_SIDE, MOST_PIXELS, Refused, fitted, squares
from tests.pictures import announcing_png, chunk, encoded, opened, png

RED, BLUE = (254, 0, 0), (0, 0, 254)


def near(pixel: tuple[int, ...], colour: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(16, 16), (640, 480), (480, 640), (2000, 17)])
def test_the_middle_becomes_squares_of_webp(kind, size):
    small, large = squares(encoded(kind, size), [128, 512])
    for content, side in ((small, 128), (large, 512)):
        made = opened(content)
        assert (made.format, made.size) == ("WEBP", (side, side))
        assert near(made.convert("RGB").getpixel((side // 8, side // 2)), RED)
        assert near(made.convert("RGB").getpixel((side * 7 // 8, side // 2)), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize(
    ("size", "wanted"), [((3200, 800), (1600, 400)), ((100, 50), (100, 50)), ((800, 3200), (400, 1600))]
)
def test_the_whole_picture_is_fitted_and_never_enlarged(kind, size, wanted):
    small, large = (opened(made) for made in fitted(encoded(kind, size), [64, 1600]))
    assert (large.format, large.size) == ("WEBP", wanted)
    assert max(small.size) == 64
    assert near(large.convert("RGB").getpixel((2, 2)), RED)
    assert near(large.convert("RGB").getpixel((wanted[0] - 3, 2)), BLUE)


def test_a_whole_picture_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    (made,) = fitted(encoded("JPEG", (400, 200), exif=exif), [100])
    assert opened(made).size == (50, 100)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_taken(mode):
    image = Image.new(mode if mode != "I;16" else "I;16", (40, 40))
    output = io.BytesIO()
    image.save(output, "PNG")
    assert opened(squares(output.getvalue(), [128])[0]).size == (128, 128)


def test_sixteen_bits_become_eight():
    image = Image.new("I;16", (40, 40), 32768)
    output = io.BytesIO()
    image.save(output, "PNG")
    assert 118 < opened(squares(output.getvalue(), [64])[0]).convert("L").getpixel((30, 30)) < 138


def test_cmyk_is_taken():
    assert opened(squares(encoded("JPEG", mode="CMYK"), [64])[0]).mode == "RGB"


def test_what_is_transparent_stays_so():
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    output = io.BytesIO()
    image.save(output, "PNG")
    assert opened(squares(output.getvalue(), [64])[0]).getpixel((32, 32))[3] == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(orientation):
    """A camera that was turned writes what it saw turned, and how; what it saw is red on the left."""
    upright = opened(encoded("PNG", (64, 64)))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    output = io.BytesIO()
    stored.save(output, "JPEG", exif=exif, quality=95)
    made = opened(squares(output.getvalue(), [64])[0]).convert("RGB")
    assert near(made.getpixel((8, 32)), RED)
    assert near(made.getpixel((56, 32)), BLUE)


def test_nothing_but_the_pixels_is_left():
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pictures = [
        encoded("JPEG", exif=exif, icc_profile=profile, comment=b"SECRET comment"),
        encoded("WEBP", exif=exif.tobytes(), icc_profile=profile, xmp=b"<x>SECRET</x>"),
        encoded("PNG", exif=exif.tobytes(), icc_profile=profile),
        encoded("GIF", comment=b"SECRET comment"),
        png()[:-12] + chunk(b"tEXt", b"Comment\0SECRET") + chunk(b"IEND", b""),
    ]
    for picture in pictures:
        (made,) = squares(picture, [64])
        found = opened(made)
        assert b"SECRET" not in made
        assert not dict(found.getexif())
        assert not {"icc_profile", "exif", "xmp", "comment"} & set(found.info)


def test_of_moving_pictures_the_first_frame_is_shown():
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue", "green")]
    for kind in ("GIF", "WEBP", "PNG"):
        output = io.BytesIO()
        frames[0].save(output, kind, save_all=True, append_images=frames[1:], duration=50)
        made = opened(squares(output.getvalue(), [64])[0])
        assert near(made.convert("RGB").getpixel((32, 32)), RED)
        assert getattr(made, "n_frames", 1) == 1


def zipped() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    return output.getvalue()


PNG, GIF, WEBP, JPEG = png(), encoded("GIF"), encoded("WEBP"), encoded("JPEG")
HOSTILE = {
    "nothing": b"",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with a declaration": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "tiff": encoded("TIFF"),
    "bmp": encoded("BMP"),
    "ico": encoded("ICO"),
    "png and zip": PNG + zipped(),
    "gif and zip": GIF + zipped(),
    "webp and zip": WEBP + zipped(),
    "gif and script": b"GIF89a/*\x01\x00\x00\x00\x00*/=1;alert(document.domain)//" + b"\0" * 40 + b";",
    "gif that is a script": b"GIF89a=1;alert(1)//",
    "gif with a script behind it": GIF + b"*/alert(1)",
    "html behind a png": PNG + b"<script>alert(1)</script>",
    "png cut short": PNG[: len(PNG) // 2],
    "jpeg cut short": JPEG[: len(JPEG) // 2],
    "gif cut short": GIF[: len(GIF) // 2],
    "webp cut short": WEBP[: len(WEBP) // 2],
    "png without its end": PNG[:-12],
    "png of fifty thousand pixels a side": announcing_png(50_000, 50_000),
    "png of one endless row": announcing_png(4_000_000_000 % 2**31, 1),
    "png that is high": announcing_png(16, 60_000),
    "png just over the limit": announcing_png(MOST_PIXELS // 5_000 + 1, 5_000),
    "png of no size": announcing_png(0, 0),
    "png with less than it says": announcing_png(4_000, 4_000, zlib.compress(b"\0" * 100)),
    "png with a broken chunk": PNG.replace(b"IDAT", b"IDAU"),
    "png of a length that wraps": b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xffIHDR" + b"\0" * 40,
    "gif of fifty thousand pixels a side": b"GIF89aP\xc3P\xc3\0\0\0,\0\0\0\0P\xc3P\xc3\0\2\2\x4c\1\0;",
    "riff that is no webp": b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 24,
    "too small": png((15, 15)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name):
    with pytest.raises(Refused) as refusal:
        squares(HOSTILE[name], [64])
    assert str(refusal.value).startswith(("Choose a", "This picture", "This file"))


@pytest.mark.parametrize(
    "content",
    [announcing_png(50_000, 50_000), announcing_png(MOST_PIXELS // 5_000 + 1, 5_000), png((16, LONGEST_SIDE + 1))],
    ids=["a bomb", "just over the limit", "one long side"],
)
def test_too_many_pixels_are_refused_before_they_are_decoded(content):
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="too many pixels"):
            squares(content, [64])
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_what_phones_append_to_jpeg_is_dropped():
    (made,) = squares(JPEG + b"SECRET film" * 100, [64])
    assert b"SECRET" not in made


def test_a_script_hidden_in_a_good_picture_does_not_survive():
    hidden = b"*/alert(1)/*<script>alert(1)</script>"
    for picture in (encoded("GIF", comment=hidden), encoded("JPEG", comment=hidden), JPEG + hidden):
        (made,) = squares(picture, [64])
        assert b"script" not in made
        assert b"alert" not in made


GOOD = [PNG, GIF, WEBP, JPEG, encoded("JPEG", progressive=True), encoded("PNG", mode="P")]


@given(st.sampled_from(GOOD), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=12))
@settings(max_examples=250, deadline=None)
@example(PNG, [(0, 0)])
def test_a_damaged_picture_is_either_refused_or_made_anew(picture, damages):
    damaged = bytearray(picture)
    for at, value in damages:
        damaged[at % len(damaged)] = value
    made_anew(bytes(damaged))


@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x20\0\0\0WEBP"]),
    st.binary(max_size=600),
)
@settings(max_examples=250, deadline=None)
def test_nonsense_is_refused(start, rest):
    with pytest.raises(Refused):
        squares(start + rest, [32])


@given(st.sampled_from(GOOD), st.integers(0, 5_000), st.binary(max_size=64))
@settings(max_examples=200, deadline=None)
def test_something_put_into_a_picture_is_refused_or_gone(picture, at, added):
    at %= len(picture)
    assert b"SECRET" not in (made_anew(picture[:at] + b"SECRET" + added + picture[at:]) or b"")


def made_anew(content: bytes) -> bytes | None:
    """The picture made of it, which is one; None when it was refused."""
    try:
        (made,) = squares(content, [32])
    except Refused:
        return None
    assert (opened(made).format, opened(made).size) == ("WEBP", (32, 32))
    return made
