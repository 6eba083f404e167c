"""Following a table: what is new in it since the last look, each row once, by any number of looks.

Ids say when a row was made, and a transaction that took its time commits a row with an older id
than one that was seen already. So each look goes on behind the newest row that was seen, and also
over the last seconds before that one; what was seen there is remembered, and nothing else.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select

from models.base import Base
from resolvers.looking import BEFORE_ALL
from resolvers.work import Reading

OVERLAP = timedelta(seconds=15)
"""How much longer than others a transaction may take without its rows being passed over."""
AT_ONCE = 100


class Tail:
    """What comes new into a table of an organization, from the first look on.

    Args:
        model: Which table; its ids are UUIDv7.
        conditions: Which of its rows count.
    """

    def __init__(self, model: type[Base], *conditions: ColumnElement[bool]) -> None:
        self._model = model
        self._conditions = conditions
        self._newest: UUID | None = None
        self._seen: set[UUID] = set()

    async def look(self, reading: Reading) -> Sequence[Any]:
        """Read what is new, the oldest first, some hundred rows at most; none at the first look."""
        if self._newest is None:
            await self._begin(reading)
            return ()
        late = await self._late(reading, self._newest)
        behind = self._of(reading).where(self._model.id > self._newest)
        rows = [*late, *await reading.all(behind.order_by(self._model.id).limit(AT_ONCE))]
        self._newest = max([self._newest, *(row.id for row in rows)])
        lately, seen = shortly_before(self._newest), self._seen.union(row.id for row in rows)
        self._seen = {id for id in seen if id > lately}
        return rows

    async def _begin(self, reading: Reading) -> None:
        last = await reading.first(self._of(reading).order_by(self._model.id.desc()))
        newest = BEFORE_ALL if last is None else last.id
        self._seen = set(await self._lately(reading, newest))
        self._newest = newest

    async def _late(self, reading: Reading, newest: UUID) -> Sequence[Any]:
        """Read the rows that were committed after others that were made later."""
        ids = [id for id in await self._lately(reading, newest) if id not in self._seen]
        if not ids:
            return ()
        some = self._of(reading).where(self._model.id.in_(sorted(ids)[:AT_ONCE]))
        return await reading.all(some.order_by(self._model.id))

    async def _lately(self, reading: Reading, newest: UUID) -> Sequence[UUID]:
        """List the ids of the rows shortly before the newest one that was seen, and its own."""
        id = self._model.id
        lately = self._of(reading).where(id > shortly_before(newest), id <= newest)
        return await reading.scalars(lately.with_only_columns(id))

    def _of(self, reading: Reading) -> Select[Any]:
        return reading.seen(self._model).where(*self._conditions)


def shortly_before(newest: UUID) -> UUID:
    """Give the id of a moment: the first 48 bits of a UUIDv7 are milliseconds (RFC 9562)."""
    overlap = int(OVERLAP.total_seconds() * 1_000)
    return UUID(int=max((newest.int >> 80) - overlap, 0) << 80)
