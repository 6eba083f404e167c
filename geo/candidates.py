"""Automats as a choice sees them: what is known of each, and every reason against it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.nearest import Found, in_order
from geo.position import distance_metres
from models.automats import Automat, AutomatModel, AutomatState, Locker
from models.availability import free_lockers, is_open_for_contract, moments, told_later
from models.places import Coordinates
from models.selections import RejectionCode
from models.settings import UnitSettings
from models.times import Window


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason against an automat, with its numbers."""

    code: RejectionCode
    message: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an automat at the moment of the choice.

    Args:
        automat: Its row.
        free_lockers: How many of its lockers are free over the whole window.
        metres: The geodesic to where the guest is; None when either place is unknown.
    """

    automat: Automat
    free_lockers: int
    metres: float | None

    @property
    def free_share(self) -> float:
        """The share of its lockers that are free, from 0 to 1."""
        return self.free_lockers / AutomatModel(self.automat.model).locker_count


@dataclass(frozen=True, slots=True)
class Candidate:
    """One automat, judged."""

    automat: Automat
    metres: float | None
    free_lockers: int
    rejections: tuple[Rejection, ...]
    rank: int = field(default=0)

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
            "suitable": self.is_suitable,
            "free_lockers": self.free_lockers,
            "rejections": [
                {"code": rejection.code.value, "message": rejection.message}
                for rejection in self.rejections
            ],
        }


async def facts_of(
    connection: AsyncConnection,
    metres: dict[UUID, float | None],
    window: Window,
    *,
    ignoring: UUID | None = None,
) -> list[Facts]:
    """Look automats up, in the order of `metres`, with their lockers free over a window."""
    if not metres:
        return []
    told: dict[str, Any] = {**moments(window), "ids": list(metres)}
    if ignoring is not None:
        told["ignoring"] = ignoring
    statement = _facts(permanent=window.ends_at is None, ignoring=ignoring is not None)
    found = {row.id: row for row in await connection.execute(statement, told)}
    return [
        Facts(cast("Automat", found[id]), found[id].free_lockers, metres[id])
        for id in metres
        if id in found
    ]


@cache
def _facts(*, permanent: bool, ignoring: bool) -> Select[Automat, int]:
    window = told_later(permanent=permanent)
    free = free_lockers(window, ignoring=bindparam("ignoring") if ignoring else None)
    return select(Automat, free.label("free_lockers")).where(
        Automat.id.in_(bindparam("ids", expanding=True))
    )


async def measured(
    connection: AsyncConnection, automat_ids: Iterable[UUID], here: Coordinates | None
) -> dict[UUID, float | None]:
    """Measure how far certain automats are, nearest first; those without a place come last."""
    rows = await connection.execute(
        select(Automat.id, Automat.position, Automat.installed_at).where(
            Automat.id.in_(list(automat_ids))
        )
    )
    places = {row.id: row for row in rows}
    near = in_order(
        [
            Found(distance_metres(here, row.position), row.installed_at, row.id)
            for row in places.values()
            if here and row.position
        ]
    )
    metres: dict[UUID, float | None] = {found.automat_id: found.metres for found in near}
    nowhere = [row for row in places.values() if row.id not in metres]
    nowhere.sort(key=lambda row: (row.installed_at, row.id))
    return metres | {row.id: None for row in nowhere}


async def lockers_to_fetch_from(
    connection: AsyncConnection,
    locker_ids: Sequence[UUID],
    window: Window,
    *,
    ignoring: UUID | None = None,
) -> set[UUID]:
    """Tell which lockers, each with its own key inside, nobody else holds over a window."""
    rows = await connection.execute(
        select(Locker.id).where(
            Locker.id.in_(locker_ids), is_open_for_contract(window, ignoring=ignoring)
        )
    )
    return {row.id for row in rows}


def general_rejections(
    facts: Facts, settings: UnitSettings, now: datetime, *, lockers_needed: int
) -> list[Rejection]:
    """Say what stands against an automat whatever the keys are."""
    automat = facts.automat
    rejections = []
    if automat.state != AutomatState.IN_SERVICE:
        rejections.append(Rejection(RejectionCode.NOT_IN_SERVICE, "It is out of service."))
    if automat.last_seen_at is not None:
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
    lockers = AutomatModel(automat.model).locker_count
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
    lockers = AutomatModel(facts.automat.model).locker_count
    return [
        Rejection(
            RejectionCode.FULL_IN_WINDOW,
            f"{facts.free_lockers} of its {lockers} lockers are free {window}; "
            f"{lockers_needed} needed.",
        )
    ]
