"""What really is so: a simple model of keys, stays and the clock, with no code of the product."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

AWAY = ("away",)
NOT_YET = UUID(int=0)
"""The id of what was not pushed yet."""
Place = tuple[str | int, ...]
"""`("locker", automat, index)`, `("desk", number)`, or `AWAY`: somebody has it."""


@dataclass(eq=False)
class TrueKey:
    """A key in the world.

    Args:
        number: Which.
        id: What the product calls it.
        code: What is written on it.
        tag: What an automat reads of it.
        opens: The numbers of the entities that it opens.
        electromechanical: Whether any of its kind will do.
        shared: Whether it may be promised to several at once.
        place: Where it is.
        holder: The stay of whoever has it, where it is somebody's.
    """

    number: int
    id: UUID
    code: str
    tag: str
    opens: frozenset[int]
    electromechanical: bool
    shared: bool
    place: Place
    holder: str | None = None

    @property
    def is_away(self) -> bool:
        """Whether it lies in no storage."""
        return self.place == AWAY


@dataclass
class TrueStay:
    """A stay as it was last agreed.

    Args:
        name: What the partner, or staff, call it.
        entity: The number of what is reserved; None for a contract of certain keys by staff.
        starts_at: From when on.
        ends_at: Until when; None for ever.
        keys: The keys that were asked for.
        automat: The automat that was asked for.
        contact: Whose stay it is.
        id: The reservation; for staff the key contract.
        is_cancelled: Whether it was given up.
    """

    name: str
    entity: int | None
    starts_at: datetime
    ends_at: datetime | None
    keys: tuple[int, ...] = ()
    automat: int | None = None
    contact: str = "Aino Virtanen"
    id: UUID = NOT_YET
    is_cancelled: bool = False

    @property
    def by_staff(self) -> bool:
        """Whether staff made it."""
        return self.entity is None

    def status_at(self, now: datetime, *, is_out: bool) -> str:
        """Say where a reservation that is fulfilled stands."""
        if self.is_cancelled:
            return "cancelled"
        if self.ends_at is not None and self.ends_at <= now and not is_out:
            return "ended"
        return "active" if self.starts_at <= now else "confirmed"


@dataclass
class Truth:
    """The world.

    Args:
        now: What the clock shows.
        keys: The keys, by their numbers.
        stays: The stays, by their names.
        lockers: How many lockers of each automat are in order.
        needs: How many keys of each entity go together; None for all of them.
    """

    now: datetime
    lockers: list[int] = field(default_factory=list)
    needs: list[int | None] = field(default_factory=list)
    keys: list[TrueKey] = field(default_factory=list)
    stays: dict[str, TrueStay] = field(default_factory=dict)

    def inside(self, automat: int, index: int) -> TrueKey | None:
        """Look what lies in a locker."""
        here = ("locker", automat, index)
        return next((key for key in self.keys if key.place == here), None)

    def empty_lockers(self) -> list[tuple[int, int]]:
        """List the lockers in which nothing lies."""
        return [
            (automat, index)
            for automat, count in enumerate(self.lockers)
            for index in range(count)
            if self.inside(automat, index) is None
        ]

    def stored(self) -> list[TrueKey]:
        """List the keys that lie somewhere."""
        return [key for key in self.keys if not key.is_away]

    def away(self) -> list[TrueKey]:
        """List the keys that somebody has."""
        return [key for key in self.keys if key.is_away]

    def out_with(self, stay: str) -> list[TrueKey]:
        """List the keys that somebody has under a stay."""
        return [key for key in self.keys if key.holder == stay]

    def keys_of(self, entity: int) -> list[TrueKey]:
        """List the keys that open an entity."""
        return [key for key in self.keys if entity in key.opens]
