"""Making a stored decision again out of what it saw, to see that it comes out the same."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geo.replaying import OUTCOME, areas_named_in, canonical, joined, kept_with, replay
from models.accounts import Permission
from models.base import table_of
from models.errors import NotFound
from models.reservations import Reservation
from models.selections import AutomatSelection, SelectionArea
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of a decision that comes out otherwise.

    Args:
        name: Which part, called as in `AutomatSelection`.
        stored: What was decided then, as canonical JSON.
        replayed: What comes out now, as canonical JSON.
    """

    name: str
    stored: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored decision, made again.

    Args:
        selection: The row of the decision.
        inputs: What it saw, as canonical JSON; None when that was not kept.
        outcome: What comes out now, as canonical JSON; None when no inputs were kept.
        differences: The parts that come out otherwise, in the order of their names.
    """

    selection: Any
    inputs: str | None = None
    outcome: str | None = None
    differences: tuple[Difference, ...] = ()


async def replayed(reading: Reading, reservation_id: UUID | None) -> Replay:
    """Make the newest decision of a reservation again, from what it saw and from nothing else.

    Raises:
        NotAllowed: The actor may not look at reservations.
        NotFound: There is no such reservation, or nothing was decided for it.
    """
    reading.require(Permission.VIEW)
    reservation = await reading.get(Reservation, reservation_id, path=("reservation_id",))
    row = await _newest(reading, reservation.id)
    if row is None:
        message = "No automat was ever chosen for that reservation."
        raise NotFound(message, path=("reservation_id",))
    if row.inputs is None:
        return Replay(row)
    inputs = await _whole(reading, row.inputs)
    if reading.is_narrow:  # what a choice saw is of all automats, also beyond the reach
        return Replay(row)
    again = await replay(inputs, await _areas(reading, areas_named_in(inputs)))
    return Replay(row, inputs, canonical(again).decode(), tuple(_differences(row, again)))


async def _whole(reading: Reading, inputs: str) -> str:
    """Put inputs together with what is kept with another decision of the same call."""
    first = kept_with(inputs)
    if first is None:
        return joined(inputs)
    (other,) = await reading.rows(
        reading.own(AutomatSelection)
        .where(AutomatSelection.id == first)
        .with_only_columns(AutomatSelection.inputs)
    )
    return joined(inputs, other.inputs)


async def _newest(reading: Reading, reservation_id: UUID) -> Any:
    """Read the newest decision, with its inputs, which are too long for lists."""
    found = await reading.rows(
        reading.own(AutomatSelection)
        .where(AutomatSelection.reservation_id == reservation_id)
        .order_by(AutomatSelection.id.desc())
        .limit(1)
        .with_only_columns(*table_of(AutomatSelection).c)
    )
    return found[0] if found else None


async def _areas(reading: Reading, digests: set[str]) -> dict[str, str]:
    """Read the areas that a decision went by."""
    if not digests:
        return {}
    named = SelectionArea.digest.in_(digests)
    rows = await reading.rows(
        reading.own(SelectionArea)
        .where(named)
        .with_only_columns(SelectionArea.digest, SelectionArea.area)
    )
    return {row.digest: row.area for row in rows}


def _differences(row: Any, again: dict[str, Any]) -> list[Difference]:
    pairs = [
        (name, canonical(getattr(row, name)).decode(), canonical(again[name]).decode())
        for name in sorted(OUTCOME)
    ]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]
