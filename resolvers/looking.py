"""Looking things up: single rows, pages of rows, and what belongs to them, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models import reach
from models.accounts import Permission, Token
from models.automat_alarms import AutomatAlarm
from models.automat_commands import AutomatCommand
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.automats import Automat, DeviceGroup, Locker
from models.base import Base
from models.dialects.among import among, ids_later
from models.errors import InvalidInput
from models.events import Event
from models.organizations import OrganizationUnit
from models.partners import ServiceAccount, ServiceAccountKey
from models.people import Person, PersonInvitation, PersonSession
from models.settings_versions import SettingsVersion
from models.trusted_documents import TrustedDocument
from resolvers.relations import Relation
from resolvers.work import Reading, owned

Row = TypeVar("Row", bound=Base)
BEFORE_ALL = UUID(int=0)
"""Every id comes after this one."""
BEHIND_ALL = UUID(int=2**128 - 1)
"""Every id comes before this one."""
LARGEST_PAGE = 100
NAMED_BY_OTHERS = {OrganizationUnit}
"""Whoever sees something is told whose it is; the unit itself is looked up by `find`."""
PAGE = 20

PERMISSIONS: dict[type[Base], Permission] = {
    OrganizationUnit: Permission.VIEW_PLACES,
    Automat: Permission.VIEW_PLACES,
    Locker: Permission.VIEW_PLACES,
    DeviceGroup: Permission.VIEW_PLACES,
    AutomatLink: Permission.VIEW_AUTOMATS,
    AutomatCommand: Permission.VIEW_AUTOMATS,
    AutomatAlarm: Permission.VIEW_ALARMS,
    AutomatReport: Permission.VIEW_EVENTS,
    SettingsVersion: Permission.VIEW_ORGANIZATION,
    Token: Permission.EDIT_ORGANIZATION,
    ServiceAccount: Permission.EDIT_ORGANIZATION,
    ServiceAccountKey: Permission.EDIT_ORGANIZATION,
    Person: Permission.VIEW_USERS,
    PersonInvitation: Permission.VIEW_USERS,
    PersonSession: Permission.VIEW_USERS,
    Event: Permission.VIEW_EVENTS,
    TrustedDocument: Permission.EDIT_ORGANIZATION,
}
"""What it takes to see rows of a kind; VIEW where nothing else is said."""


def permission_of(model: type[Base]) -> Permission:
    """Tell what it takes to see rows of a kind."""
    return PERMISSIONS.get(model, Permission.VIEW)


def require_view(reading: Reading, model: type[Base]) -> None:
    """Go on only if the actor may see rows of a kind.

    Raises:
        NotAllowed: They may not.
    """
    reading.require(permission_of(model))


async def find(reading: Reading, model: type[Row], id: UUID | None) -> Row | None:
    """Read one row that the actor may see; None when there is none.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, model)
    return await reading.see(model, id)


async def find_by(
    reading: Reading, model: type[Row], *conditions: ColumnElement[bool]
) -> Row | None:
    """Read the first row that fulfils conditions; None when there is none.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, model)
    return await reading.first(reading.seen(model).where(*conditions))


async def by_ids(reading: Reading, model: type[Row], ids: Sequence[UUID]) -> list[Row | None]:
    """Read rows in the order of their ids, None for those that are not there.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, model)
    statement = _of_ids(model, narrow=reading.is_narrow and model not in NAMED_BY_OTHERS)
    rows = await reading.all(statement, **reading.told(ids=ids))
    found = {row.id: row for row in rows}
    return [found.get(id) for id in ids]


@cache
def _of_ids(model: type[Row], *, narrow: bool) -> Select[Row]:
    return _begun(model, narrow=narrow).where(among(model.id, ids_later("ids")))


def _begun(model: type[Row], *, narrow: bool) -> Select[Row]:
    return owned(model).where(reach.seen(model)) if narrow else owned(model)


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and whether there are more behind it."""

    rows: list[Any]
    has_more: bool


def checked_count(first: int | None, default: int = PAGE) -> int:
    """Check how many rows somebody asks for; a page's worth when they do not say.

    Raises:
        InvalidInput: Fewer than none, or more than a page holds.
    """
    if first is None:
        return default
    if not 0 <= first <= LARGEST_PAGE:
        raise InvalidInput(f"`first` must be from 0 to {LARGEST_PAGE}.", path=("first",))
    return first


async def page(
    reading: Reading,
    model: type[Row],
    *conditions: ColumnElement[bool],
    first: int | None,
    after: UUID | None,
    newest_first: bool = False,
) -> Slice:
    """Read a page of rows in the order in which they were made, or against it (keyset paging).

    Raises:
        NotAllowed: The actor may not see rows of that kind.
        InvalidInput: More rows than a page holds.
    """
    require_view(reading, model)
    count = checked_count(first)
    told = reading.told(
        after=after or (BEHIND_ALL if newest_first else BEFORE_ALL), count=count + 1
    )
    statement = _page(model, newest_first=newest_first, narrow=reading.is_narrow)
    rows = list(
        await reading.all(statement.where(*conditions) if conditions else statement, **told)
    )
    return Slice(rows[:count], len(rows) > count)


@cache
def _page(model: type[Row], *, newest_first: bool, narrow: bool) -> Select[Row]:
    after: BindParameter[UUID] = bindparam("after")
    behind = model.id < after if newest_first else model.id > after
    order = model.id.desc() if newest_first else model.id.asc()
    begun = _begun(model, narrow=narrow)
    return begun.where(behind).order_by(order).limit(bindparam("count", type_=Integer))


def matching(search: str | None, *fields: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    """Ask that one of several fields holds a text, whatever its case; nothing without a text."""
    if not search:
        return []
    return [or_(*(field.icontains(search, autoescape=True) for field in fields))]


async def belonging(
    reading: Reading, relation: Relation, parent_ids: Sequence[UUID]
) -> list[list[Any]]:
    """Read all that belongs to each of several rows, in one statement.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, relation.model)
    told = reading.told(parents=parent_ids)
    found: dict[UUID, list[Any]] = {id: [] for id in parent_ids}
    for row in await reading.rows(_belonging(relation, narrow=reading.is_narrow), **told):
        found[row.belongs_to].append(row)
    return [found[id] for id in parent_ids]


@cache
def _belonging(relation: Relation, *, narrow: bool) -> Select[Any]:
    of_these = among(relation.parent, ids_later("parents"))
    return _of_relation(relation, narrow=narrow).where(of_these).order_by(relation.order)


def _of_relation(relation: Relation, *, narrow: bool) -> Select[Any]:
    statement, model = relation.statement(), cast("type[Base]", relation.model)
    return statement.where(reach.seen(model)) if narrow else statement


async def pages_belonging(
    reading: Reading,
    relation: Relation,
    parent_ids: Sequence[UUID],
    *,
    first: int,
    after: UUID | None,
) -> list[Slice]:
    """Read the same page of what belongs to each of several rows, in one statement.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
        InvalidInput: More rows than a page holds.
    """
    require_view(reading, relation.model)
    told = reading.told(
        parents=parent_ids, after=after or BEFORE_ALL, count=checked_count(first) + 1
    )
    found: dict[UUID, list[Any]] = {id: [] for id in parent_ids}
    for row in await reading.rows(_page_belonging(relation, narrow=reading.is_narrow), **told):
        found[row.belongs_to].append(row)
    return [Slice(found[id][:first], len(found[id]) > first) for id in parent_ids]


@cache
def _page_belonging(relation: Relation, *, narrow: bool) -> Select[Any]:
    model = relation.model
    number = func.row_number().over(partition_by=relation.parent, order_by=model.id)
    statement = _of_relation(relation, narrow=narrow).where(
        among(relation.parent, ids_later("parents")), model.id > bindparam("after")
    )
    numbered = statement.add_columns(number.label("number_in_parent")).subquery()
    return (
        select(aliased(model, numbered), numbered.c.belongs_to)
        .where(numbered.c.number_in_parent <= bindparam("count"))
        .order_by(numbered.c.number_in_parent)
    )
