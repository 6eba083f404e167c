"""What a long comparison has done so far, in a file: when it is interrupted, it goes on from there.

The first line says what is compared, and each line after it is one entity as JSON (JSON Lines). A
process that is killed leaves at most half a line at the end, which is taken off when it goes on.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import orjson

from models.base import Json
from models.errors import InvalidInput
from resolvers.comparison.compared import Compared

WHAT = "livionkey selection comparison 1"
CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared.

    Args:
        organization_id: Whose entities.
        group_ids: Of which device groups; None for any.
        unit_id: Of which unit, with those below it; None for all.
        weeks: Over how many weeks coming stays are counted.
    """

    organization_id: UUID
    group_ids: tuple[UUID, ...] | None
    unit_id: UUID | None
    weeks: int

    def written(self) -> Json:
        """Write it as JSON."""
        groups = self.group_ids
        return {
            "what": WHAT,
            "organization": self.organization_id.hex,
            "groups": None if groups is None else sorted(id.hex for id in groups),
            "unit": self.unit_id and self.unit_id.hex,
            "weeks": self.weeks,
        }


class PartFile:
    """The file, open and locked; `begin` or `resume` opens it, and `close` ends that.

    Args:
        path: Where it is.
        now: The moment of the comparison, which stays the same when it goes on later.
        file: It, open for reading and for writing at its end.
    """

    def __init__(self, path: Path, now: datetime, file: BinaryIO) -> None:
        self.path = path
        self.now = now
        self._file = file

    @classmethod
    def begin(cls, path: Path, asked: Asked, now: datetime) -> "PartFile":
        """Begin a new one.

        Raises:
            InvalidInput: There is one, or the file cannot be written.
        """
        try:
            file = path.open("x+b")
        except FileExistsError as error:
            raise InvalidInput(
                f"{path} holds a comparison that was interrupted: add --resume to go on with it, "
                "or remove it to begin anew."
            ) from error
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
        _lock(path, file)
        return _begun(cls(path, now, file), asked)

    @classmethod
    def resume(cls, path: Path, asked: Asked, now: datetime) -> "PartFile":
        """Open one that is there, and take off half a line at its end; begin one where none is.

        Raises:
            InvalidInput: It is of another comparison, another process writes it, or it cannot be
                written.
        """
        try:
            file = path.open("r+b")
        except FileNotFoundError:
            return cls.begin(path, asked, now)
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
        try:
            _lock(path, file)
            _take_off_half_a_line(file)
            file.seek(0)
            first = file.readline()
            if not first:  # it was interrupted before it had begun
                return _begun(cls(path, now, file), asked)
            return cls(path, _moment_of(path, first, asked), file)
        except InvalidInput:
            file.close()
            raise

    def rows(self) -> Iterator[Compared]:
        """Read what was done, line by line."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                yield Compared.read(orjson.loads(line))

    def add(self, rows: Iterable[Compared]) -> None:
        """Write some more down, so that not even a power cut loses them."""
        self.write_lines(row.written() for row in rows)

    def write_lines(self, lines: Iterable[Json]) -> None:
        """Write lines at its end, and see them onto the disk."""
        data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
        self._file.seek(0, os.SEEK_END)
        self._file.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close it; it stays where it is."""
        self._file.close()

    def remove(self) -> None:
        """Remove it once all is done."""
        self.close()
        self.path.unlink()


def _begun(part: PartFile, asked: Asked) -> PartFile:
    part.write_lines([asked.written() | {"now": part.now.isoformat()}])
    return part


def _lock(path: Path, file: BinaryIO) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise InvalidInput(f"{path} is being written by another process.") from error


def _moment_of(path: Path, line: bytes, asked: Asked) -> datetime:
    """Read when a comparison began, and see that it is the one that is meant."""
    try:
        header = orjson.loads(line)
        began = datetime.fromisoformat(header.pop("now"))
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"{path} holds no comparison that was interrupted.") from error
    if header != asked.written():
        raise InvalidInput(
            f"{path} is of another comparison: give the same groups, unit and weeks to go on with "
            "it, or remove it."
        )
    return began


def _take_off_half_a_line(file: BinaryIO) -> None:
    """Cut a file behind its last line end, looking at it from behind."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(end - CHUNK, 0)
        file.seek(begin)
        at = file.read(end - begin).rfind(b"\n")
        if at >= 0:
            end = begin + at + 1
            break
        end = begin
    file.truncate(end)
