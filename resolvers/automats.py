"""Automats and their lockers."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select

from models.accounts import Permission
from models.addressed import PlacementProblem
from models.automats import (
    Automat,
    AutomatModel,
    AutomatState,
    Locker,
    LockerState,
)
from models.base import Json
from models.contracts import LockerContract
from models.errors import ExternalIdInUse, InvalidInput
from models.events import EventKind
from models.jobs import JobKind
from models.keys import Key
from models.live_contracts import is_live
from models.opening_hours import checked_hours
from models.places import Placement, PostalAddress
from models.times import time_zone as checked_time_zone
from resolvers import access_hours, placing, return_codes
from resolvers.checks import optional_text, required_text
from resolvers.device_groups import join_groups
from resolvers.jobs import schedule, schedule_all
from resolvers.organizations import unit_or_root
from resolvers.planning.running_out import telling_of_taken
from resolvers.settings import settings as settings_of
from resolvers.work import Work

DEVICE_ID_TAKEN = "automats_organization_id_device_id_key"


class AutomatChanges(TypedDict, total=False):
    """What may be changed of an automat."""

    name: str
    state: AutomatState
    time_zone: str
    opening_hours: Json | None
    access_instructions: str | None


async def install(
    work: Work,
    *,
    device_id: str,
    name: str,
    model: AutomatModel,
    address: PostalAddress,
    found: Placement | PlacementProblem | None = None,
    time_zone: str | None = None,
    unit_id: UUID | None = None,
    device_group_ids: Sequence[UUID | None] = (),
    opening_hours: Json | None = None,
    access_instructions: str | None = None,
) -> Automat:
    """Put an automat into service with all its lockers empty.

    Its time zone is fixed now, from its unit when none is given (R52, R53). When people get to it
    is unknown while no `opening_hours` are given, see `models.opening_hours`.

    Raises:
        NotAllowed: The actor may not change automats.
        InvalidInput: A name is empty, there is no such time zone, its hours make no sense, or how
            people get to it takes more than 500 characters.
        NotFound: There is no such unit or device group.
        ExternalIdInUse: Another automat of the organization has that device id.
    """
    work.require(Permission.EDIT_AUTOMATS)
    unit = await unit_or_root(work, unit_id)
    zone = time_zone or (await settings_of(work, unit.id)).time_zone
    checked_time_zone(zone)
    automat = Automat(
        organization_id=work.actor.organization_id,
        unit_id=unit.id,
        device_id=required_text(device_id, path=("device_id",)),
        name=required_text(name, path=("name",)),
        model=model,
        time_zone=zone,
        installed_at=work.now,
        usable_lockers=(1 << model.locker_count) - 1,
        **_access({"opening_hours": opening_hours, "access_instructions": access_instructions}),
    )
    automat.address = address
    automat.place(found)
    await work.add(automat, refusals={DEVICE_ID_TAKEN: _device_id_taken(device_id)})
    await _add_lockers(work, automat)
    await join_groups(work, automat, device_group_ids)
    work.record(EventKind.AUTOMAT_INSTALLED, automat, model=model.value)
    placing.record_place(work, automat, found)
    return automat


async def _add_lockers(work: Work, automat: Automat) -> None:
    lockers = [
        Locker(organization_id=automat.organization_id, automat_id=automat.id, index=index)
        for index in range(automat.model.locker_count)
    ]
    await work.add(*lockers)


async def update(work: Work, id: UUID | None, changes: AutomatChanges) -> Automat:
    """Change an automat, but for its address, which is changed by `move`.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
        InvalidInput: The name is empty, there is no such time zone, its hours make no sense, how
            people get to it takes more than 500 characters, or it would be uninstalled, which is
            more than a change, see `automat_links.uninstalling`.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    gone = AutomatState.UNINSTALLED
    if changes.get("state") is gone and automat.state is not gone:
        raise InvalidInput("Automats are uninstalled by automatUninstall.", path=("state",))
    if "name" in changes:
        required_text(changes["name"], path=("name",))
    if "time_zone" in changes:
        checked_time_zone(changes["time_zone"])
    values = changes | _access(changes)
    if "time_zone" in changes:  # first, as it locks contracts: automats are locked after them
        await access_hours.learned_anew(work, automat)
    most = automat.model.locker_count
    watched = telling_of_taken(work, automat.id, most=most) if "state" in changes else nullcontext()
    async with watched:
        for name, value in values.items():
            setattr(automat, name, value)
        await work.save()
    work.record(EventKind.AUTOMAT_UPDATED, automat, changed=sorted(changes))
    if "state" in changes:  # what is to come leaves one that goes; what stayed is seen to again
        await schedule(work, JobKind.FAILOVER, automat.id, work.now)
    return automat


def _access(said: AutomatChanges) -> AutomatChanges:
    """Check when and how people get to an automat, as far as somebody says it."""
    checked: AutomatChanges = {}
    if "opening_hours" in said:
        hours = said["opening_hours"]
        checked["opening_hours"] = None if hours is None else checked_hours(hours)
    if "access_instructions" in said:
        path = ("access_instructions",)
        checked["access_instructions"] = optional_text(said["access_instructions"], path=path)
    return checked


async def move(
    work: Work,
    id: UUID | None,
    *,
    address: PostalAddress | None,
    found: Placement | PlacementProblem | None,
) -> Automat:
    """Give an automat another address or another place.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    await placing.move(work, automat, EventKind.AUTOMAT_UPDATED, address=address, found=found)
    return automat


async def update_locker(work: Work, id: UUID | None, *, out_of_order: bool) -> Locker:
    """Take a locker out of use, or back into it.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such locker.
    """
    work.require(Permission.EDIT_AUTOMATS)
    locker = await work.get(Locker, id, path=("id",))
    (automat,) = await work.locked(Automat, [locker.automat_id])
    bit, usable = 1 << locker.index, automat.usable_lockers
    state = LockerState.OUT_OF_ORDER if out_of_order else await _filling(work, locker)
    async with telling_of_taken(work, automat.id):
        locker.state = state
        automat.usable_lockers = usable & ~bit if out_of_order else usable | bit
        await work.save()
    work.record(EventKind.LOCKER_UPDATED, locker, state=locker.state.value)
    await _look_at_contracts(work, locker)
    await return_codes.follow_lockers(work, [locker.id])
    return locker


async def _look_at_contracts(work: Work, locker: Locker) -> None:
    """Let the timers look after those who hold a locker: it works no more, or again."""
    row = LockerContract
    holding = select(row.key_contract_id).where(
        row.organization_id == work.actor.organization_id,
        row.locker_id == locker.id,
        is_live(row),
    )
    ids = await work.all(holding)
    await schedule_all(work, JobKind.KEY_CONTRACT, dict.fromkeys(ids, work.now))


async def _filling(work: Work, locker: Locker) -> LockerState:
    inside = await work.first(work.own(Key).where(Key.locker_id == locker.id))
    return LockerState.WITH_KEY if inside else LockerState.EMPTY


def _device_id_taken(device_id: str) -> ExternalIdInUse:
    message = f"Another automat of your organization has the device id {device_id!r}."
    return ExternalIdInUse(message, path=("device_id",))
