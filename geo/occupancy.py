"""Which lockers are held when, as far as somebody has asked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.availability import Blocked, Span, blocked_lockers
from models.times import Window


class Occupancy:
    """Remembers which lockers are held over windows.

    Args:
        connection: An open connection.
        ignoring: Key contracts whose lockers count as free.
    """

    def __init__(self, connection: AsyncConnection, ignoring: Collection[UUID]) -> None:
        self._connection = connection
        self._ignoring = ignoring
        self._over: defaultdict[Window, dict[UUID, Blocked]] = defaultdict(dict)
        self._sure: set[Span] = set()

    async def over(self, window: Window, automat_ids: Collection[UUID]) -> Mapping[UUID, Blocked]:
        """Tell which lockers of automats are held for part of a window."""
        known = self._over[window]
        await self._read({Span(id, window) for id in automat_ids if id not in known})
        return known

    async def know(self, spans: Iterable[Span]) -> None:
        """Read what is held over many windows, all at once."""
        await self._read({span for span in spans if self._known(span) is None})

    async def look_again(self, spans: Collection[Span]) -> set[Span]:
        """Read automats that are locked now; give the spans that are otherwise than was known."""
        self._sure |= set(spans)
        return self._compared(await self._found(spans))

    async def look_anew(self, spans: Iterable[Span]) -> set[Span]:
        """Read what others may have changed since; give the spans that are otherwise."""
        unsure = [span for span in spans if span not in self._sure]
        return self._compared(await self._found(unsure))

    def _known(self, span: Span) -> Blocked | None:
        return self._over[span.window].get(span.automat_id)

    async def _found(self, spans: Collection[Span]) -> dict[Span, Blocked]:
        return await blocked_lockers(self._connection, spans, ignoring=self._ignoring)

    async def _read(self, spans: Collection[Span]) -> None:
        self._keep(await self._found(spans))

    def _compared(self, found: Mapping[Span, Blocked]) -> set[Span]:
        otherwise = {span for span, now in found.items() if self._known(span) != now}
        self._keep(found)
        return otherwise

    def _keep(self, found: Mapping[Span, Blocked]) -> None:
        for (automat_id, window), blocked in found.items():
            self._over[window][automat_id] = blocked
