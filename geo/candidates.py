"""Automats as a choice sees them: what is known of each, and every reason against it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from models.automats import AutomatModel, AutomatState
from models.cabinets import lockers_of
from models.distances import DistanceKind
from models.places import Coordinates
from models.selections import RejectionCode
from models.settings import UnitSettings
from models.times import Window


class Seen(Protocol):
    """The columns of an automat that a choice looks at."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def model(self) -> AutomatModel:
        """Which cabinet it is."""

    @property
    def state(self) -> AutomatState:
        """Whether people may be sent there."""

    @property
    def last_seen_at(self) -> datetime | None:
        """When it gave its last sign of life."""

    @property
    def installed_at(self) -> datetime:
        """Since when it has stood there: of two that are equally far, the older one comes first."""

    @property
    def position(self) -> Coordinates | None:
        """Where it stands, if that is known."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason against an automat, with its numbers.

    Args:
        code: Which reason.
        message: What people read.
        window: Over which time too few lockers are free, where that is the reason.
        missing: How many lockers more it would take then.
    """

    code: RejectionCode
    message: str
    window: Window | None = None
    missing: int = 0


class Facts(NamedTuple):
    """What is known of an automat at the moment of the choice.

    Args:
        automat: Its row.
        metres: The geodesic to where the guest is; None when either place is unknown.
        usable: Its lockers that are not out of order, as bits.
        by_contracts: Those that a contract holds for part of the window.
        by_keys: Those in which a key lies, or to which one is bound.
        back: The same automat over the return's window, where the return has to be at it too.
        distance_kind: How `metres` was measured.
    """

    automat: Seen
    metres: float | None
    usable: int
    by_contracts: int = 0
    by_keys: int = 0
    back: "Facts | None" = None
    distance_kind: DistanceKind = DistanceKind.STRAIGHT_LINE

    @property
    def uncontracted(self) -> int:
        """Its lockers that no contract holds, so that a key in them can be fetched."""
        return self.usable & ~self.by_contracts

    @property
    def free(self) -> int:
        """Its lockers that are free over the whole window."""
        return self.uncontracted & ~self.by_keys

    @property
    def free_lockers(self) -> int:
        """How many of its lockers are free over the whole window."""
        return self.free.bit_count()

    @property
    def free_share(self) -> float:
        """The share of its lockers that are free, from 0 to 1."""
        return self.free_lockers / lockers_of(self.automat.model)


class Candidate(NamedTuple):
    """One automat, judged."""

    facts: Facts
    rejections: tuple[Rejection, ...]
    rank: int = 0

    @property
    def automat(self) -> Seen:
        """The automat."""
        return self.facts.automat

    @property
    def metres(self) -> float | None:
        """How far away it is."""
        return self.facts.metres

    @property
    def is_suitable(self) -> bool:
        """Whether nothing stands against it."""
        return not self.rejections

    def stored(self) -> dict[str, Any]:
        """Write it the way a stored decision keeps it."""
        return {
            "automat_id": self.automat.id.hex,
            "rank": self.rank,
            "distance_metres": self.metres,
            "distance_kind": self.facts.distance_kind.value,
            "suitable": self.is_suitable,
            "free_lockers": self.facts.free_lockers,
            "rejections": [
                {"code": rejection.code.value, "message": rejection.message}
                for rejection in self.rejections
            ],
        }


def bits(lockers: int) -> Iterator[int]:
    """List the indexes of lockers that are given as bits, lowest first."""
    while lockers:
        lowest = lockers & -lockers
        yield lowest.bit_length() - 1
        lockers ^= lowest


def general_rejections(
    facts: Facts, settings: UnitSettings, now: datetime, *, lockers_needed: int
) -> list[Rejection]:
    """Say what stands against an automat whatever the keys are."""
    automat = facts.automat
    rejections = []
    if automat.state != AutomatState.IN_SERVICE:
        rejections.append(Rejection(RejectionCode.NOT_IN_SERVICE, "It is out of service."))
    if automat.last_seen_at is not None and not settings.offline_automats:
        silence = now - automat.last_seen_at
        if silence > settings.silence_tolerance:
            rejections.append(
                Rejection(
                    RejectionCode.OFFLINE,
                    f"It has been silent for {int(silence.total_seconds() // 60)} minutes, since "
                    f"{automat.last_seen_at.isoformat()}; "
                    f"{int(settings.silence_tolerance.total_seconds() // 60)} are tolerated.",
                )
            )
    lockers = lockers_of(automat.model)
    if lockers_needed > lockers:
        rejections.append(
            Rejection(
                RejectionCode.WRONG_MODEL,
                f"It has {lockers} locker; {lockers_needed} keys need as many.",
            )
        )
    return rejections


def is_full(facts: Facts, window: Window, *, lockers_needed: int) -> list[Rejection]:
    """Say that too few lockers are free, if so."""
    if facts.free_lockers >= lockers_needed:
        return []
    return [too_few(facts, facts.free_lockers, f"{window}", window, lockers_needed)]


def too_few(facts: Facts, free: int, when: str, window: Window, needed: int) -> Rejection:
    """Say that too few lockers are free, and when."""
    lockers = lockers_of(facts.automat.model)
    message = f"{free} of its {lockers} lockers are free {when}; {needed} needed."
    return Rejection(RejectionCode.FULL_IN_WINDOW, message, window, needed - free)
