"""One request: who asks, when, and the doors to the database, the geocoder and the outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar

import strawberry

from geo.geocoding import Geocoder
from models.accounts import Actor, Permission
from models.addressed import PlacementProblem
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.places import Coordinates, Placement, PostalAddress
from resolvers import pin_reads, waiting
from resolvers.outside.ports import Outside
from resolvers.pin_reads import Shown
from resolvers.placing import place
from resolvers.work import Reading, Work
from schema.guards.admitted import Admitted
from schema.guards.pins_shown import PinsShown
from schema.loaders import Loaders
from schema.operating.request_ids import asking

Done = TypeVar("Done")


def clock() -> datetime:
    """Tell the time; everybody else is told."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Context:
    """What resolvers get. No database session is kept here: sibling fields run at the same time.

    Args:
        database: The doors.
        geocoder: Knows where addresses lie.
        outside: The ports to the rest of the world; never used while a transaction is open.
        actor: Who asks.
        asked_at: When the request came, by our clock, by which signed addresses go.
        needs: What the operation takes, see `schema.guards.needs`; it grows where several share a
            context.
        now: The moment that counts as now for the whole request, by the organization's clock.
        admitted: What was paid for the request; None where nothing had to be.
    """

    database: Database
    geocoder: Geocoder
    outside: Outside
    actor: Actor
    asked_at: datetime = field(default_factory=clock)
    needs: frozenset[Permission] = frozenset()
    now: datetime = field(init=False)
    loaders: Loaders = field(init=False)
    admitted: Admitted | None = None
    looking: set[asyncio.Task[Any] | None] = field(default_factory=set)
    """Who looks at the database just now: loaders do in tasks of their own."""
    pins_shown: PinsShown = field(init=False)

    def __post_init__(self) -> None:
        """Tell the time and the request, and make loaders that live as long as it."""
        self.actor = asking(self.actor)
        self.now = self.actor.time(self.asked_at)
        self.loaders = Loaders(self.reading)
        self.pins_shown = PinsShown(self._note_pins)

    def begin_anew(self, actor: Actor) -> None:
        """Let it be now, with nothing loaded yet: for what goes on after its first answer."""
        self.actor, self.asked_at = actor, clock()
        self.__post_init__()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """Open a look at the database for this request."""
        task = asyncio.current_task()
        self.looking.add(task)
        try:
            async with self.database.reading(self.actor.organization_id) as connection:
                yield Reading(connection, self.actor, self.now)
        finally:
            self.looking.discard(task)

    def give_up(self, but: asyncio.Task[Any] | None) -> None:
        """End all looks at the database but that of one task, which is ended by itself.

        Whoever is told twice does not tell the database any more, and breaks the connection.
        """
        for task in self.looking:
            if task is not None and task is not but and not task.cancelling():
                task.cancel()

    async def writing(
        self, act: Callable[[Work], Awaitable[Done]], *, frequent: bool = False
    ) -> Done:
        """Do something in one transaction, from its beginning again when the database gives it up.

        What it changed may be what a reservation or a guest waited for, so those are tried again
        before the client has its answer; and what was loaded before is loaded anew.
        """
        work, done = await begun_again(partial(self._transaction, act, frequent=frequent))
        self.pins_shown.are_told_of(work.recorded)
        self.loaders = Loaders(self.reading)
        await waiting.follow_up(self.database, work)
        return done

    async def _transaction(
        self, act: Callable[[Work], Awaitable[Done]], *, frequent: bool = False
    ) -> tuple[Work, Done]:
        owner = self.actor.organization_id
        async with self.database.writing(owner, frequent=frequent) as session:
            work = Work(session, self.actor, self.now)
            return work, await act(work)

    async def _note_pins(self, shown: list[Shown]) -> None:
        await begun_again(partial(self._transaction, partial(pin_reads.note, shown=shown)))

    async def place(
        self, address: PostalAddress | None, coordinates: Coordinates | None
    ) -> Placement | PlacementProblem | None:
        """Find where something stands; never called while a transaction is open."""
        return await place(self.geocoder, address, coordinates, self.now)


Info: TypeAlias = strawberry.Info[Context, None]
