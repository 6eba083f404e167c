"""Which kinds of files may be stored, told by their first bytes, never by their names.

Programs, web pages, drawings with scripts in them (SVG), and archives are not among them.
"""

import unicodedata
from dataclasses import dataclass

PDF, PNG, JPEG, GIF = "application/pdf", "image/png", "image/jpeg", "image/gif"
WEBP, HEIC = "image/webp", "image/heic"
TEXT, CSV = "text/plain", "text/csv"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ZIP = "application/zip"

ENDINGS = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    GIF: (".gif",),
    WEBP: (".webp",),
    HEIC: (".heic", ".heif"),
    TEXT: (".txt", ".md", ".log"),
    CSV: (".csv",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    ODT: (".odt",),
}
"""What may be stored, and how the names of such files end; the first one is the usual ending."""

LONGEST_NAME, LONGEST_ENDING = 200, 10
HEAD = 4096
"""So many bytes of its beginning tell what a file is."""
SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"PK\x03\x04", ZIP),
)
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
REFUSED = (
    (b"MZ", "a program for Windows"),
    (b"\x7fELF", "a program for Linux"),
    (b"\xcf\xfa\xed\xfe", "a program for macOS"),
    (b"\xce\xfa\xed\xfe", "a program for macOS"),
    (b"\xca\xfe\xba\xbe", "a program for macOS or Java"),
    (b"\x00asm", "a WebAssembly program"),
    (b"#!", "a script"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
)
MARKUP = (
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<script", "a web page"),
    (b"<iframe", "a web page"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is.

    Args:
        media_type: Its media type, if such files may be stored; `ZIP` is one that has to be looked
            into before anybody knows.
        called: What it is called to people, if they may not.
    """

    media_type: str | None = None
    called: str = "of a kind that is not known"


def kind_of(head: bytes, *, is_text: bool) -> Kind:
    """Tell what a file is.

    Args:
        head: Its first `HEAD` bytes, or all of it.
        is_text: Whether all of it is text in UTF-8, without control characters.
    """
    found = _signed(head)
    if found is not None:
        return Kind(found)
    for mark, called in REFUSED:
        if head.startswith(mark):
            return Kind(called=called)
    markup = _markup(head)
    if markup is not None:
        return Kind(called=markup)
    return Kind(TEXT) if is_text and head else Kind()


def _signed(head: bytes) -> str | None:
    for mark, media_type in SIGNATURES:
        if head.startswith(mark):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return HEIC if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS else None


def _markup(head: bytes) -> str | None:
    """Find markup that a browser would run, wherever in the beginning it stands."""
    lower = head.lower()
    for mark, called in MARKUP:
        if mark in lower:
            return called
    starts = lower.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "an XML document" if starts.startswith(b"<?xml") else None


def with_ending(name: str, media_type: str) -> str:
    """Give a name the ending of what the file is, where it has another one."""
    endings = ENDINGS.get(media_type, ())
    if not endings or name.lower().endswith(endings):
        return name
    return name + endings[0]


def display_name(text: str) -> str:
    """Clean what somebody calls a file: its last part, without what is not seen; may be empty.

    It is shown and suggested for saving; no path of ours ever holds it.
    """
    last = text.replace("\\", "/").rpartition("/")[2]
    seen = "".join(" " if letter.isspace() else letter for letter in last)
    seen = "".join(letter for letter in seen if unicodedata.category(letter)[0] != "C")
    name = " ".join(seen.split()).lstrip(".")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending
