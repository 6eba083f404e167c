"""Whether a ZIP file is exactly as we would have packed it: nothing hidden, nothing changed."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_STORED, ZipFile

from resolvers.evidence.packing import member

PIECE = 1 << 20


def is_as_packed(opened: IO[bytes], archive: ZipFile) -> bool:
    """Write the file anew out of its members, and compare every byte.

    Args:
        opened: The file.
        archive: The same, as a ZIP file.
    """
    infos = archive.infolist()
    if any(info.compress_type != ZIP_STORED for info in infos):
        return False
    if len({info.filename for info in infos}) != len(infos):
        return False
    with TemporaryFile() as anew:
        with ZipFile(anew, "w") as again:
            for info in infos:
                with (
                    archive.open(info) as source,
                    member(again, info.filename, info.file_size) as to,
                ):
                    for piece in pieces(source):
                        to.write(piece)
        anew.seek(0)
        opened.seek(0)
        return are_the_same(opened, anew)


def are_the_same(one: IO[bytes], other: IO[bytes]) -> bool:
    """Compare two files from where they are to their ends."""
    while True:
        piece = one.read(PIECE)
        if piece != other.read(PIECE):
            return False
        if not piece:
            return True


def pieces(source: IO[bytes]) -> Iterator[bytes]:
    """Read a file piece by piece."""
    while piece := source.read(PIECE):
        yield piece
