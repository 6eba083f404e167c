"""A look that answers out of what a decision record keeps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from geo.candidates import Facts
from geo.look import Metres
from geo.measuring import Found, in_order
from geo.wish_records import place_read, window_read
from models.automats import AutomatModel, AutomatState
from models.distances import DistanceKind
from models.places import Coordinates
from models.times import Window


@dataclass(frozen=True, slots=True)
class RememberedAutomat:
    """An automat as it was when it was looked at."""

    id: UUID
    name: str
    model: AutomatModel
    state: AutomatState
    last_seen_at: datetime | None
    installed_at: datetime
    position: Coordinates | None

    @classmethod
    def read(cls, written: Sequence[Any]) -> Self:
        """Read what `geo.records` wrote."""
        id, name, model, state, last_seen, installed, position = written[:7]
        return cls(
            id=UUID(id),
            name=name,
            model=AutomatModel(model),
            state=AutomatState(state),
            last_seen_at=None if last_seen is None else datetime.fromisoformat(last_seen),
            installed_at=datetime.fromisoformat(installed),
            position=place_read(position),
        )


class Remembered:
    """Answers as the look did through which a decision was made; beyond that it knows nothing.

    Args:
        written: The sights of a record, as `geo.records` writes them.
    """

    def __init__(self, written: Mapping[str, Any]) -> None:
        automats = [RememberedAutomat.read(one) for one in written["automats"]]
        ids = [automat.id for automat in automats]
        self._automats = {automat.id: automat for automat in automats}
        self._near, self._inside, self._measures = (
            {
                place_read(place): {ids[at]: metres for at, metres in found}
                for place, found in written[name]
            }
            for name in ("near", "inside", "measures")
        )
        self._groups = {
            UUID(group): frozenset(ids[at] for at in members)
            for group, members in written["groups"]
        }
        self._nowhere: Metres = dict.fromkeys(ids[at] for at in written["nowhere"])
        self._facts = {
            window_read(window): {
                ids[at]: _facts(automats[at], written["automats"][at][7], held)
                for at, *held in known
            }
            for window, known in written["facts"]
        }

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place."""
        return dict(list(self._near[here].items())[:count])

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:  # noqa: ARG002 - there was one area only
        """Give the automats nearest to a place that stood in the policy's preferred area."""
        return dict(list(self._inside[here].items())[:count])

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        """Give what was known of automats over a window."""
        known = self._facts.get(window, {})
        return [known[id]._replace(metres=far) for id, far in metres.items() if id in known]

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        """Give how far certain automats were, nearest first."""
        known = self._measures.get(here, {})
        rows = [self._automats[id] for id in automat_ids if id in known]
        far = {row.id: known[row.id] for row in rows}
        near = in_order(
            [
                Found(metres, row.installed_at, row.id)
                for row in rows
                if (metres := far[row.id]) is not None
            ]
        )
        nowhere = [row for row in rows if far[row.id] is None]
        nowhere.sort(key=lambda row: (row.installed_at, row.id))
        placed: Metres = {found.automat_id: found.metres for found in near}
        return {**placed, **dict.fromkeys(row.id for row in nowhere)}

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        """Give the automats of a device group that mattered."""
        return self._groups[group_id]

    async def without_place(self) -> Metres:
        """Give automats that had no place."""
        return self._nowhere


def _facts(automat: RememberedAutomat, usable: int, held: Sequence[Any]) -> Facts:
    by_contracts, by_keys, *kind = held
    measured = DistanceKind(kind[0]) if kind else DistanceKind.STRAIGHT_LINE
    return Facts(automat, None, usable, by_contracts, by_keys, distance_kind=measured)
