"""Looking things up: single rows, pages of rows, and what belongs to them, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.accounts import Permission
from models.automats import Automat, DeviceGroup, DeviceGroupAutomat, Locker
from models.base import Base
from models.contracts import (
    KeyAllocation,
    KeyContract,
    KeyContractContact,
    KeyContractStatus,
    LockerContract,
    LockerContractState,
)
from models.entities import ReservableEntity
from models.errors import InvalidInput
from models.events import Event
from models.keys import EntityKey, Key
from models.organizations import Contact, OrganizationUnit
from models.reservations import ReservationContact
from models.selections import AutomatSelection
from resolvers.work import Reading

Row = TypeVar("Row", bound=Base)
LARGEST_PAGE = 100

PERMISSIONS: dict[type[Base], Permission] = {
    Automat: Permission.VIEW_AUTOMATS,
    Locker: Permission.VIEW_AUTOMATS,
    DeviceGroup: Permission.VIEW_AUTOMATS,
    OrganizationUnit: Permission.VIEW_AUTOMATS,
    Event: Permission.VIEW_EVENTS,
}
"""What it takes to see rows of a kind; VIEW where nothing else is said."""


def require_view(reading: Reading, model: type[Base]) -> None:
    """Go on only if the actor may see rows of a kind.

    Raises:
        NotAllowed: They may not.
    """
    reading.require(PERMISSIONS.get(model, Permission.VIEW))


async def find(reading: Reading, model: type[Row], id: UUID | None) -> Row | None:
    """Read one row that the actor may see; None when there is none.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, model)
    return await reading.find(model, id)


async def find_by(
    reading: Reading, model: type[Row], *conditions: ColumnElement[bool]
) -> Row | None:
    """Read the first row that fulfils conditions; None when there is none.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, model)
    return await reading.first(reading.own(model).where(*conditions))


async def by_ids(reading: Reading, model: type[Row], ids: Sequence[UUID]) -> list[Row | None]:
    """Read rows in the order of their ids, None for those that are not there.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, model)
    found = {row.id: row for row in await reading.all(reading.own(model).where(model.id.in_(ids)))}
    return [found.get(id) for id in ids]


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and whether there are more behind it."""

    rows: list[Any]
    has_more: bool


def checked_count(first: int) -> int:
    """Check how many rows somebody asks for.

    Raises:
        InvalidInput: Fewer than none, or more than a page holds.
    """
    if not 0 <= first <= LARGEST_PAGE:
        raise InvalidInput(f"`first` must be from 0 to {LARGEST_PAGE}.", path=("first",))
    return first


async def page(
    reading: Reading,
    model: type[Row],
    *conditions: ColumnElement[bool],
    first: int,
    after: UUID | None,
) -> Slice:
    """Read a page of rows in the order in which they were made (keyset paging).

    Raises:
        NotAllowed: The actor may not see rows of that kind.
        InvalidInput: More rows than a page holds.
    """
    require_view(reading, model)
    statement = reading.own(model).where(*conditions).order_by(model.id)
    if after is not None:
        statement = statement.where(model.id > after)
    rows = list(await reading.all(statement.limit(checked_count(first) + 1)))
    return Slice(rows[:first], len(rows) > first)


def matching(search: str | None, *fields: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    """Ask that one of several fields holds a text, whatever its case; nothing without a text."""
    if not search:
        return []
    return [or_(*(field.icontains(search, autoescape=True) for field in fields))]


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that belong to rows of another kind.

    Args:
        name: What it is called in logs and loaders.
        model: What belongs.
        parent: The column with the id of what it belongs to.
        link: The table between the two, joined by its second column; None when there is none.
        order: In which order they come.
        conditions: Which of them count.
    """

    name: str
    model: type[Any]
    parent: Any
    order: Any
    link: tuple[Any, Any] | None = None
    conditions: tuple[Any, ...] = ()

    def statement(self, reading: Reading) -> Select[Any]:
        """Select the rows with the id of what each belongs to."""
        statement = reading.own(self.model).add_columns(self.parent.label("parent_id"))
        if self.link is not None:
            statement = statement.join(self.link[0], self.link[1])
        return statement.where(*self.conditions)


async def belonging(
    reading: Reading, relation: Relation, parent_ids: Sequence[UUID]
) -> list[list[Any]]:
    """Read all that belongs to each of several rows, in one statement.

    Raises:
        NotAllowed: The actor may not see rows of that kind.
    """
    require_view(reading, relation.model)
    statement = relation.statement(reading).where(relation.parent.in_(parent_ids))
    found: dict[UUID, list[Any]] = {id: [] for id in parent_ids}
    for row in await reading.rows(statement.order_by(relation.order)):
        found[row.parent_id].append(row)
    return [found[id] for id in parent_ids]


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
    number = func.row_number().over(partition_by=relation.parent, order_by=relation.model.id)
    statement = relation.statement(reading).where(relation.parent.in_(parent_ids))
    if after is not None:
        statement = statement.where(relation.model.id > after)
    numbered = statement.add_columns(number.label("number")).subquery()
    entity = aliased(relation.model, numbered)
    rows = await reading.rows(
        select(entity, numbered.c.parent_id)
        .where(numbered.c.number <= checked_count(first) + 1)
        .order_by(numbered.c.number)
    )
    found: dict[UUID, list[Any]] = {id: [] for id in parent_ids}
    for row in rows:
        found[row.parent_id].append(row)
    return [Slice(found[id][:first], len(found[id]) > first) for id in parent_ids]


LOCKERS = Relation("lockers", Locker, Locker.automat_id, Locker.index)
KEY_IN_LOCKER = Relation("key in locker", Key, Key.locker_id, Key.id)
GROUPS_OF_AUTOMAT = Relation(
    "groups of automat",
    DeviceGroup,
    DeviceGroupAutomat.automat_id,
    DeviceGroup.id,
    link=(DeviceGroupAutomat, DeviceGroupAutomat.device_group_id == DeviceGroup.id),
)
AUTOMATS_OF_GROUP = Relation(
    "automats of group",
    Automat,
    DeviceGroupAutomat.device_group_id,
    Automat.id,
    link=(DeviceGroupAutomat, DeviceGroupAutomat.automat_id == Automat.id),
)
KEYS_OF_ENTITY = Relation(
    "keys of entity",
    Key,
    EntityKey.entity_id,
    Key.id,
    link=(EntityKey, EntityKey.key_id == Key.id),
)
ENTITIES_OF_KEY = Relation(
    "entities of key",
    ReservableEntity,
    EntityKey.key_id,
    ReservableEntity.id,
    link=(EntityKey, EntityKey.entity_id == ReservableEntity.id),
)
CONTACTS_OF_RESERVATION = Relation(
    "contacts of reservation",
    Contact,
    ReservationContact.reservation_id,
    ReservationContact.place,
    link=(ReservationContact, ReservationContact.contact_id == Contact.id),
)
CONTACTS_OF_KEY_CONTRACT = Relation(
    "contacts of key contract",
    Contact,
    KeyContractContact.key_contract_id,
    KeyContractContact.place,
    link=(KeyContractContact, KeyContractContact.contact_id == Contact.id),
)
KEYS_OF_KEY_CONTRACT = Relation(
    "keys of key contract",
    Key,
    KeyAllocation.key_contract_id,
    Key.id,
    link=(KeyAllocation, KeyAllocation.key_id == Key.id),
)
KEYS_OUT = Relation(
    "keys out",
    KeyAllocation,
    KeyAllocation.key_contract_id,
    KeyAllocation.id,
    conditions=(KeyAllocation.fetched_at.is_not(None), KeyAllocation.returned_at.is_(None)),
)
LOCKER_CONTRACTS = Relation(
    "locker contracts",
    LockerContract,
    LockerContract.key_contract_id,
    LockerContract.id,
    link=(KeyContract, LockerContract.key_contract_id == KeyContract.id),
    conditions=(
        (LockerContract.state != LockerContractState.CANCELLED)
        | (KeyContract.status == KeyContractStatus.CANCELLED),
    ),
)
KEY_CONTRACT_OF_RESERVATION = Relation(
    "key contract of reservation", KeyContract, KeyContract.reservation_id, KeyContract.id
)
SELECTIONS = Relation(
    "selections of reservation",
    AutomatSelection,
    AutomatSelection.reservation_id,
    AutomatSelection.id.desc(),
)
