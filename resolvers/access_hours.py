"""What the access schedules of contracts mean at desks and automats (2.16, G29).

People are not held up by it: what happens outside its hours is believed and flagged, as everything
that contradicts what was known. Automats will hold to it, see `enforced`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from models.access_schedules import AccessSchedule, Stretch
from models.automats import Automat
from models.base import Json
from models.codes import AutomatCode
from models.contracts import KeyAllocation, KeyContract, LockerContract, LockerContractState
from models.dialects.among import among
from models.keys import Key, ManualStorage
from models.openings import is_open_at
from models.times import time_zone
from resolvers import codes
from resolvers.settings import settings, settings_of_all
from resolvers.work import Reading, Work

OTHER_CLOCK = "The clock by which its hours go was changed."
OUTSIDE = "It is outside the hours in which its keys may be fetched."


def contradiction(contract: KeyContract, zone: str, at: datetime) -> str | None:
    """Say that a key was fetched outside the hours of its contract; None when it was not.

    Args:
        contract: The contract.
        zone: The time zone of the automat or desk, by whose clock the hours go.
        at: When it was fetched.
    """
    if contract.access_schedule is None:
        return None
    schedule = AccessSchedule.read(contract.access_schedule)
    return None if is_open_at(schedule, time_zone(zone), at) else OUTSIDE


async def zone_of_place(reading: Reading, key: Key) -> str:
    """Name the time zone of the place where a key lies, or lives while it is out."""
    automat_id = key.automat_id or (None if key.manual_storage_id else key.selected_automat_id)
    if automat_id is not None:
        return (await reading.get(Automat, automat_id)).time_zone
    desk_id = key.manual_storage_id or key.selected_manual_storage_id
    desk = await reading.get(ManualStorage, desk_id)
    return (await settings(reading, desk.unit_id)).time_zone


async def zones_of(reading: Reading, contract_ids: list[UUID]) -> Sequence[str]:
    """Name the time zone by whose clock the hours of each of several contracts go.

    That of the automat of its first locker, else of the desk where its first key lives. It takes
    as many statements for one contract as for a thousand.
    """
    at_automats = await reading.rows(_first_automats(reading, contract_ids))
    at_desks = await reading.rows(_desks(reading, contract_ids))
    fixed = {row.key_contract_id: row.time_zone for row in (*at_desks, *at_automats)}
    units = {row.key_contract_id: row.unit_id for row in at_desks}
    nowhere = reading.actor.organization_id
    wanted = [units.get(id) or nowhere for id in contract_ids]
    usual = await settings_of_all(reading, wanted)
    return [fixed.get(id) or one.time_zone for id, one in zip(contract_ids, usual, strict=True)]


def _first_automats(reading: Reading, contract_ids: list[UUID]) -> Any:
    """Select the zone of the automat of each contract's last locker by time, the first one last."""
    row = LockerContract
    return (
        select(row.key_contract_id, Automat.time_zone)
        .join(Automat, Automat.id == row.automat_id)
        .where(
            row.organization_id == reading.actor.organization_id,
            among(row.key_contract_id, contract_ids),
            row.state != LockerContractState.CANCELLED,
        )
        .order_by(row.starts_at.desc(), row.id.desc())
    )


def _desks(reading: Reading, contract_ids: list[UUID]) -> Any:
    row = KeyAllocation
    return (
        select(row.key_contract_id, ManualStorage.unit_id, Automat.time_zone)
        .join(Key, Key.id == row.key_id)
        .outerjoin(ManualStorage, ManualStorage.id == Key.selected_manual_storage_id)
        .outerjoin(Automat, Automat.id == Key.selected_automat_id)
        .where(
            row.organization_id == reading.actor.organization_id,
            among(row.key_contract_id, contract_ids),
        )
        .order_by(row.id.desc())
    )


@dataclass(frozen=True, slots=True)
class EnforcedHours:
    """What an automat has to know of a schedule to hold to it by itself.

    Args:
        time_zone: The IANA name of the automat's zone; it follows its own clock (G29, R54).
        stretches: When the code takes a key out, as minutes of a week from Monday 00:00 by the
            clock on the wall: the first, and the one after the last, which may lie in the next
            week. Outside it only brings a key back.
        daily_return: Whether a key has to be back by the end of the stretch.
    """

    time_zone: str
    stretches: tuple[Stretch, ...]
    daily_return: bool


def enforced(zone: str, schedules: Mapping[UUID, Json | None]) -> dict[UUID, EnforcedHours]:
    """Tell what an automat has to know of schedules, as they are stored; None is any time.

    Args:
        zone: The time zone of the automat.
        schedules: Those of codes, by the ids of these.
    """
    stored = {id: schedule for id, schedule in schedules.items() if schedule is not None}
    return {id: _enforced(AccessSchedule.read(one), zone) for id, one in stored.items()}


async def learned_anew(work: Work, automat: Automat) -> None:
    """Let an automat learn all hours anew: the clock by which they go is another one now."""
    found = await work.rows(_schedules(work, automat.id))
    ids = [row.locker_contract_id for row in found if row.access_schedule is not None]
    if ids:
        await work.locked(LockerContract, ids)
        await codes.renew(work, ids, reason=OTHER_CLOCK)


def _schedules(reading: Reading, automat_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select the schedules of all codes of contracts that an automat knows."""
    row = AutomatCode
    return (
        select(row.locker_contract_id, KeyContract.access_schedule)
        .join(LockerContract, LockerContract.id == row.locker_contract_id)
        .join(KeyContract, KeyContract.id == LockerContract.key_contract_id)
        .where(row.organization_id == reading.actor.organization_id, row.automat_id == automat_id)
    )


def _enforced(schedule: AccessSchedule, zone: str) -> EnforcedHours:
    return EnforcedHours(zone, tuple(schedule.stretches()), schedule.daily_return)
