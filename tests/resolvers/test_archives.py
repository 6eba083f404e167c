import io
import zipfile
from pathlib import Path

import pytest
import samples
from outsides import outside_in

from models.errors import FileRefused
from models.file_kinds import DOCX, HEAD, ODT, XLSX
from resolvers.attachments import archives


async def type_of(folder: Path, content: bytes) -> str:
    files = outside_in(folder).files
    await files.put("one", content)
    return await archives.document_type(files, "one", head=content[:HEAD], size_bytes=len(content))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(samples.docx(), DOCX), (samples.xlsx(), XLSX), (samples.odt(), ODT)],
    ids=["docx", "xlsx", "odt"],
)
async def test_a_document_is_known_by_its_parts(
    tmp_path: Path, content: bytes, media_type: str
) -> None:
    assert await type_of(tmp_path, content) == media_type


async def test_a_document_of_many_megabytes_is_known_by_its_end(tmp_path: Path) -> None:
    made = io.BytesIO(samples.docx())
    with zipfile.ZipFile(made, "a", zipfile.ZIP_STORED) as writer:
        writer.writestr("word/media/photo.jpeg", b"\xff" * 3_000_000)

    assert await type_of(tmp_path, made.getvalue()) == DOCX


def locked() -> bytes:
    """Mark every part of a document as encrypted."""
    content = bytearray(samples.docx())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(mark, place + 1)
    return bytes(content)


def overlapping() -> bytes:
    """Let a directory list one large part many times over."""
    content = bytearray(samples.docx("a", "b", "c", content=b"x" * 10))
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 20 : place + 24] = (1_000).to_bytes(4, "little")
        place = content.find(b"PK\x01\x02", place + 1)
    return bytes(content)


def listed_twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return samples.docx("word/document.xml")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (samples.archive("a.exe"), "an archive"),
        (samples.docx("word/vbaProject.bin"), "macros"),
        (samples.bomb(), "far too much"),
        (samples.docx()[:-30], "not a whole one"),
        (b"PK\x03\x04" + b"\0" * 100, "not a whole one"),
        (b"<html>" + samples.odt(), "an archive"),
        (locked(), "password"),
        (overlapping(), "on top of each other"),
        (listed_twice(), "twice"),
        (samples.archive(*(str(number) for number in range(5_001))), "too large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_any_other_archive_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        await type_of(tmp_path, content)


async def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    assert len(samples.bomb()) < 300_000
    with pytest.raises(FileRefused, match="120000000 bytes"):
        await type_of(tmp_path, samples.bomb())
