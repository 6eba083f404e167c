"""Office documents, which are ZIP archives: known by what their directory lists.

Only the directory is read, never what is packed: a ZIP bomb stays as small as it is.
"""

import io
import struct
import zipfile
from collections.abc import Sequence

from models.errors import FileRefused
from models.file_kinds import DOCX, ODT, XLSX
from resolvers.outside.files import Files

DIRECTORY_BYTES = 1_000_000
"""How much of the end of an archive is read; its directory has to be within."""
MOST_MEMBERS = 5_000
MOST_UNPACKED_BYTES = 1_000_000_000
MOST_TIMES = 100
"""How many times larger the contents may be; only asked when they are large."""
LARGE_BYTES = 20_000_000
ENCRYPTED = 0x1
CONTENT_TYPES = "[Content_Types].xml"
MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
END_OF_DIRECTORY = b"PK\x05\x06"


async def document_type(files: Files, path: str, *, head: bytes, size_bytes: int) -> str:
    """Tell which kind of document an archive is.

    Args:
        files: The store.
        path: Where it lies.
        head: Its beginning.
        size_bytes: How large it is.

    Raises:
        FileRefused: It is another archive, is not whole, or would unpack to far too much.
    """
    length = min(size_bytes, DIRECTORY_BYTES)
    end = await files.part(path, size_bytes - length, length)
    members = members_of(end)
    check_members(members, size_bytes)
    return _type_of(members, head)


def members_of(end: bytes) -> Sequence[zipfile.ZipInfo]:
    """Read what an archive's directory lists, from the archive's end alone.

    Raises:
        FileRefused: It has no directory there.
    """
    try:
        place = end.rindex(END_OF_DIRECTORY)
        count, size = struct.unpack_from("<HI", end, place + 10)
        if count > MOST_MEMBERS or size > place:
            raise FileRefused("The archive's directory is too large.")
        with zipfile.ZipFile(io.BytesIO(end[place - size :])) as directory:
            return directory.infolist()
    except (ValueError, struct.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise FileRefused("It begins like an archive but is not a whole one.") from error


def check_members(members: Sequence[zipfile.ZipInfo], size_bytes: int) -> None:
    """Refuse an archive that is not what an office program writes.

    Raises:
        FileRefused: It would unpack to far too much, hides its contents, or lists some twice.
    """
    unpacked = sum(one.file_size for one in members)
    too_much = unpacked > MOST_UNPACKED_BYTES
    if too_much or (unpacked > LARGE_BYTES and unpacked > MOST_TIMES * size_bytes):
        raise FileRefused(f"It would unpack to {unpacked} bytes, which is far too much.")
    if sum(one.compress_size for one in members) > size_bytes:
        raise FileRefused("Its parts lie on top of each other.")
    if any(one.flag_bits & ENCRYPTED for one in members):
        raise FileRefused("It is locked with a password; send it without one.")
    if len({one.filename for one in members}) < len(members):
        raise FileRefused("It lists the same part twice.")


def _type_of(members: Sequence[zipfile.ZipInfo], head: bytes) -> str:
    names = {one.filename for one in members}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("It is a document with macros, which may not be stored.")
    if CONTENT_TYPES in names:
        for part, media_type in MAIN_PARTS.items():
            if part in names:
                return media_type
    if head[30:38] == b"mimetype" and head[38 : 38 + len(ODT)] == ODT.encode():
        after = head[38 + len(ODT) :][:2]
        if "content.xml" in names and after == b"PK":
            return ODT
    raise FileRefused("It is an archive, which may not be stored.")
