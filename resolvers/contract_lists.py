"""Key contracts by where they stand in time, by status, by words, by unit and by key.

A stored status says what somebody last wrote down; the clock and the keys decide meanwhile, exactly
as in `models.contracts.key_contract_status_at`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import aliased

from models.automats import Automat
from models.contracts import (
    MOVING,
    ContractTime,
    KeyAllocation,
    KeyContract,
    KeyContractStatus,
    Verification,
)
from models.keys import Key, ManualStorage
from models.organizations import Contact, OrganizationUnit
from resolvers import looking
from resolvers.looking import Slice
from resolvers.relations import CONTACT_LINKS
from resolvers.work import Reading

Condition = ColumnElement[bool]
Status = KeyContractStatus
row = KeyContract


@dataclass(frozen=True, slots=True)
class Filter:
    """Which key contracts somebody asks for; what is None does not matter.

    Args:
        when: Where they stand in time.
        status: Where they stand.
        search: Part of a reference or of a contact's name, whatever its case.
        unit_id: The unit, or one above it, of the place where a key of them lives.
        key_id: A key of them, other than one that was removed.
        signed: Whether they were signed as they are now; False: those that have a verification,
            and were not.
    """

    when: ContractTime | None = None
    status: KeyContractStatus | None = None
    search: str | None = None
    unit_id: UUID | None = None
    key_id: UUID | None = None
    signed: bool | None = None


async def page(reading: Reading, wanted: Filter, *, first: int | None, after: UUID | None) -> Slice:
    """Read a page of key contracts in the order in which they were made.

    Raises:
        NotAllowed: The actor may not see key contracts.
        NotFound: There is no such unit or key.
        InvalidInput: More rows than a page holds.
    """
    looking.require_view(reading, row)
    if wanted.unit_id is not None:
        await reading.get(OrganizationUnit, wanted.unit_id, path=("organization_unit_id",))
    if wanted.key_id is not None:
        await reading.get(Key, wanted.key_id, path=("key_id",))
    conditions = _conditions(reading, wanted)
    return await looking.page(reading, row, *conditions, first=first, after=after)


def _conditions(reading: Reading, wanted: Filter) -> list[Condition]:
    owner = reading.actor.organization_id
    found = []
    if wanted.when is not None:
        found.append(_TIMES[wanted.when](reading.now, _is_out(owner)))
    if wanted.status is not None:
        found.append(_has_status(wanted.status, reading.now, _is_out(owner)))
    if wanted.search:
        found.append(_matches(wanted.search, owner))
    if wanted.unit_id is not None:
        found.append(row.id.in_(_of_unit(wanted.unit_id, owner)))
    if wanted.key_id is not None:
        of_key = _allocations(owner).where(KeyAllocation.key_id == wanted.key_id)
        found.append(row.id.in_(of_key))
    if wanted.signed is not None:
        found.append(_is_signed() if wanted.signed else _is_to_be_signed())
    return found


def _is_signed() -> Condition:
    return and_(row.signed_revision.is_not(None), row.signed_revision == row.revision)


def _is_to_be_signed() -> Condition:
    return and_(row.verification != Verification.NONE, not_(_is_signed()))


def _allocations(owner: UUID) -> Select[UUID]:
    allocation = KeyAllocation
    return select(allocation.key_contract_id).where(
        allocation.organization_id == owner, allocation.removed_at.is_(None)
    )


def _is_out(owner: UUID) -> Condition:
    """Tell of contracts whether somebody has a key of them; an index holds just those keys."""
    allocation = KeyAllocation
    out = select(allocation.key_contract_id).where(
        allocation.organization_id == owner,
        allocation.fetched_at.is_not(None),
        allocation.returned_at.is_(None),
    )
    return row.id.in_(out)


def _moving() -> Condition:
    return row.status.in_(MOVING)


def _has_passed(now: datetime) -> Condition:
    return and_(row.ends_at.is_not(None), row.ends_at <= now)


def _is_overdue(now: datetime, out: Condition) -> Condition:
    return and_(_moving(), row.overdue_at.is_not(None), row.overdue_at <= now, out)


def _is_upcoming(now: datetime, out: Condition) -> Condition:
    return and_(_moving(), row.starts_at > now, not_(out))


def _is_ended(now: datetime, out: Condition) -> Condition:
    by_clock = and_(_moving(), _has_passed(now), not_(out))
    return or_(row.status == Status.ENDED, by_clock)


def _is_active(now: datetime, out: Condition) -> Condition:
    in_time = and_(row.starts_at <= now, or_(row.ends_at.is_(None), row.ends_at > now))
    late = or_(row.overdue_at.is_(None), row.overdue_at > now)
    return and_(_moving(), or_(and_(in_time, not_(out)), and_(out, late)))


_STATUSES: dict[KeyContractStatus, Callable[[datetime, Condition], Condition]] = {
    Status.OVERDUE: _is_overdue,
    Status.UPCOMING: _is_upcoming,
    Status.ENDED: _is_ended,
    Status.ACTIVE: _is_active,
}


def _has_status(status: KeyContractStatus, now: datetime, out: Condition) -> Condition:
    by_clock = _STATUSES.get(status)
    return row.status == status if by_clock is None else by_clock(now, out)


def _waits() -> Condition:
    return row.status == Status.WAITING_FOR_SIGNATURE


_TIMES: dict[ContractTime, Callable[[datetime, Condition], Condition]] = {
    ContractTime.ONGOING: lambda now, out: or_(
        _is_active(now, out), and_(_waits(), row.starts_at <= now, not_(_has_passed(now)))
    ),
    ContractTime.FUTURE: lambda now, out: or_(
        _is_upcoming(now, out), and_(_waits(), row.starts_at > now)
    ),
    ContractTime.OVERDUE: _is_overdue,
    ContractTime.ENDED: lambda now, out: or_(_is_ended(now, out), and_(_waits(), _has_passed(now))),
}


def _matches(search: str, owner: UUID) -> Condition:
    links = CONTACT_LINKS
    named = (
        select(links.c.key_contract_id)
        .join(Contact, Contact.id == links.c.contact_id)
        .where(Contact.organization_id == owner, Contact.name.icontains(search, autoescape=True))
    )
    return or_(row.reference.icontains(search, autoescape=True), row.id.in_(named))


def _of_unit(unit_id: UUID, owner: UUID) -> Select[UUID]:
    """Select the contracts of keys that live in a unit or in one below it."""
    unit: Any = aliased(OrganizationUnit)
    below = select(unit.id).where(unit.id == unit_id).cte(recursive=True)
    child: Any = aliased(OrganizationUnit)
    below = below.union(select(child.id).join(below, child.parent_id == below.c.id))
    units = select(below.c.id)
    automats = select(Automat.id).where(Automat.unit_id.in_(units))
    desks = select(ManualStorage.id).where(ManualStorage.unit_id.in_(units))
    keys = select(Key.id).where(
        Key.organization_id == owner,
        or_(Key.selected_automat_id.in_(automats), Key.selected_manual_storage_id.in_(desks)),
    )
    return _allocations(owner).where(KeyAllocation.key_id.in_(keys))
