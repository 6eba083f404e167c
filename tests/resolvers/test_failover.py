"""An automat fails: what is to come at it goes elsewhere, as far as keys and policy allow."""

import pytest
from factories import (
    HOUR,
    MARKET_SQUARE,
    PASILA,
    acting_as,
    make_automat,
    make_entity,
    make_key,
    make_stranger,
    make_unit,
    push,
)
from lives import fetch, lockers_of, notices_of, trail
from outcomes import decision, locker_contract
from promising import promised

from models.accounts import Role
from models.automats import Automat, AutomatModel, AutomatState
from models.contracts import LockerContract
from models.contracts import LockerContractState as State
from models.errors import NotAllowed, NotFound
from models.events import EventKind
from models.keys import KeyKind
from models.reservations import Reservation, UpsertOutcome
from resolvers import automats, insert_tasks
from resolvers.failover import applying
from resolvers.failover.returns import HAS_TO_BE_THERE
from resolvers.work import Work

MOVED = EventKind.LOCKER_CONTRACT_FAILED_OVER
ANY = KeyKind.ELECTROMECHANICAL
TOLERATED = HOUR
ONE = AutomatModel.LIVIONKEY_1


async def two_automats(work: Work) -> tuple[Automat, Automat]:
    return await make_automat(work), await make_automat(work, "Market", MARKET_SQUARE)


async def stay_with_a_key_at_a_desk(work: Work, **given: object) -> Reservation:
    apartment = await make_entity(work)
    await make_key(work, apartment)
    return (await push(work, apartment, **given))[0]


async def now_of(work: Work, held: LockerContract) -> LockerContract:
    return await work.get(LockerContract, held.id)


async def test_a_stay_whose_key_is_at_a_desk_goes_to_the_next_automat(work: Work) -> None:
    station, market = await two_automats(work)
    stay = await stay_with_a_key_at_a_desk(work)
    held = await locker_contract(work, stay)
    pin, told = held.pin, len(await notices_of(work, held))

    (move,) = (await applying.apply(work, station.id)).moves

    held = await now_of(work, held)
    assert (held.automat_id, held.pin, held.state) == (market.id, pin, State.SYNCING)
    assert (move.to_automat_id, move.same_pin, move.reason) == (market.id, True, None)
    assert (round(move.metres_before or 0), round(move.metres_after or 0)) == (0, 828)
    notices = (await notices_of(work, held))[told:]
    assert len(notices) == 1
    assert "Market" in notices[0]
    assert pin not in notices[0]
    assert (await trail(work, held)).count(MOVED) == 1
    assert await trail(work, station) == [
        EventKind.AUTOMAT_INSTALLED,
        EventKind.ADDRESS_PLACED,
        EventKind.AUTOMAT_FAILED_OVER,
    ]
    (task,) = (await insert_tasks.page(work, first=10, after=None)).rows
    assert task.automat_id == market.id


async def test_what_was_moved_says_why_and_a_second_time_moves_nothing(work: Work) -> None:
    station, market = await two_automats(work)
    stay = await stay_with_a_key_at_a_desk(work)
    await automats.update(work, station.id, {"state": AutomatState.OUT_OF_SERVICE})
    await applying.apply(work, station.id)

    again = await applying.apply(work, station.id)

    held = await locker_contract(work, stay)
    assert again.moves == ()
    assert (await trail(work, held)).count(MOVED) == 1
    assert (await trail(work, station)).count(EventKind.AUTOMAT_FAILED_OVER) == 1
    decided = await decision(work, stay)
    assert decided.automat_id == market.id
    assert "It leaves Station: Station is out of service." in decided.notes


async def test_a_plan_says_what_would_be_done(work: Work) -> None:
    station, _ = await two_automats(work)
    await stay_with_a_key_at_a_desk(work)

    async with work.session.begin_nested() as nothing_is_kept:
        shown = await applying.apply(work, station.id)
        await nothing_is_kept.rollback()

    assert (await applying.plan(work, station.id)).moves == shown.moves
    assert work.is_undone


async def test_a_key_that_lies_in_the_automat_keeps_its_stay_there(work: Work) -> None:
    station, _ = await two_automats(work)
    apartment = await make_entity(work)
    key = await make_key(work, apartment, automat=station)
    stay, _ = await push(work, apartment)

    (move,) = (await applying.apply(work, station.id)).moves

    held = await locker_contract(work, stay)
    assert (held.automat_id, move.to_automat_id) == (station.id, None)
    assert move.reason == f"The key {key.code} lies in Station."
    assert MOVED not in await trail(work, held)


async def test_another_free_key_of_the_same_kind_is_taken_from_where_it_lies(work: Work) -> None:
    station, market = await two_automats(work)
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=station, kind=ANY)
    await make_key(work, apartment, automat=market, kind=ANY)
    stay, _ = await push(work, apartment)
    assert (await locker_contract(work, stay)).automat_id == station.id

    (move,) = (await applying.apply(work, station.id)).moves

    assert move.to_automat_id == market.id
    assert (await locker_contract(work, stay)).automat_id == market.id


@pytest.mark.parametrize(("extra", "is_moved"), [(800.0, False), (900.0, True), (None, True)])
async def test_nobody_is_sent_farther_than_the_policy_adds(
    work: Work, extra: float | None, *, is_moved: bool
) -> None:
    station, market = await two_automats(work)
    unit = await make_unit(work, failover_extra_metres=extra)
    apartment = await make_entity(work, unit_id=unit.id)
    await make_key(work, apartment)
    stay, _ = await push(work, apartment)

    (move,) = (await applying.apply(work, station.id)).moves

    held = await locker_contract(work, stay)
    assert move.is_moved == is_moved
    assert held.automat_id == (market.id if is_moved else station.id)
    assert is_moved or "TOO_FAR stands against 1 of 1" in (move.reason or "")


async def test_a_pin_that_the_other_automat_knows_is_another_one_there(work: Work) -> None:
    station, market = await two_automats(work)
    theirs = await stay_with_a_key_at_a_desk(work, automat_id=market.id)
    stay = await stay_with_a_key_at_a_desk(work)
    held, other = await locker_contract(work, stay), await locker_contract(work, theirs)
    held.pin = other.pin
    await work.save()

    (move,) = (await applying.apply(work, station.id)).moves

    held = await now_of(work, held)
    assert (held.automat_id, move.same_pin) == (market.id, False)
    assert held.pin != other.pin


async def test_stays_without_a_place_stay_and_the_others_go(work: Work) -> None:
    station = await make_automat(work)
    market = await make_automat(work, "Market", MARKET_SQUARE, model=ONE)
    stays = [await stay_with_a_key_at_a_desk(work) for _ in range(3)]

    moves = (await applying.apply(work, station.id)).moves

    assert sorted(move.is_moved for move in moves) == [False, False, True]
    places = [(await locker_contract(work, stay)).automat_id for stay in stays]
    assert sorted(places, key=str) == sorted([station.id, station.id, market.id], key=str)


async def test_of_a_long_stay_only_the_return_moves_once_its_key_is_out(work: Work) -> None:
    station, market = await two_automats(work)
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=station)
    stay, _ = await push(work, apartment, days=60)
    out, back = await lockers_of(work, stay)
    then = await fetch(work, out, at=stay.starts_at + HOUR)

    (move,) = (await applying.apply(then, station.id)).moves

    back = await now_of(then, back)
    assert (move.locker_contract_id, move.same_pin) == (back.id, True)
    assert (back.automat_id, back.state) == (market.id, State.PLANNED)
    assert (await trail(then, back)).count(MOVED) == 1
    assert (await applying.apply(then, station.id)).moves == ()


async def test_a_policy_may_want_keys_back_where_they_were(work: Work) -> None:
    station, _ = await two_automats(work)
    unit = await make_unit(work, return_elsewhere=False)
    apartment = await make_entity(work, unit_id=unit.id)
    await make_key(work, apartment, automat=station)
    stay, _ = await push(work, apartment, days=60)
    then = await fetch(work, (await lockers_of(work, stay))[0], at=stay.starts_at + HOUR)

    (move,) = (await applying.apply(then, station.id)).moves

    assert move.reason == HAS_TO_BE_THERE


async def test_a_contract_of_staff_goes_to_the_automat_that_is_next(work: Work) -> None:
    station = await make_automat(work)
    await make_automat(work, "Pasila", PASILA)
    market = await make_automat(work, "Market", MARKET_SQUARE)
    contract = await promised(work, await make_key(work), automat_id=station.id)

    (move,) = (await applying.apply(work, station.id)).moves

    assert (move.key_contract_id, move.to_automat_id) == (contract.id, market.id)


async def test_only_who_may_change_automats_moves_anything(work: Work) -> None:
    station, _ = await two_automats(work)

    with pytest.raises(NotAllowed):
        await applying.apply(acting_as(work, Role.VIEWER), station.id)
    with pytest.raises(NotFound):
        await applying.apply(await make_stranger(work), station.id)


async def test_a_named_automat_is_left_too_and_pushed_again_nothing_moves(work: Work) -> None:
    station, market = await two_automats(work)
    apartment = await make_entity(work)
    await make_key(work, apartment)
    given = {"automat_id": station.id, "external_id": "named"}
    stay, _ = await push(work, apartment, **given)

    await applying.apply(work, station.id)
    _, outcome = await push(work, apartment, **given)

    assert outcome is UpsertOutcome.UNCHANGED
    assert (await locker_contract(work, stay)).automat_id == market.id
