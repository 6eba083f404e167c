"""What cannot leave an automat that has failed: people are told why, once while it is away."""

import asyncio
from datetime import timedelta

import pytest
from factories import (
    DAY,
    HOUR,
    MARKET_SQUARE,
    PASILA,
    make_automat,
    make_entity,
    make_key,
    make_unit,
    push,
)
from lives import at, fetch, lockers_of
from outcomes import events, key_contract, locker_contract
from promising import promised

from models.automats import Automat, AutomatModel, AutomatState
from models.contracts import LockerContract
from models.database import LAST_ACTS, Database
from models.dialects.deadlocks import begun_again
from models.events import Event, EventKind
from models.jobs import JobKind
from models.reservations import Reservation
from resolvers import automats, organizations
from resolvers.failover import applying, watching
from resolvers.jobs import PLAN
from resolvers.work import Work
from schema.context import clock

STAYS = EventKind.KEY_CONTRACT_NOT_FAILED_OVER
OUT, BACK = AutomatState.OUT_OF_SERVICE, AutomatState.IN_SERVICE
ONE = AutomatModel.LIVIONKEY_1


async def set_state(work: Work, automat: Automat, state: AutomatState) -> None:
    await automats.update(work, automat.id, {"state": state})


async def rounds(work: Work, automat: Automat, count: int = 1) -> Work:
    """Let the timer look after an automat, an hour apart; gives the last moment."""
    then = work
    for _ in range(count):
        then = at(work, then.now + HOUR)
        await watching.look_after(then, automat.id)
    return then


async def told(work: Work) -> Event:
    """Give the one event of what stays."""
    (event,) = await events(work, STAYS)
    return event


async def a_stay_with_its_key_inside(work: Work, station: Automat) -> tuple[Reservation, str]:
    apartment = await make_entity(work)
    key = await make_key(work, apartment, automat=station)
    return (await push(work, apartment))[0], key.code


async def seen(work: Work, held: LockerContract) -> tuple[object, str | None]:
    """Read where it could not leave, and why."""
    held = await work.get(LockerContract, held.id)
    await work.session.refresh(held)
    return held.stays_at_id, held.stays_because


async def test_a_stay_whose_key_lies_in_the_automat_is_told_of_once(work: Work) -> None:
    station = await make_automat(work)
    await make_automat(work, "Market", MARKET_SQUARE)
    stay, code = await a_stay_with_its_key_inside(work, station)
    contract, held = await key_contract(work, stay), await locker_contract(work, stay)
    await set_state(work, station, OUT)

    await rounds(work, station, 5)

    event = await told(work)
    reason = f"The key {code} lies in Station."
    assert event.subject_id == contract.id
    assert event.notice == (
        f"{contract.reference} stays at Station from {held.starts_at.isoformat()}, though Station "
        f"is out of service. {reason}"
    )
    assert event.facts["reason"] == reason
    assert event.facts["locker_contract_ids"] == [str(held.id)]
    assert event.facts["reservation_id"] == str(stay.id)
    assert event.facts["automat_id"] == str(station.id)
    assert held.pin is not None
    assert held.pin not in f"{event.notice} {event.facts}"
    assert await seen(work, held) == (station.id, reason)


async def test_the_reason_is_the_strongest_of_the_others_with_its_number(work: Work) -> None:
    station = await make_automat(work)
    await make_automat(work, "Market", MARKET_SQUARE)
    await make_automat(work, "Pasila", PASILA)
    unit = await make_unit(work, failover_extra_metres=800.0)
    apartment = await make_entity(work, unit_id=unit.id)
    await make_key(work, apartment)
    await push(work, apartment)
    await set_state(work, station, OUT)

    await rounds(work, station, 2)

    event = await told(work)
    assert "TOO_FAR stands against 2 of 2. Market: It is 828 m away" in event.facts["reason"]
    assert "800 m" in event.facts["reason"]
    assert "Station:" not in event.facts["reason"]
    assert (round(event.facts["metres"]), event.facts["limit_metres"]) == (0, 800.0)


async def test_of_full_automats_it_is_told_how_many_lockers_are_free(work: Work) -> None:
    station = await make_automat(work)
    await make_automat(work, "Market", MARKET_SQUARE, model=ONE)
    for _ in range(2):
        apartment = await make_entity(work)
        await make_key(work, apartment)
        await push(work, apartment)
    await set_state(work, station, OUT)

    await rounds(work, station, 3)

    reason = (await told(work)).facts["reason"]
    assert "FULL_IN_WINDOW stands against 1 of 1. Market: 0 of its 1 lockers are free" in reason
    assert "Market has a free locker for as long from" in reason


async def test_where_there_is_no_other_automat_that_is_the_reason(work: Work) -> None:
    station = await make_automat(work)
    apartment = await make_entity(work)
    await make_key(work, apartment)
    await push(work, apartment)
    await set_state(work, station, OUT)

    await rounds(work, station)

    assert (await told(work)).facts["reason"] == "There is no other automat to choose from."


async def test_a_contract_of_staff_is_told_of_as_well(work: Work) -> None:
    station = await make_automat(work)
    key = await make_key(work, automat=station)
    contract = await promised(work, key)
    await set_state(work, station, OUT)

    await rounds(work, station, 2)

    event = await told(work)
    assert event.subject_id == contract.id
    assert event.facts["reservation_id"] is None
    assert event.facts["reason"] == f"The key {key.code} lies in Station."


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_a_return_without_another_place_is_told_of(work: Work, *, elsewhere: bool) -> None:
    station = await make_automat(work)
    unit = await make_unit(work, return_elsewhere=elsewhere, return_elsewhere_metres=500.0)
    apartment = await make_entity(work, unit_id=unit.id)
    await make_key(work, apartment, automat=station)
    stay, _ = await push(work, apartment, days=60)
    out, back = await lockers_of(work, stay)
    then = await fetch(work, out, at=stay.starts_at + HOUR)
    await set_state(then, station, OUT)

    await rounds(then, station, 2)

    event = await told(then)
    assert event.facts["locker_contract_ids"] == [str(back.id)]
    assert ("within 500 m of Station" in event.facts["reason"]) == elsewhere
    assert ("the policy wants the key back" in event.facts["reason"].lower()) != elsewhere


async def test_an_automat_that_fails_again_is_told_of_again(work: Work) -> None:
    station = await make_automat(work)
    stay, _ = await a_stay_with_its_key_inside(work, station)
    held = await locker_contract(work, stay)
    await set_state(work, station, OUT)
    then = await rounds(work, station, 2)

    await set_state(then, station, BACK)
    assert (then.actor.organization_id, JobKind.FAILOVER, station.id) in then.session.info[
        LAST_ACTS
    ][PLAN].due_at
    then = await rounds(then, station)

    assert await seen(then, held) == (None, None)
    await set_state(then, station, OUT)
    await rounds(then, station, 2)
    assert len(await events(work, STAYS)) == 2


async def test_what_finds_a_place_later_is_moved_and_says_no_more_that_it_stays(
    work: Work,
) -> None:
    station = await make_automat(work)
    apartment = await make_entity(work)
    await make_key(work, apartment)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    await set_state(work, station, OUT)
    then = await rounds(work, station)
    market = await make_automat(then, "Market", MARKET_SQUARE)

    await rounds(then, station)

    held = await then.get(LockerContract, held.id)
    assert held.automat_id == market.id != held.stays_at_id
    assert len(await events(work, STAYS)) == 1
    assert len(await events(work, EventKind.LOCKER_CONTRACT_FAILED_OVER)) == 1


async def test_who_looks_at_it_sees_the_reason_of_the_last_round(work: Work) -> None:
    station = await make_automat(work)
    unit = await make_unit(work, failover_extra_metres=800.0)
    apartment = await make_entity(work, unit_id=unit.id)
    await make_key(work, apartment)
    held = await locker_contract(work, (await push(work, apartment))[0])
    await set_state(work, station, OUT)
    then = await rounds(work, station)
    await make_automat(then, "Market", MARKET_SQUARE)

    await rounds(then, station)

    _, reason = await seen(then, held)
    assert "TOO_FAR stands against 1 of 1. Market" in (reason or "")
    assert (await told(then)).facts["reason"] == "There is no other automat to choose from."


async def test_nobody_is_told_of_what_staff_cannot_move_from_an_automat_that_works(
    work: Work,
) -> None:
    station = await make_automat(work)
    stay, _ = await a_stay_with_its_key_inside(work, station)

    (move,) = (await applying.apply(work, station.id)).moves

    assert move.reason
    assert await events(work, STAYS) == []
    assert await seen(work, await locker_contract(work, stay)) == (None, None)


async def test_a_silence_that_a_policy_allows_is_told_of_to_nobody(work: Work) -> None:
    station = await make_automat(work)
    unit = await make_unit(work, silence_tolerance=timedelta(hours=5))
    patient = await make_entity(work, unit_id=unit.id)
    await make_key(work, patient, automat=station)
    await push(work, patient, external_id="patient", starts_at=work.now + 3 * DAY)
    hasty, code = await a_stay_with_its_key_inside(work, station)
    station.last_seen_at = work.now
    await work.save()

    await rounds(work, station, 4)

    event = await told(work)
    assert event.subject_id == (await key_contract(work, hasty)).id
    assert code in event.facts["reason"]
    await rounds(at(work, work.now + 4 * HOUR), station, 3)
    assert len(await events(work, STAYS)) == 2


async def test_staff_who_apply_it_by_hand_and_the_timer_tell_once_together(work: Work) -> None:
    station = await make_automat(work)
    await a_stay_with_its_key_inside(work, station)
    await set_state(work, station, OUT)

    await applying.apply(work, station.id)
    await rounds(work, station, 2)

    await told(work)


async def test_rounds_at_once_tell_of_each_stay_once(own_database: Database) -> None:
    owner = organizations.founder()
    async with own_database.writing() as session:
        work = Work(session, owner, clock())
        await organizations.found(work, name="Kotikatu")
        station = await make_automat(work)
        for _ in range(2):
            home = await make_entity(work)
            await make_key(work, home, automat=station)
            await push(work, home, starts_at=work.now + DAY)
        await set_state(work, station, OUT)

    async def one_round() -> None:
        async with own_database.writing() as session:
            await watching.look_after(Work(session, owner, clock()), station.id)

    await asyncio.gather(*(begun_again(one_round) for _ in range(4)))

    async with own_database.writing() as session:
        found = await events(Work(session, owner, clock()), STAYS)
    assert len({event.subject_id for event in found}) == len(found) == 2
