"""Writing plans down: contracts, allocations, lockers, decisions, and what has to happen when.

What stays held before is let go first and taken again, row for row where it is the same locker
contract, so that nobody trips over what is about to be freed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from geo.records import Records
from geo.replaying import outcome_of
from models.base import new_id
from models.contracts import KeyAllocation, KeyContract, KeyContractStatus, new_reference
from models.dialects.many_rows import insert_rows, unless_there
from models.errors import KeyTaken, LivionKeyError, NoFreeLocker
from models.events import EventKind
from models.jobs import JobKind
from models.meanwhile import beside, gently
from models.reservations import Reservation, ReservationStatus
from models.selections import AutomatSelection, SelectionArea
from models.settings import UnitSettings
from models.times import Window, after
from resolvers import jobs
from resolvers.planning import lockers, signatures, terms
from resolvers.planning.letting_go import free
from resolvers.planning.stays import Plan
from resolvers.planning.targets import aim
from resolvers.signed.processes import withdraw_open
from resolvers.transitions import end_if_overdue, move_contract, step
from resolvers.work import About, Work, refusing

REFUSALS: dict[str, LivionKeyError] = {
    "one_holder_per_key_at_a_time": KeyTaken(),
    "one_contract_per_locker_at_a_time": NoFreeLocker(),
    "one_contract_per_pin_at_a_time": NoFreeLocker(),
}
"""The database's own words, should somebody have gone round our locks."""


async def write(work: Work, plans: Sequence[Plan]) -> dict[Plan, UUID]:
    """Write plans down, all in a few statements; gives the key contracts of those that are kept.

    The records of the decisions are made while the database is busy with the contracts: automats
    are locked by now, and others wait for them.
    """
    if not plans:
        return {}
    decisions = {new_id(): plan for plan in plans if plan.stay.reservation is not None}
    contract_ids, (rows, areas) = await beside(
        _write_all_of(work, plans), _decision_rows(work, decisions)
    )
    connection = await work.connection()
    await beside(_keep_decisions(work, connection, rows, areas), _conclude_all(work, plans))
    await work.save()
    await aim(work, _concerned(plans))
    await jobs.schedule_all(
        work,
        JobKind.KEY_CONTRACT,
        {id: plan.stay.first_moment(work.now) for plan, id in contract_ids.items()},
    )
    return contract_ids


async def _write_all_of(work: Work, plans: Sequence[Plan]) -> dict[Plan, UUID]:
    """Write contracts, allocations and lockers, in the place of those that were held."""
    await terms.fill_in(work, plans)
    await free(work, [plan.stay.held for plan in plans])
    contract_ids = await _write_contracts(work, plans)
    await terms.carry_agreements(work, contract_ids)
    with refusing(REFUSALS):
        await allocate(work, contract_ids)
        await lockers.write(work, plans, contract_ids)
    return contract_ids


def _concerned(plans: Sequence[Plan]) -> set[UUID]:
    now = {option.key.id for plan in plans for option in plan.keys}
    return now | {key.key_id for plan in plans for key in plan.stay.held.keys}


async def _write_contracts(work: Work, plans: Sequence[Plan]) -> dict[Plan, UUID]:
    """Write the key contracts of plans that can be kept; gives their ids."""
    ids: dict[Plan, UUID] = {}
    outdated = signatures.outdated(plans)
    new = []
    for plan in plans:
        contract = plan.stay.contract
        if contract is not None:
            end_if_overdue(work, contract)
        if plan.waits_for is not None:
            if contract is not None:
                _give_up(work, contract)
        elif contract is not None:
            _renew(work, contract, plan)
            ids[plan] = contract.id
        else:
            new.append(_new_contract(work, plan))
            ids[plan] = new[-1]["id"]
    await work.save()
    await withdraw_open(work, outdated, reason="The contract was changed.")
    await insert_rows(await work.connection(), KeyContract, new)
    return ids


def _new_contract(work: Work, plan: Plan) -> dict[str, Any]:
    stay, id, status = plan.stay, new_id(), _status(work, plan)
    reservation_id = stay.reservation.id if stay.reservation else None
    work.record(
        EventKind.KEY_CONTRACT_CREATED, About(KeyContract, id), reservation_id=reservation_id
    )
    return {
        "id": id,
        "organization_id": work.actor.organization_id,
        "reference": stay.reference or new_reference(),
        "reservation_id": reservation_id,
        "status": status,
        "waits_since": work.now if status is KeyContractStatus.WAITING_FOR_SIGNATURE else None,
        "free_locker_after_fetch": stay.free_locker_after_fetch,
        "pick_up_information": stay.pick_up_information,
        "verification": stay.terms.verification,
        "language": stay.terms.language,
        "access_schedule": stay.terms.access_schedule,
        **_times(work, plan),
    }


def _status(work: Work, plan: Plan) -> KeyContractStatus:
    if plan.stay.awaits_signature:
        return KeyContractStatus.WAITING_FOR_SIGNATURE
    has_begun = plan.stay.window.starts_at <= work.now
    return KeyContractStatus.ACTIVE if has_begun else KeyContractStatus.UPCOMING


def _times(work: Work, plan: Plan) -> dict[str, Any]:
    starts_at = plan.stay.window.starts_at
    remind_at = starts_at - plan.stay.settings.start_reminder_time
    return {
        "starts_at": starts_at,
        "remind_of_start_at": remind_at if remind_at > work.now else None,
        **end_times(work, plan.stay.window, plan.stay.settings),
    }


def _reminders_kept(contract: KeyContract, window: Window) -> dict[str, datetime | None]:
    """Give the reminders of a start or end that stays: each is sent once, also when it is due."""
    kept: dict[str, datetime | None] = {}
    if contract.status is KeyContractStatus.DRAFT:
        return kept
    if contract.starts_at == window.starts_at:
        kept["remind_of_start_at"] = contract.remind_of_start_at
    if contract.ends_at == window.ends_at:
        kept["remind_of_end_at"] = contract.remind_of_end_at
    return kept


def end_times(work: Work, window: Window, settings: UnitSettings) -> dict[str, datetime | None]:
    """Say what hangs on the end of a key contract; nobody is reminded of what is past."""
    if window.ends_at is None:
        return {"ends_at": None, "overdue_at": None, "remind_of_end_at": None}
    remind_at = window.ends_at - settings.end_reminder_time
    return {
        "ends_at": window.ends_at,
        "overdue_at": after(window.ends_at, settings.overdue_delay),
        "remind_of_end_at": remind_at if remind_at > work.now else None,
    }


def _renew(work: Work, contract: KeyContract, plan: Plan) -> None:
    is_other = signatures.is_other(contract, plan)
    contract.revision += is_other
    times = _times(work, plan) | _reminders_kept(contract, plan.stay.window)
    for name, value in times.items():
        setattr(contract, name, value)
    move_contract(work, contract, _status(work, plan), reason="It is planned anew.")
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, reservation_id=contract.reservation_id)
    if is_other:
        signatures.tell_if_unsigned(work, contract)


def _give_up(work: Work, contract: KeyContract) -> None:
    reason = "It cannot be kept as the reservation is now."
    move_contract(work, contract, KeyContractStatus.CANCELLED, reason=reason)


async def allocate(work: Work, contract_ids: dict[Plan, UUID]) -> None:
    """Write down that the keys of plans are promised over their time."""
    rows = [
        {
            "id": new_id(),
            "organization_id": work.actor.organization_id,
            "key_contract_id": id,
            "key_id": option.key.id,
            "starts_at": plan.stay.window.starts_at,
            "ends_at": plan.stay.window.ends_at,
            "exclusive": not option.key.shared,
            "live": True,
        }
        for plan, id in contract_ids.items()
        for option in plan.keys
    ]
    await insert_rows(await work.connection(), KeyAllocation, rows)


async def _decision_rows(
    work: Work, decisions: dict[UUID, Plan]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Write decisions as rows; gives also the areas that their records name."""
    records, areas = await Records.of_all({id: one.decision for id, one in decisions.items()})
    rows = [
        {
            "id": id,
            "organization_id": work.actor.organization_id,
            "reservation_id": plan.stay.reservation.id,
            "decided_at": work.now,
            **outcome_of(plan.decision),
            "inputs": records[id],
        }
        async for id, plan in gently(decisions.items())
        if plan.stay.reservation is not None
    ]
    return rows, areas


async def _keep_decisions(
    work: Work,
    connection: AsyncConnection,
    rows: Sequence[dict[str, Any]],
    areas: dict[str, str],
) -> None:
    await insert_rows(connection, AutomatSelection, rows)
    owner = work.actor.organization_id
    named = [{"organization_id": owner, "digest": one, "area": areas[one]} for one in areas]
    await insert_rows(connection, SelectionArea, named, ending=unless_there)


async def _conclude_all(work: Work, plans: Sequence[Plan]) -> None:
    async for plan in gently(plans):
        _conclude(work, plan)


def _conclude(work: Work, plan: Plan) -> None:
    """Let the reservation say whether all that it needs was found."""
    reservation, refusal = plan.stay.reservation, plan.waits_for
    if reservation is None:
        return
    before, missing = ReservationStatus(reservation.status), reservation.unfulfilled_reason
    if refusal is None:
        reservation.confirm(work.now)
        reason, notice = "All that it needs was found.", None
    else:
        reservation.wait(refusal.code, refusal.message, refusal.free_from)
        reason, notice = refusal.code.value, refusal.message
    subject = About(Reservation, reservation.id)
    step(work, subject, before, reservation.status, reason=reason, notice=notice)
    waits = before is reservation.status is ReservationStatus.UNFULFILLED
    if waits and refusal is not None and refusal.code is not missing:
        kind = EventKind.RESERVATION_UNFULFILLED
        work.record(kind, subject, notice=notice, before=before.value, reason=reason)
