"""Giving a reservation up while somebody has its key: the stay ends now, the key comes back."""

from datetime import timedelta

import pytest
from factories import (
    DAY,
    HOUR,
    later,
    make_automat,
    make_entity,
    make_key,
    make_unit,
    push,
)
from lives import at, fetch, give_back, lockers_of, look_after, trail
from outcomes import (
    allocation,
    everything,
    key_contract,
    keys_of,
    locker_contracts,
    undone,
)

from models.codes import AutomatCode, CodeUse
from models.contracts import (
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.entities import KeyRule
from models.errors import ErrorCode
from models.events import EventKind
from models.keys import KeyStatus
from models.reservations import Reservation, ReservationStatus, UpsertOutcome
from resolvers import reservations
from resolvers.handover import desks
from resolvers.work import Work

State, Kind = LockerContractState, LockerContractKind


async def fetched(work: Work, stay: Reservation) -> Work:
    """Let the key be fetched at the start, and go on an hour later."""
    return later(await fetch(work, (await lockers_of(work, stay))[0], at=stay.starts_at), HOUR)


async def test_without_force_a_key_that_is_out_stands_against_it(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home)
    out = await fetched(work, stay)
    before = await everything(out)

    refusal = await undone(out, reservations.cancel(out, id=stay.id))

    assert refusal.code is ErrorCode.KEY_OUT
    assert "`force`" in refusal.message
    assert await everything(out) == before


@pytest.mark.parametrize("days", [2, 60, None])
async def test_with_force_the_stay_ends_now_and_the_key_has_a_place_to_return_to(
    work: Work, days: int | None
) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, external_id="stay", days=days)
    now = await fetched(work, stay)

    cancelled = await reservations.cancel(now, external_id="stay", force=True)

    contract = await key_contract(now, stay)
    (held,) = await locker_contracts(now, stay)
    assert (cancelled.id, stay.status) == (stay.id, ReservationStatus.CANCELLED)
    assert (contract.status, contract.ends_at) == (KeyContractStatus.OVERDUE, now.now)
    assert (key.status, held.key_id, held.locker_id is not None) == (
        KeyStatus.OVERDUE,
        key.id,
        True,
    )
    assert held.state is State.SYNCING
    assert held.starts_at <= now.now
    assert held.ends_at == now.now + DAY
    (code,) = await now.all(now.own(AutomatCode).where(AutomatCode.locker_contract_id == held.id))
    assert (code.code, code.use) == (held.pin, CodeUse.RETURN)
    assert {EventKind.RESERVATION_CANCELLED} <= set(await trail(now, stay))
    back = await give_back(now, held, at=now.now + HOUR)
    over = await look_after(back, stay, at=back.now)
    assert (key.status, key.locker_id) == (KeyStatus.IN_STORAGE, held.locker_id)
    assert (await key_contract(over, stay)).status is KeyContractStatus.ENDED
    assert stay.status is ReservationStatus.CANCELLED


async def test_the_locker_is_held_for_as_long_as_the_key_stays_away(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, days=60)
    out = await fetched(work, stay)
    await reservations.cancel(out, id=stay.id, force=True)
    (held,) = await locker_contracts(out, stay)

    for day in (1, 2, 3):
        then = await look_after(out, stay, at=out.now + day * DAY)
        assert (held.state.is_live, held.ends_at) == (True, then.now + DAY)

    assert stay.status is ReservationStatus.CANCELLED


async def test_within_the_overdue_delay_the_contract_stays_active(work: Work) -> None:
    unit = await make_unit(work, overdue_delay=3 * HOUR)
    home = await make_entity(work, unit_id=unit.id)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home)
    out = await fetched(work, stay)

    await reservations.cancel(out, id=stay.id, force=True)

    contract = await key_contract(out, stay)
    assert (contract.status, key.status) == (KeyContractStatus.ACTIVE, KeyStatus.OUT)
    assert contract.overdue_at == out.now + 3 * HOUR
    await look_after(out, stay, at=out.now + 3 * HOUR)
    assert (contract.status, key.status) == (KeyContractStatus.OVERDUE, KeyStatus.OVERDUE)
    assert stay.status is ReservationStatus.CANCELLED


async def test_a_key_that_was_handed_out_before_the_start_is_called_back_too(work: Work) -> None:
    unit = await make_unit(work, uses_automats=False)
    home = await make_entity(work, unit_id=unit.id)
    key = await make_key(work, home)
    stay, _ = await push(work, home, starts_at=work.now + 5 * DAY)
    await desks.hand_over(work, [desks.KeyName(code=key.code)])

    await reservations.cancel(work, id=stay.id, force=True)

    contract = await key_contract(work, stay)
    assert stay.status is ReservationStatus.CANCELLED
    assert contract.ends_at == stay.starts_at + timedelta(microseconds=1)
    assert contract.status is KeyContractStatus.ACTIVE
    assert contract.remind_of_start_at is None


async def test_a_stay_that_begins_this_moment_ends_just_after(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, days=60)
    out = await fetch(work, (await lockers_of(work, stay))[0], at=stay.starts_at)

    await reservations.cancel(out, id=stay.id, force=True)

    contract = await key_contract(out, stay)
    assert contract.ends_at == stay.starts_at + timedelta(microseconds=1)
    (held,) = await locker_contracts(out, stay)
    assert (held.kind, held.key_id) == (Kind.RETURN, key.id)
    await look_after(out, stay, at=contract.ends_at)
    assert (contract.status, held.state.is_live) == (KeyContractStatus.OVERDUE, True)


async def test_a_second_time_changes_nothing(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home)
    out = await fetched(work, stay)
    await reservations.cancel(out, id=stay.id, force=True)
    before = await everything(out)

    await reservations.cancel(later(out, HOUR), id=stay.id, force=True)
    await reservations.cancel(later(out, HOUR), id=stay.id)

    assert await everything(out) == before


async def test_force_is_nothing_special_where_no_key_is_out(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    stay, _ = await push(work, home)

    await reservations.cancel(work, id=stay.id, force=True)

    assert (await key_contract(work, stay)).status is KeyContractStatus.CANCELLED
    assert await locker_contracts(work, stay) == []
    assert await keys_of(work, stay) == []


async def test_a_stay_that_is_late_already_gets_no_later_end(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home)
    out = await fetched(work, stay)
    late = await look_after(out, stay, at=stay.ends_at)
    (held,) = await locker_contracts(late, stay)

    await reservations.cancel(later(late, HOUR), id=stay.id, force=True)

    contract = await key_contract(late, stay)
    assert (contract.status, contract.ends_at) == (KeyContractStatus.OVERDUE, stay.ends_at)
    assert (stay.status, key.status) == (ReservationStatus.CANCELLED, KeyStatus.OVERDUE)
    assert held.state.is_live


async def test_keys_that_nobody_has_fetched_are_free_at_once(work: Work) -> None:
    home = await make_entity(work, key_rule=KeyRule.ALL)
    automat = await make_automat(work)
    keys = [await make_key(work, home, automat=automat) for _ in range(2)]
    stay, _ = await push(work, home, days=60)
    outwards = [one for one in await lockers_of(work, stay) if one.kind is Kind.FETCH]
    out = await fetched(work, stay)
    (taken, waiting) = sorted(keys, key=lambda key: key.id != outwards[0].key_id)

    await reservations.cancel(out, id=stay.id, force=True)

    assert (await allocation(out, stay)).key_id == taken.id
    (held,) = await locker_contracts(out, stay)
    assert (held.kind, held.key_id) == (Kind.RETURN, taken.id)
    assert waiting.status is KeyStatus.IN_STORAGE
    assert (await out.get(LockerContract, outwards[1].id)).state is State.CANCELLED


async def test_the_key_is_free_for_the_next_stay_once_it_is_back(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, days=9)
    out = await fetched(work, stay)
    await reservations.cancel(out, id=stay.id, force=True)
    (held,) = await locker_contracts(out, stay)

    soon = await undone(out, push(out, home, starts_at=out.now + HOUR))
    back = await give_back(out, held, at=out.now + HOUR / 2)
    after, outcome = await push(back, home, starts_at=out.now + HOUR)

    assert soon.code is ErrorCode.KEY_TAKEN
    assert (outcome, after.status) == (UpsertOutcome.CREATED, ReservationStatus.CONFIRMED)


async def test_what_is_pushed_again_goes_on_with_the_key_that_is_out(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    said = {"external_id": "stay", "starts_at": work.now + HOUR}
    stay, _ = await push(work, home, **said)
    out = await fetched(work, stay)
    await reservations.cancel(out, id=stay.id, force=True)
    assert key.status is KeyStatus.OVERDUE

    moved = await undone(out, push(out, home, **{**said, "starts_at": out.now + HOUR}))
    revived, outcome = await push(out, home, **said)

    assert moved.code is ErrorCode.KEY_OUT
    assert (revived.id, outcome) == (stay.id, UpsertOutcome.UPDATED)
    assert revived.status is ReservationStatus.ACTIVE
    contract = await key_contract(out, stay)
    assert (contract.status, contract.ends_at) == (KeyContractStatus.ACTIVE, stay.ends_at)
    assert key.status is KeyStatus.OUT
    (held,) = await locker_contracts(out, stay)
    assert (held.return_only, held.ends_at) == (False, stay.ends_at)
    assert EventKind.RESERVATION_ACTIVE in await trail(out, stay)


async def test_what_is_pushed_again_when_the_key_is_back_is_planned_anew(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, home, automat=automat)
    said = {"external_id": "stay", "starts_at": work.now + HOUR, "days": 9}
    stay, _ = await push(work, home, **said)
    out = await fetched(work, stay)
    await reservations.cancel(out, id=stay.id, force=True)
    (held,) = await locker_contracts(out, stay)
    back = await give_back(out, held, at=out.now + HOUR)
    over = await look_after(back, stay, at=back.now)

    revived, outcome = await push(at(over, over.now), home, **said)

    assert (outcome, revived.status) == (UpsertOutcome.UPDATED, ReservationStatus.ACTIVE)
    assert (await key_contract(over, stay)).status is KeyContractStatus.ACTIVE
    assert len(await locker_contracts(over, stay)) == 1
