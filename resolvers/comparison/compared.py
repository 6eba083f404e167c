"""What came of comparing one entity, and how it is written down and read again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from geo.candidates import Candidate
from geo.position import TIE_METRES
from models.base import Json
from models.comparisons import ComparisonException, ComparisonOutcome
from models.places import Coordinates
from resolvers.comparison.coming import Coming


@dataclass(frozen=True, slots=True)
class Served:
    """The automat that serves an entity.

    Args:
        automat_id: Its id.
        name: What people call it.
        metres: The geodesic from the entity to it; None when either place is not known.
    """

    automat_id: UUID
    name: str
    metres: float | None

    @classmethod
    def by(cls, chosen: Candidate | None) -> Self | None:
        """Take what a choice came to."""
        if chosen is None:
            return None
        return cls(chosen.automat.id, chosen.automat.name, chosen.metres)


@dataclass(frozen=True, slots=True)
class Compared:
    """One entity, by its device group's automat and by the nearest.

    Args:
        id: The entity's id.
        name: What people call it.
        external_id: The partner's own number of it.
        position: Where it is, however exactly that is known.
        before: The automat that its device group gives it.
        after: The nearest one by its unit's policy.
        exceptions: Why the two cannot be compared.
        coming: Its coming stays.
    """

    id: UUID
    name: str
    external_id: str | None
    position: Coordinates | None
    before: Served | None
    after: Served | None
    exceptions: tuple[ComparisonException, ...]
    coming: Coming

    @property
    def outcome(self) -> ComparisonOutcome:
        """What the nearest automat is to the guests of the entity."""
        saved = self.metres_saved
        if saved is None:
            return ComparisonOutcome.EXCEPTION
        if self.moves and abs(saved) > TIE_METRES:
            return ComparisonOutcome.BETTER if saved > 0 else ComparisonOutcome.WORSE
        return ComparisonOutcome.SAME

    @property
    def metres_saved(self) -> float | None:
        """How much nearer the nearest automat is; None where that cannot be said."""
        if self.exceptions or self.before is None or self.after is None:
            return None
        if self.before.metres is None or self.after.metres is None:
            return None
        return self.before.metres - self.after.metres

    @property
    def moves(self) -> bool:
        """Whether its coming stays would be at another automat."""
        if self.before is None or self.after is None:
            return False
        return self.before.automat_id != self.after.automat_id

    def written(self) -> Json:
        """Write it as JSON."""
        return {
            "id": self.id.hex,
            "name": self.name,
            "external_id": self.external_id,
            "position": self.position and [self.position.latitude, self.position.longitude],
            "before": _written(self.before),
            "after": _written(self.after),
            "exceptions": [exception.value for exception in self.exceptions],
            "stays": self.coming.stays,
            "held_seconds": self.coming.held.total_seconds(),
        }

    @classmethod
    def read(cls, written: Json) -> Self:
        """Read what `written` wrote."""
        return cls(
            id=UUID(written["id"]),
            name=written["name"],
            external_id=written["external_id"],
            position=Coordinates(*written["position"]) if written["position"] else None,
            before=_read(written["before"]),
            after=_read(written["after"]),
            exceptions=tuple(ComparisonException(one) for one in written["exceptions"]),
            coming=Coming(written["stays"], timedelta(seconds=written["held_seconds"])),
        )


def _written(served: Served | None) -> list[Any] | None:
    return None if served is None else [served.automat_id.hex, served.name, served.metres]


def _read(written: list[Any] | None) -> Served | None:
    return Served(UUID(written[0]), written[1], written[2]) if written else None
