"""`Reading` and `Work`: one look at the database or one transaction, who it is for, and its moment.

A `Reading` gives plain rows, which is fast; a `Work` gives objects that may be changed. Both have
the same attributes, so whoever only looks takes a `Reading` and is also served by a `Work`.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Select, bindparam
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models import reach
from models.accounts import Actor, WayIn
from models.base import Base, Removable, new_id
from models.changes import CHANGED
from models.database import LAST_ACTS, UNDONE, do_last_acts
from models.dialects.overlaps import broken_constraint
from models.errors import LivionKeyError, NotAllowed
from models.events import EventKind
from models.telling import HAPPENED, TOLD, tell, write_told
from resolvers.reading import Reading, owned, owned_among, system

__all__ = ["About", "Reading", "Work", "owned", "refusing", "system"]

Row = TypeVar("Row", bound=Base)
Anything = TypeVar("Anything")
ITSELF = ("id",)
"""Where clients name the thing that is to be changed."""


@cache
def _locked(model: type[Row]) -> Select[Row]:
    return owned_among(model, model.id).order_by(model.id).with_for_update(key_share=True)


@dataclass
class Happened:
    """One event as it is written: the columns of `models.events.Event`.

    Only what changed is added to it, see `models.changes`. It is not frozen, as there are thousands
    of them and that takes twice as long.
    """

    id: UUID
    organization_id: UUID
    kind: EventKind
    at: datetime
    subject_type: str
    subject_id: UUID
    token_id: UUID | None
    person_id: UUID | None
    service_account_id: UUID | None
    way_in: WayIn
    request_id: str | None
    facts: dict[str, Any]
    notice: str | None
    changes: dict[str, Any] | None = None
    personal: dict[str, Any] | None = None
    personal_digest: str | None = None


class About(NamedTuple):
    """What an event is about, where there is no object at hand."""

    model: type[Base]
    id: UUID


@cache
def _held(model: type[Row], *, itself: bool) -> Select[Row]:
    """Share a row with others who put something there; one that is to be changed is locked."""
    one = owned(model).where(model.id == bindparam("id"))
    return one.with_for_update(key_share=True) if itself else one.with_for_update(read=True)


class Work(Reading):
    """One transaction for somebody at a moment; whoever opened it commits it.

    Args:
        session: An open session; see `models.database.Database.writing`.
        actor: Who asks.
        now: The moment at which all of it happens.
    """

    def __init__(self, session: AsyncSession, actor: Actor, now: datetime) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.known_settings = {}
        self.recorded: list[Happened] = []
        self.refused: list[LivionKeyError] = []
        """Refusals of parts of what was asked for, which are told as parts of the answer."""

    async def _named(self, model: type[Row], id: UUID | None, path: tuple[str, ...]) -> Row | None:
        """Read a row that is named to do something; by its own id it is to be changed itself."""
        found = await self._reach(model, id, reach.named)
        if found is None:
            return None
        if path == ITSELF:
            await self.require_change(model, found.id)
        return await self._held(model, found, path) if isinstance(found, Removable) else found

    async def _held(self, model: type[Row], row: Row, path: tuple[str, ...]) -> Row | None:
        """Let nobody remove a row until this transaction ends; None when somebody just did."""
        statement = _held(model, itself=path == ITSELF)
        found = await self.all(statement, owner=self.actor.organization_id, id=row.id)
        return found[0] if found else None

    async def require_change(self, model: type[Row], id: UUID) -> None:
        """Go on only if nothing beyond the actor's reach depends on a row that they see.

        Raises:
            NotAllowed: Something does: it is of a unit above, or also of one beside.
        """
        if self.is_narrow and await self._reach(model, id, reach.changed) is None:
            raise NotAllowed(
                "It also counts beyond the units that you reach, where only their people may "
                "change it; ask an administrator of your organization."
            )

    async def connection(self) -> AsyncConnection:
        """Give the connection, with everything written that was added so far.

        So is what was recorded, unless the transaction does that in the end: see `write_events`.
        """
        await self.session.flush()
        await tell(self.session)
        return await self.session.connection()

    async def write_events(self) -> None:
        """Write what was recorded so far: for whoever looks at the trail within a transaction."""
        await self.connection()
        await write_told(self.session)

    async def all(self, statement: Select[Anything], **told: Any) -> Sequence[Anything]:
        """Read every row of a query of one model, as fresh objects that may be changed."""
        fresh = {"populate_existing": True}
        await self.connection()
        return (await self.session.scalars(statement, told, execution_options=fresh)).all()

    async def locked(self, model: type[Row], ids: Collection[UUID]) -> list[Row]:
        """Read rows that nobody else may change until this transaction ends."""
        if not ids:
            return []
        told = {"owner": self.actor.organization_id, "ids": ids}
        return list(await self.all(_locked(model), **told))

    async def locking(self, statement: Select[Row], model: type[Row]) -> list[Row]:
        """Read the rows of a query, and lock them until this transaction ends.

        They are locked in the order of their ids, so that two transactions never wait for each
        other; FOR NO KEY UPDATE leaves rows that refer to them alone.
        """
        return list(await self.all(statement.order_by(model.id).with_for_update(key_share=True)))

    async def add(self, *rows: Base, refusals: dict[str, LivionKeyError] | None = None) -> None:
        """Write rows now.

        Args:
            rows: What is new.
            refusals: What to raise when a constraint of that name refuses them.
        """
        self.session.add_all(rows)
        await self.save(refusals)

    async def save(self, refusals: dict[str, LivionKeyError] | None = None) -> None:
        """Write what was changed, and turn a broken constraint into its refusal."""
        with refusing(refusals):
            await self.session.flush()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Do something that is undone alone when it raises, with all that it recorded."""
        await self.session.flush()
        await do_last_acts(self.session)
        await self.write_events()
        recorded = len(self.recorded)
        try:
            async with self.session.begin_nested():
                yield
        except BaseException:
            del self.recorded[recorded:]
            for mark in (CHANGED, HAPPENED, TOLD, LAST_ACTS):
                self.session.info.pop(mark, None)
            raise

    @property
    def is_undone(self) -> bool:
        """Whether nothing will be kept of this transaction."""
        return bool(self.session.info.get(UNDONE))

    def undo(self) -> None:
        """Let nothing be kept of this transaction: it only tells what would have come of it."""
        self.recorded.clear()
        self.session.info[UNDONE] = True

    def record(
        self, kind: EventKind, subject: Base | About, *, notice: str | None = None, **facts: Any
    ) -> None:
        """Write down what happened.

        Args:
            kind: What.
            subject: To what.
            notice: A sentence for people who have to know of it.
            facts: Ids, numbers and codes: never a PIN or a token.
        """
        model = subject.model if isinstance(subject, About) else type(subject)
        actor = self.actor
        happened = Happened(
            id=new_id(),
            organization_id=actor.organization_id,
            kind=kind,
            at=self.now,
            subject_type=model.__name__,
            subject_id=subject.id,
            token_id=actor.token_id,
            person_id=actor.person_id,
            service_account_id=actor.service_account_id,
            way_in=actor.way_in,
            request_id=actor.request_id,
            facts={name: _plain(value) for name, value in facts.items()},
            notice=notice,
        )
        self.recorded.append(happened)
        self.session.info.setdefault(HAPPENED, []).append(vars(happened))


@contextmanager
def refusing(refusals: dict[str, LivionKeyError] | None) -> Iterator[None]:
    """Turn a broken constraint into the refusal that stands for it."""
    try:
        yield
    except IntegrityError as error:
        refusal = (refusals or {}).get(broken_constraint(error) or "")
        if refusal is None:
            raise
        raise refusal from error


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, UUID) else value
