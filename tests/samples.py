"""Files of many kinds, as small as they can be."""

import io
import zipfile

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + b"\0" * 64
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 64
GIF = b"GIF89a" + b"\0" * 64
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 64
HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 64
TEXT = "Avain on naapurilla, koputa lujaa. Älä soita.\n".encode()
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
WINDOWS_PROGRAM = b"MZ\x90\0" + b"\0" * 64
LINUX_PROGRAM = b"\x7fELF\x02\x01\x01" + b"\0" * 64
ODT_TYPE = "application/vnd.oasis.opendocument.text"
# The test file of the European Institute for Computer Antivirus Research: no virus, but found.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def archive(*names: str, content: bytes = b"<xml/>") -> bytes:
    """Make a ZIP archive with members of those names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writer:
        for name in names:
            writer.writestr(name, content)
    return made.getvalue()


def docx(*more: str, content: bytes = b"<xml/>") -> bytes:
    """Make a document of a word processor."""
    return archive("[Content_Types].xml", "word/document.xml", *more, content=content)


def xlsx() -> bytes:
    """Make a spreadsheet."""
    return archive("[Content_Types].xml", "xl/workbook.xml")


def odt() -> bytes:
    """Make an open document."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("mimetype", ODT_TYPE, zipfile.ZIP_STORED)
        writer.writestr("content.xml", "<xml/>")
    return made.getvalue()


def bomb() -> bytes:
    """Make a document that would unpack to a thousand times its size."""
    return docx(content=b"\0" * 60_000_000)
