"""Alarms that many reports raise and end in one transaction: read once, and written once.

A door that was forced fifty times raises and ends its alarm fifty times. Each of them is kept and
told of as if it had been alone; that takes three statements for all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID

from sqlalchemy import bindparam, select, update

from models.automat_alarms import WHOLE_AUTOMAT, AlarmKind, AutomatAlarm
from models.base import new_id, table_of
from models.dialects.among import among
from models.dialects.instants import Instant
from models.dialects.many_rows import insert_rows
from models.jobs import JobKind
from resolvers import automat_alarms
from resolvers.automat_alarms import tell_ended, tell_raised
from resolvers.jobs import schedule
from resolvers.work import Work

Place = tuple[UUID, AlarmKind, int]


class Alarms(Protocol):
    """What raises and ends alarms; the arguments are those of `automat_alarms`."""

    async def raise_alarm(
        self,
        work: Work,
        automat_id: UUID,
        kind: AlarmKind,
        locker_index: int = WHOLE_AUTOMAT,
        *,
        until: datetime | None = None,
    ) -> None:
        """Raise an alarm, unless it is on already."""
        ...

    async def end_alarm(
        self,
        work: Work,
        automat_id: UUID,
        *kinds: AlarmKind,
        locker_index: int = WHOLE_AUTOMAT,
    ) -> None:
        """End alarms whose cause is gone."""
        ...


class Written:
    """Raises and ends each alarm in the database at once."""

    async def raise_alarm(
        self,
        work: Work,
        automat_id: UUID,
        kind: AlarmKind,
        locker_index: int = WHOLE_AUTOMAT,
        *,
        until: datetime | None = None,
    ) -> None:
        """Raise an alarm, unless it is on already."""
        await automat_alarms.raise_alarm(work, automat_id, kind, locker_index, until=until)

    async def end_alarm(
        self,
        work: Work,
        automat_id: UUID,
        *kinds: AlarmKind,
        locker_index: int = WHOLE_AUTOMAT,
    ) -> None:
        """End alarms whose cause is gone."""
        await automat_alarms.end_alarm(work, automat_id, *kinds, locker_index=locker_index)


@dataclass(slots=True)
class On:
    """An alarm that is on, or was in this transaction; by the names of `AutomatAlarm`."""

    id: UUID
    automat_id: UUID
    kind: AlarmKind
    locker_index: int
    started_at: datetime
    until: datetime | None
    details: str | None
    ended_at: datetime | None = None
    is_new: bool = False
    is_changed: bool = False


class Board:
    """The alarms of some automats, of which nothing is written before `write`.

    Args:
        names: The names of the automats, by their ids.
        on: Those of their alarms that are on, locked.
    """

    def __init__(self, names: dict[UUID, str], on: Collection[On]) -> None:
        self._names = names
        self._on: dict[Place, On] = {
            (one.automat_id, one.kind, one.locker_index): one for one in on
        }
        self._all = list(on)

    @classmethod
    async def read(cls, work: Work, names: dict[UUID, str]) -> Self:
        """Read and lock the alarms of automats that are on.

        Args:
            work: The transaction.
            names: The names of the automats, by their ids.
        """
        row = table_of(AutomatAlarm).c
        columns = row.id, row.automat_id, row.kind, row.locker_index, row.started_at, row.until
        found = select(*columns, row.details).where(
            among(row.automat_id, list(names)), row.ended_at.is_(None)
        )
        locked = found.order_by(row.id).with_for_update(key_share=True)
        return cls(names, [On(*one) for one in await work.rows(locked)])

    async def raise_alarm(
        self,
        work: Work,
        automat_id: UUID,
        kind: AlarmKind,
        locker_index: int = WHOLE_AUTOMAT,
        *,
        until: datetime | None = None,
    ) -> None:
        """Raise an alarm, unless it is on already."""
        place = automat_id, kind, locker_index
        known = self._on.get(place)
        if known is None:
            known = On(new_id(), *place, work.now, until, None, is_new=True)
            self._on[place] = known
            self._all.append(known)
            tell_raised(work, known, self._names[automat_id])
        elif until is not None and known.until is not None and known.until < until:
            known.until, known.is_changed = until, True
        if until is not None:
            await schedule(work, JobKind.AUTOMAT_LINK, automat_id, until)

    async def end_alarm(
        self,
        work: Work,
        automat_id: UUID,
        *kinds: AlarmKind,
        locker_index: int = WHOLE_AUTOMAT,
    ) -> None:
        """End alarms whose cause is gone."""
        for kind in kinds:
            known = self._on.pop((automat_id, kind, locker_index), None)
            if known is not None:
                known.ended_at, known.is_changed = work.now, True
                tell_ended(work, known, self._names[automat_id])

    async def write(self, work: Work) -> None:
        """Write all of it: what ended first, as each alarm is on once."""
        changed = [one for one in self._all if one.is_changed and not one.is_new]
        new = [one for one in self._all if one.is_new]
        self._all = list(self._on.values())
        connection = await work.connection()
        if changed:
            rows = [{"alarm": one.id, "ended": one.ended_at, "till": one.until} for one in changed]
            await connection.execute(_CHANGED, rows)
        await insert_rows(connection, AutomatAlarm, [_row(work, one) for one in new])
        for one in self._all:
            one.is_new = one.is_changed = False


_CHANGED = (
    update(table_of(AutomatAlarm))
    .where(table_of(AutomatAlarm).c.id == bindparam("alarm"))
    .values(ended_at=bindparam("ended", type_=Instant), until=bindparam("till", type_=Instant))
)


def _row(work: Work, one: On) -> dict[str, Any]:
    return {
        "id": one.id,
        "organization_id": work.actor.organization_id,
        "automat_id": one.automat_id,
        "kind": one.kind,
        "locker_index": one.locker_index,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "until": one.until,
        "details": one.details,
    }
