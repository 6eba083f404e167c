"""Which PINs an operation shows: each is noted once, and before it is shown."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain
from uuid import UUID

from strawberry.dataloader import DataLoader

from resolvers.pin_reads import Shown
from resolvers.work import Happened

Note = Callable[[list[Shown]], Awaitable[None]]


class PinsShown:
    """The PINs that one operation shows.

    Those that are asked for at several places at once are noted together. A PIN that nobody could
    note is not shown: the error of the note is its answer.

    Args:
        note: Writes down what is about to be shown.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._known: set[UUID] = set()
        self._together: DataLoader[tuple[Shown, ...], None] = DataLoader(self._all, cache=False)

    def are_told_of(self, events: Iterable[Happened]) -> None:
        """Take what the operation changed itself as noted: its events say who did."""
        self._known.update([one.subject_id for one in events])

    async def note(self, shown: Iterable[Shown]) -> None:
        """See that each of some PINs is noted."""
        known = self._known
        new = tuple(one for one in shown if one.id not in known)
        if new:
            await self._together.load(new)

    async def _all(self, asked: list[tuple[Shown, ...]]) -> Sequence[None]:
        new = {one.id: one for one in chain(*asked) if one.id not in self._known}
        if new:
            await self._note(list(new.values()))
            self._known |= new.keys()
        return [None] * len(asked)
