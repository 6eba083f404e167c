"""Drawn signatures: what is one, what only says it is, and what is left of it."""

import zlib
from io import BytesIO
from struct import pack
from typing import Any

import pytest
from PIL import Image, ImageDraw, PngImagePlugin
from signing import data_url, picture, png

from models.errors import InvalidInput
from resolvers.signing import drawing
from resolvers.signing.drawing import MOST_BYTES, MOST_PIXELS, NO_PICTURE, NO_SIGNATURE


def refusal(content: bytes) -> str:
    """Try a picture that is refused; gives the message."""
    with pytest.raises(InvalidInput) as refused:
        drawing.signature_of(content)
    assert refused.value.path == ("picture",)
    return refused.value.message


def blob(*, width: int, height: int, size: tuple[int, int] = (400, 150)) -> bytes:
    """Draw an ellipse, filled."""
    image = Image.new("RGBA", size, (255, 255, 255, 0))
    ImageDraw.Draw(image).ellipse((100, 50, 99 + width, 49 + height), fill="black")
    return png(image)


def test_a_drawn_signature_is_kept_grey_on_white_and_as_large_as_it_was() -> None:
    kept = Image.open(BytesIO(drawing.signature_of(png(picture()))))

    assert (kept.format, kept.mode, kept.size) == ("PNG", "L", (400, 150))
    assert kept.getpixel((0, 0)) == 255
    assert kept.getpixel((40, 100)) == 0


def test_nothing_of_a_picture_is_kept_but_what_is_drawn() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Aino Virtanen")
    told.add_itxt("XML:com.adobe.xmp", "<x>60.17 24.94</x>")
    content = png(picture(), pnginfo=told, exif=b"Exif\x00\x00II*\x00", icc_profile=b"p" * 300)
    assert b"Aino" in content

    kept = drawing.signature_of(content + b"<script>alert(1)</script>")

    names = [kept[at + 4 : at + 8] for at in chunks(kept)]
    assert set(names) == {b"IHDR", b"IDAT", b"IEND"}
    assert b"script" not in kept
    assert Image.open(BytesIO(kept)).info == {}


def chunks(content: bytes) -> list[int]:
    """Tell where the chunks of a PNG begin."""
    places, at = [], 8
    while at < len(content):
        places.append(at)
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return places


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_colours_is_read(mode: str) -> None:
    ink: Any = 0
    image = Image.new(mode, (200, 100), 255 if mode in {"1", "L"} else "white")
    if mode in {"LA", "RGBA", "RGB", "P"}:
        ink = "black"
    if mode == "I;16":
        image = Image.new(mode, (200, 100), 65535)
    ImageDraw.Draw(image).line([(20, 20), (150, 80)], fill=ink, width=3)

    kept = Image.open(BytesIO(drawing.signature_of(png(image))))

    assert kept.getpixel((85, 50)) == 0


def test_dark_blue_is_ink_and_light_grey_is_not() -> None:
    assert drawing.signature_of(png(picture(ink=100)))
    assert refusal(png(picture(ink=200))) == NO_SIGNATURE


@pytest.mark.parametrize(
    "content",
    [
        png(Image.new("RGBA", (400, 150), (255, 255, 255, 0))),
        png(Image.new("RGB", (400, 150), "white")),
        blob(width=4, height=4),
        blob(width=12, height=12),
        blob(width=31, height=31),
        png(picture(way=[(40, 40), (70, 40)])),
        png(Image.new("RGB", (400, 150), "black")),
        png(picture((2000, 900), way=[(40, 40), (130, 40)])),
        png(Image.new("RGB", (1, 1), "black")),
    ],
    ids=[
        "nothing",
        "white",
        "a dot",
        "a large dot",
        "the largest dot",
        "a short line",
        "all of it",
        "a short line on a large picture",
        "one pixel",
    ],
)
def test_too_little_or_too_much_ink_is_no_signature(content: bytes) -> None:
    assert refusal(content) == NO_SIGNATURE


@pytest.mark.parametrize(
    "content",
    [
        png(picture(way=[(40, 40), (90, 40)])),
        png(picture(way=[(40, 40), (60, 75), (60, 40), (40, 75)])),
        png(picture((1200, 400))),
        png(picture((1900, 1050))),
    ],
    ids=["a line", "a cross", "a wide picture", "the largest picture"],
)
def test_whatever_is_more_than_a_dot_is_a_signature(content: bytes) -> None:
    assert drawing.signature_of(content)


def written_as(kind: str) -> bytes:
    """Write a signature as another kind of picture."""
    content = BytesIO()
    picture().convert("RGB").save(content, format=kind)
    return content.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Make a PNG that is small and says that it is large."""
    header = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def two_headers() -> bytes:
    """Make a PNG whose second header says something else than its first."""
    second = bomb(60_000, 60_000)[8:33]
    content = png(picture())
    return content[:33] + second + content[33:]


def moving() -> bytes:
    """Make a PNG with two pictures in it."""
    content = BytesIO()
    picture().save(content, format="PNG", save_all=True, append_images=[picture(way=[(0, 0)])])
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        written_as("JPEG"),
        written_as("GIF"),
        written_as("BMP"),
        png(picture())[:-40],
        bomb(30_000, 30_000),
        bomb(0, 100),
        bomb(2**31 - 1, 2**31 - 1),
        bomb(2_001, 1_000),
        two_headers(),
        moving(),
        png(Image.effect_noise((1900, 1000), 100)),
    ],
    ids=[
        "nothing",
        "a beginning",
        "svg",
        "jpeg",
        "gif",
        "bmp",
        "cut off",
        "a bomb",
        "no width",
        "more than there is",
        "a little too large",
        "two headers",
        "moving",
        "too many bytes",
    ],
)
def test_what_is_no_png_within_bounds_is_refused_before_it_is_decoded(content: bytes) -> None:
    assert refusal(content) == NO_PICTURE


def test_the_bounds_are_what_the_message_says() -> None:
    assert (MOST_BYTES, MOST_PIXELS) == (200_000, 2_000_000)
    assert "200 kB and 2 megapixels" in NO_PICTURE


def test_a_picture_comes_as_a_data_url() -> None:
    assert drawing.read(data_url(b"abc")) == b"abc"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "data:image/jpeg;base64,YWJj",
        "data:image/png,abc",
        "data:image/png;base64,Y W J j",
        "data:image/png;base64,YWJ",
        "data:image/png;base64," + "A" * 270_000,
        "https://example.com/a.png",
    ],
)
def test_anything_else_is_no_picture(text: str) -> None:
    with pytest.raises(InvalidInput, match="PNG"):
        drawing.read(text)
