"""What can be touched at a cabinet: lockers, their doors, and keys with tags."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from automat_link.messages.reports import Cause
from models.base import Json

TAG = re.compile("[0-9A-Fa-f]{4,64}")


class Impossible(Exception):
    """Nobody can do that at a cabinet: the door is shut, or the locker is not as it would need."""


@dataclass(slots=True)
class Key:
    """A key in a locker.

    Args:
        tag: Its RFID tag, hex; None for a key without.
        access_rights: What it was programmed with.

    Raises:
        Impossible: There is no such tag.
    """

    tag: str | None = None
    access_rights: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.tag is not None and not TAG.fullmatch(self.tag):
            raise Impossible("A tag has 4 to 64 hexadecimal digits.")


@dataclass(slots=True)
class Opening:
    """Why a door is open, and since when.

    Args:
        at: Since when, by the automat's clock.
        cause: Who opened it.
        code_id: With which code.
        command_id: By which command.
    """

    at: datetime
    cause: Cause
    code_id: str | None = None
    command_id: UUID | None = None


@dataclass(slots=True)
class SimulatedLocker:
    """One locker.

    Args:
        index: Which one, from 0.
        key: What lies in it.
        opening: Why its door is open; None while it is shut.
        is_broken: Whether its lock does not move.
        counted_empty: Whether somebody said that it is empty, whatever its sensor says.
        left: The tag of the key that left it last; None for one without, or none yet.
        left_by: The code by which that was taken; None for no code.
    """

    index: int
    key: Key | None = None
    opening: Opening | None = None
    is_broken: bool = False
    counted_empty: bool = False
    left: str | None = None
    left_by: str | None = None

    @property
    def has_key(self) -> bool:
        """Whether the cabinet takes it as holding a key."""
        return self.key is not None and not self.counted_empty

    @property
    def door_open(self) -> bool:
        """Whether its door is open."""
        return self.opening is not None

    def save(self) -> Json:
        """Write it down. Why a door is open is not: what has lost its power has forgotten it."""
        return {
            "index": self.index,
            "key": self.key and {"tag": self.key.tag, "rights": self.key.access_rights},
            "openSince": self.opening and self.opening.at.isoformat(),
            "broken": self.is_broken,
            "countedEmpty": self.counted_empty,
            "left": [self.left_by, self.left],
        }

    @classmethod
    def restored(cls, saved: Json) -> Self:
        """Make it as `save` wrote it down."""
        key, since = saved["key"], saved["openSince"]
        left_by, left = saved.get("left", [None, None])
        return cls(
            index=saved["index"],
            key=key and Key(key["tag"], key["rights"]),
            opening=since and Opening(datetime.fromisoformat(since), "unknown"),
            is_broken=saved["broken"],
            counted_empty=saved["countedEmpty"],
            left=left,
            left_by=left_by,
        )
