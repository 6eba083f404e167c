"""What somebody sees who stands at an automat or a desk; a moment later it may be otherwise."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from models.automats import Locker
from models.contracts import (
    LIVE_STATES,
    KeyAllocation,
    KeyContract,
    LockerContract,
    LockerContractKind,
)
from models.database import Database
from models.keys import Key, KeyStatus

SOON = timedelta(hours=2)
MOST = 60


class Sights:
    """Looks at one organization.

    Args:
        database: Where to look.
        owner: Whose things are looked at.
    """

    def __init__(self, database: Database, owner: UUID) -> None:
        self.database = database
        self.owner = owner

    async def to_fetch(self, automat_id: UUID, now: datetime) -> list[Any]:
        """List the lockers of an automat that a guest may open now, with a key in them."""
        row = LockerContract
        found = (
            select(row.key_contract_id, KeyContract.reservation_id, Locker.index, Key.rfid_tag)
            .join(Locker, Locker.id == row.locker_id)
            .join(Key, Key.locker_id == row.locker_id)
            .join(KeyContract, KeyContract.id == row.key_contract_id)
            .where(
                row.automat_id == automat_id,
                row.state.in_(LIVE_STATES),
                row.kind != LockerContractKind.RETURN,
                row.starts_at <= now,
            )
        )
        return await self._rows(found)

    async def out(self) -> list[Any]:
        """List keys that somebody has."""
        away = Key.organization_id == self.owner, Key.status.in_([KeyStatus.OUT, KeyStatus.OVERDUE])
        return await self._rows(select(Key.id, Key.code, Key.rfid_tag).where(*away))

    async def to_return(self, key_id: UUID) -> list[Any]:
        """List the lockers that are held for a key to come back to."""
        row = LockerContract
        found = (
            select(row.automat_id, Locker.index)
            .join(Locker, Locker.id == row.locker_id)
            .where(
                row.key_id == key_id,
                row.state.in_(LIVE_STATES),
                row.kind != LockerContractKind.FETCH,
            )
            .order_by(row.starts_at)
        )
        return await self._rows(found)

    async def to_hand_over(self, now: datetime) -> list[Any]:
        """List keys at desks for which somebody comes now, with the contract."""
        row = KeyAllocation
        found = (
            select(Key.code, row.key_contract_id)
            .join(row, row.key_id == Key.id)
            .where(
                Key.organization_id == self.owner,
                Key.manual_storage_id.is_not(None),
                row.live,
                row.fetched_at.is_(None),
                row.starts_at <= now + SOON,
            )
        )
        return await self._rows(found)

    async def to_bring(self) -> list[Any]:
        """List keys at desks that are wanted in an automat."""
        wanted = (
            Key.organization_id == self.owner,
            Key.manual_storage_id.is_not(None),
            Key.target_automat_id.is_not(None),
        )
        return await self._rows(select(Key.code, Key.target_automat_id).where(*wanted))

    async def _rows(self, statement: Select[*tuple[Any, ...]]) -> list[Any]:
        async with self.database.reading() as connection:
            return list(await connection.execute(statement.limit(MOST)))
