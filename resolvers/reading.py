"""`Reading`: one look at the database, who it is for, and its moment; see also `resolvers.work`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import reach
from models.accounts import Actor, Permission, Role, WayIn
from models.base import Base, Removable
from models.dialects.among import also, among, ids_later
from models.errors import NotFound
from models.reaching import REACHED
from models.settings import UnitSettings

Row = TypeVar("Row", bound=Base)
Anything = TypeVar("Anything")


def owned(model: type[Row]) -> Select[Row]:
    """Begin a query of one organization's rows that is made once and told whose, as `owner`.

    Making a query anew can take as long as running it; those that are asked all the time are kept.
    """
    found: Select[Row] = select(model).where(
        cast("Any", model).organization_id == bindparam("owner"), *_there(model)
    )
    return found


def owned_among(model: type[Row], column: Any) -> Select[Row]:
    """Begin such a query of rows that are found by the many `ids` that a column may have.

    SQLite, which takes an organization to have ten rows, would rather read all of it.
    """
    owner = cast("Any", model).organization_id
    found: Select[Row] = select(model).where(
        also(owner, bindparam("owner", type_=owner.type)),
        among(column, ids_later("ids")),
        *_there(model),
    )
    return found


def _there(model: type[Base]) -> list[ColumnElement[bool]]:
    """Leave out what was removed, where rows of a kind stay when they are."""
    return [model.removed_at.is_(None)] if issubclass(model, Removable) else []


@cache
def _by_id(model: type[Row]) -> Select[Row]:
    return owned(model).where(model.id == bindparam("id"))


@cache
def _reached(model: type[Row], rule: Callable[[type[Base]], ColumnElement[bool]]) -> Select[Row]:
    return _by_id(model).where(rule(model))


def system(
    organization_id: UUID, clock_ahead: timedelta | None = None, way_in: WayIn = WayIn.SYSTEM
) -> Actor:
    """Make the actor for what nobody asked for; see `clocks` for a sandbox's clock.

    So acts, with its `way_in`, whatever may do one thing only and is known by that: a link, an
    automat, a command.
    """
    return Actor(
        organization_id=organization_id, role=Role.ADMIN, clock_ahead=clock_ahead, way_in=way_in
    )


class Reading:
    """A look at the database for somebody at a moment.

    Args:
        connection: An open connection; see `models.database.Database.reading`.
        actor: Who asks. Only rows of their organization are seen.
        now: The moment that counts as now.
    """

    def __init__(self, connection: AsyncConnection, actor: Actor, now: datetime) -> None:
        self._connection = connection
        self.actor = actor
        self.now = now
        self.known_settings: dict[tuple[UUID, UUID | None], UnitSettings] = {}

    def require(self, permission: Permission) -> None:
        """Go on only if the actor may.

        Raises:
            NotAllowed: Their role does not have the permission.
        """
        self.actor.require(permission)

    def own(self, model: type[Row]) -> Select[Row]:
        """Begin a query of the actor's organization's rows; every list begins with it."""
        owner = cast("Any", model).organization_id
        mine = owner == self.actor.organization_id
        found: Select[Row] = select(model).where(mine, *_there(model))
        return found

    def seen(self, model: type[Row]) -> Select[Row]:
        """Begin a query of the rows that the actor sees: their organization's within their reach.

        `own` is for what has to know all rows, such as whether something is free.
        """
        found = self.own(model)
        if self.actor.units is None:
            return found
        return found.where(reach.seen(model)).params({REACHED: self.actor.units})

    def told(self, **values: Any) -> dict[str, Any]:
        """Tell whose rows are asked for, with other values, to a query that was made once."""
        whose = {"owner": self.actor.organization_id, **values}
        return whose if self.actor.units is None else {**whose, REACHED: self.actor.units}

    @property
    def is_narrow(self) -> bool:
        """Whether the actor reaches only some units of their organization."""
        return self.actor.units is not None

    async def whole(self) -> "Reading":
        """Give a look at all of the organization, for what does not depend on who asks."""
        return Reading(await self.connection(), replace(self.actor, units=None), self.now)

    async def connection(self) -> AsyncConnection:
        """Give the connection, for the questions of `geo`."""
        return self._connection

    async def all(self, statement: Select[Anything], **told: Any) -> Sequence[Anything]:
        """Read every row of a query of one model.

        Args:
            statement: The query.
            told: The values of its parameters, for a query that was made once by `owned`.
        """
        return cast("Sequence[Anything]", (await self._connection.execute(statement, told)).all())

    async def rows(
        self, statement: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]], **told: Any
    ) -> list[Any]:
        """Read every row of a query of columns."""
        return list(await (await self.connection()).execute(statement, told))

    async def scalars(self, statement: Select[Anything]) -> Sequence[Anything]:
        """Read the one column of a query."""
        return list((await (await self.connection()).execute(statement)).scalars())

    async def first(self, statement: Select[Anything]) -> Anything | None:
        """Read the first row of a query, if there is one."""
        found = await self.all(statement.limit(1))
        return found[0] if found else None

    async def find(self, model: type[Row], id: UUID | None) -> Row | None:
        """Read one row of the actor's organization; None when it has no such row."""
        if id is None:
            return None
        found = await self.all(_by_id(model), owner=self.actor.organization_id, id=id)
        return found[0] if found else None

    async def get(self, model: type[Row], id: UUID | None, *, path: tuple[str, ...] = ()) -> Row:
        """Read one row of the actor's organization.

        Args:
            model: Of which kind.
            id: Which one.
            path: Where a client named it, who has to reach it then; what other rows refer to is
                read without.

        Raises:
            NotFound: It has none by that id; somebody else's, and what is beyond the actor's reach,
                looks just the same.
        """
        found = await (self._named(model, id, path) if path else self.find(model, id))
        if found is None:
            what = " ".join(path).replace("_", " ").removesuffix(" id") or "one"
            raise NotFound(
                f"Your organization has no such {what}; look its id up again.", path=path
            )
        return found

    async def see(self, model: type[Row], id: UUID | None) -> Row | None:
        """Read one row that the actor sees; None when there is none."""
        return await self._reach(model, id, reach.seen)

    async def _named(self, model: type[Row], id: UUID | None, _path: tuple[str, ...]) -> Row | None:
        return await self.see(model, id)

    async def _reach(
        self, model: type[Row], id: UUID | None, rule: Callable[[type[Base]], ColumnElement[bool]]
    ) -> Row | None:
        """Read one row that is reached by some rule."""
        if id is None or not self.is_narrow:
            return await self.find(model, id)
        found = await self.all(_reached(model, rule), **self.told(id=id))
        return found[0] if found else None
