"""A drawn signature: whether a picture is one, and that picture without everything else in it.

Nothing is decoded before its size is known, and only PNG is. What is kept is drawn anew: grey on
white, without colours, transparency, text, colour profiles or whatever else the file held.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from io import BytesIO
from struct import unpack

from PIL import Image

from models.errors import InvalidInput

MEDIA_TYPE = "image/png"
BEGINNING = f"data:{MEDIA_TYPE};base64,"
FIRST_BYTES = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
"""How every PNG begins; width and height follow, four bytes each (PNG, 3rd edition, 11.2.1)."""
UNREADABLE = (
    *(OSError, SyntaxError, ValueError, EOFError),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What Pillow raises for pictures that are not what they say."""
MOST_BYTES = 200_000
MOST_PIXELS = 2_000_000
DARK = 160
"""What is darker than this, of 255 for white, is ink."""
LEAST_INK = 100
"""Pixels of ink: a line of 50 pixels, two of them thick."""
LEAST_EXTENT = 32
"""How far ink has to reach from left to right or from top to bottom, in pixels; also a twentieth of
the picture's longer side. A dot of any usual pen is smaller."""
MOST_INK = 0.5
"""Which part of the picture may be ink: one that is all black is not drawn by hand."""
PATH = ("picture",)
NO_PICTURE = f"The picture has to be a PNG of {MOST_BYTES // 1000} kB and 2 megapixels at most."
NO_SIGNATURE = "The picture is no signature: draw more than a dot, and less than all of it."


def read(data_url: str) -> bytes:
    """Read the picture in a `data:` URL.

    Raises:
        InvalidInput: It is none of a PNG, or is longer than a picture may be.
    """
    written = data_url.removeprefix(BEGINNING)
    if written == data_url or len(written) > MOST_BYTES * 4 // 3 + 4:
        raise InvalidInput(NO_PICTURE, path=PATH)
    try:
        return b64decode(written, validate=True)
    except NotBase64 as error:
        raise InvalidInput(NO_PICTURE, path=PATH) from error


def signature_of(picture: bytes) -> bytes:
    """Give the signature that somebody drew as a plain PNG; takes a while, so not in the loop.

    Raises:
        InvalidInput: It is no PNG within bounds, or too little or too much is drawn on it.
    """
    drawn = _decoded(picture)
    _check_ink(drawn)
    kept = BytesIO()
    drawn.save(kept, format="PNG", optimize=True)
    return kept.getvalue()


def _decoded(picture: bytes) -> Image.Image:
    """Decode a picture, its size first, and lay it on white."""
    _check_header(picture)
    try:
        with Image.open(BytesIO(picture), formats=["PNG"]) as image:
            if image.width * image.height > MOST_PIXELS or getattr(image, "n_frames", 1) > 1:
                raise InvalidInput(NO_PICTURE, path=PATH)
            above = image.convert("RGBA")
    except UNREADABLE as error:
        raise InvalidInput(NO_PICTURE, path=PATH) from error
    white = Image.new("RGBA", above.size, "white")
    return Image.alpha_composite(white, above).convert("L")


def _check_header(picture: bytes) -> None:
    """Refuse what does not begin as a PNG within bounds, before anything reads on."""
    is_png = picture.startswith(FIRST_BYTES) and len(picture) >= len(FIRST_BYTES) + 8
    if not is_png or len(picture) > MOST_BYTES:
        raise InvalidInput(NO_PICTURE, path=PATH)
    width, height = unpack(">II", picture[len(FIRST_BYTES) :][:8])
    if not 0 < width * height <= MOST_PIXELS:
        raise InvalidInput(NO_PICTURE, path=PATH)


def _check_ink(drawn: Image.Image) -> None:
    """Refuse a picture on which too little is drawn, or too much."""
    ink = drawn.point([255 if grey < DARK else 0 for grey in range(256)])
    dark = ink.histogram()[255]
    box = ink.getbbox()
    if box is None:
        raise InvalidInput(NO_SIGNATURE, path=PATH)
    extent = max(box[2] - box[0], box[3] - box[1])
    needed = max(LEAST_EXTENT, max(drawn.size) / 20)
    if dark < LEAST_INK or extent < needed or dark > MOST_INK * drawn.width * drawn.height:
        raise InvalidInput(NO_SIGNATURE, path=PATH)
