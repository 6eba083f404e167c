"""The codes that an automat should know, as they are sent to it: all of them, with a revision.

Whoever changes a code locks its automat until the change is committed, so the revisions of an
automat are seen in their order, and each stands for one table. A table is read by one statement:
what it holds and its revision are of the same moment.
"""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.automat_links import AutomatLink
from models.automat_reports import CodeKind
from models.automats import Automat, Locker
from models.codes import AutomatCode, CodeUse
from models.contracts import KeyContract, LockerContract
from models.dialects.among import among, ids_later
from resolvers import access_hours
from resolvers.access_hours import EnforcedHours
from resolvers.work import Reading

WORKS = AutomatLink.revoked_at.is_(None), AutomatLink.activated_at.is_not(None)


@dataclass(frozen=True, slots=True)
class TableCode:
    """One code that opens one locker between two moments.

    Args:
        id: The id of why it is there: of its locker contract, of the key whose return code it is,
            or of the backup code. Reports name it by that, however often it was learned anew.
        code: The digits; never shown in a log.
        kind: What kind of code it is, and so how it is typed.
        use: What it does at its locker.
        locker_index: Which locker, from 0.
        opens_at: From when on it opens.
        closes_at: From when on it opens no more; None for never.
        hours: At which hours of the week it takes a key out; None for any time.
    """

    id: UUID
    code: str = field(repr=False)
    kind: CodeKind
    use: CodeUse
    locker_index: int
    opens_at: datetime
    closes_at: datetime | None
    hours: EnforcedHours | None


@dataclass(frozen=True, slots=True)
class WantedTable:
    """All codes that an automat should know; it has to forget all others.

    Args:
        link_id: The credentials for which it is meant.
        organization_id: Whose automat it is.
        automat_id: The automat.
        revision: The latest one wins.
        codes: In the order of their ids.
    """

    link_id: UUID
    organization_id: UUID
    automat_id: UUID
    revision: int
    codes: tuple[TableCode, ...]


async def all_of(connection: AsyncConnection) -> list[UUID]:
    """List the links of all organizations to which a table may be sent: those that work.

    None that waits is in it: whoever gets codes has said something before, and that ends the
    credentials before theirs, so nobody reads them unnoticed.
    """
    link = AutomatLink
    return list(
        (await connection.execute(select(link.id).where(*WORKS).order_by(link.id))).scalars()
    )


async def changed(
    connection: AsyncConnection,
    published: Mapping[UUID, int],
    long_ago: Container[UUID] = (),
    again: Collection[UUID] = (),
) -> list[UUID]:
    """List the links to which a table has to be sent: another one than was, or the same again.

    They are those of all organizations whose automats have not said that they know their tables as
    these are now: what they know needs not to be sent. So this costs no more for automats with
    which nothing is the matter. The same table is sent again when it may have been lost: the
    automat is connected, and has not said for long that it knows it. After a database was restored
    a revision may be lower than one that was sent; it is sent all the same.

    Args:
        connection: An open connection.
        published: Which revision was sent last, by the id of the link.
        long_ago: To which links that was so long ago that they should have answered.
        again: Links to which theirs is sent though they may know it; those that do not work are
            left out.
    """
    rows = (await connection.execute(_unconfirmed(), {"again": again})).all()
    return [
        row.id
        for row in rows
        if row.id in again
        or published.get(row.id) != row.code_revision
        or (row.is_behind and row.id in long_ago)
    ]


@cache
def _unconfirmed() -> Select[*tuple[Any, ...]]:
    """Select the links whose automats have not said that they know what they should."""
    link = AutomatLink
    known = func.coalesce(link.applied_revision, -1)
    is_behind = and_(link.connected, known < Automat.code_revision)
    columns: Select[*tuple[Any, ...]] = select(
        link.id, Automat.code_revision, is_behind.label("is_behind")
    )
    may_have_changed = or_(known != Automat.code_revision, among(link.id, ids_later("again")))
    return (
        columns.join(Automat, Automat.id == link.automat_id)
        .where(*WORKS, may_have_changed)
        .order_by(link.id)
    )


async def of_link(reading: Reading, link_id: UUID) -> WantedTable | None:
    """Read what an automat should know; None for credentials that do not work.

    Those are unknown, were taken back, or wait for their first sign of life.

    Args:
        reading: A look at the database, for whomever: the link says whose automat it is.
        link_id: The credentials of the automat.
    """
    rows = await reading.rows(_table(link_id))
    if not rows:
        return None
    link, known = rows[0], [row for row in rows if row.id is not None]
    schedules = {row.id: row.access_schedule for row in known}
    hours = access_hours.enforced(link.time_zone, schedules)
    return WantedTable(
        link_id=link_id,
        organization_id=link.organization_id,
        automat_id=link.automat_id,
        revision=link.code_revision,
        codes=tuple(_code(row, hours.get(row.id)) for row in known),
    )


def _table(link_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select a row for each code, or one without a code where there is none."""
    row = AutomatCode
    columns: Select[*tuple[Any, ...]] = select(
        *(Automat.id.label("automat_id"), Automat.organization_id, Automat.time_zone),
        *(Automat.code_revision, row.id, row.sealed_code, row.use, row.opens_at, row.closes_at),
        *(row.locker_contract_id, row.key_id, row.backup_code_id),
        *(Locker.index, KeyContract.access_schedule),
    )
    return (
        columns.select_from(AutomatLink)
        .join(Automat, Automat.id == AutomatLink.automat_id)
        .outerjoin(row, row.automat_id == Automat.id)
        .outerjoin(Locker, Locker.id == row.locker_id)
        .outerjoin(LockerContract, LockerContract.id == row.locker_contract_id)
        .outerjoin(KeyContract, KeyContract.id == LockerContract.key_contract_id)
        .where(AutomatLink.id == link_id, *WORKS)
        .order_by(row.id)
    )


def _code(row: Any, hours: EnforcedHours | None) -> TableCode:
    return TableCode(
        id=row.locker_contract_id or row.key_id or row.backup_code_id,
        code=row.sealed_code.opened(of=row.id),
        kind=_kind(row),
        use=row.use,
        locker_index=row.index,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        hours=hours,
    )


def _kind(row: Any) -> CodeKind:
    if row.backup_code_id is not None:
        return CodeKind.BACKUP_CODE
    return CodeKind.PIN if row.key_id is None else CodeKind.RETURN_CODE
