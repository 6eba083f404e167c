"""Which keys go out with a reservation, and which cannot."""

import pytest
from factories import (
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    push,
)
from outcomes import (
    codes,
    decision,
    free,
    keys_of,
    locker_contract,
    locker_contracts,
)

from models.automats import AutomatModel, AutomatState
from models.errors import ErrorCode, KeyTaken, MixedStorage, NotFound
from models.keys import KeyKind
from models.reservations import ReservationStatus
from resolvers import automats
from resolvers.work import Work

ELECTRIC = KeyKind.ELECTROMECHANICAL


async def test_another_key_is_taken_when_the_first_is_promised(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    both = {(await make_key(work, apartment)).id for _ in range(2)}

    one, _ = await push(work, apartment)
    other, _ = await push(work, apartment)

    held = {(await keys_of(work, stay))[0].id for stay in (one, other)}
    assert held == both
    with pytest.raises(KeyTaken, match="promised"):
        await push(work, apartment)


async def test_touching_stays_share_a_key(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    first, _ = await push(work, apartment)

    second, _ = await push(work, apartment, starts_at=first.ends_at)

    assert second.status is ReservationStatus.CONFIRMED


async def test_a_shared_key_is_promised_twice_at_once(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment, shared=True)

    stays = [(await push(work, apartment))[0] for _ in range(2)]

    assert [stay.status for stay in stays] == [ReservationStatus.CONFIRMED] * 2


async def test_certain_keys_all_go_out_each_with_a_pin_of_its_own(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    desk = await make_desk(work)
    wanted = [(await make_key(work, apartment, desk=desk)).id for _ in range(3)]

    reservation, _ = await push(work, apartment, key_ids=wanted[1:])

    held = await locker_contracts(work, reservation)
    assert {one.key_id for one in held} == set(wanted[1:])
    assert len({one.pin for one in held}) == len({one.locker_id for one in held}) == 2
    assert await free(work, automat, reservation.window) == 28


async def test_a_key_that_is_named_twice_is_one_key(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    key = await make_key(work, apartment)

    reservation, _ = await push(work, apartment, key_ids=[key.id, key.id])

    assert reservation.status is ReservationStatus.CONFIRMED


async def test_a_wanted_key_that_is_promised_refuses(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    key, _ = await make_key(work, apartment), await make_key(work, apartment)
    await push(work, apartment, key_ids=[key.id])

    with pytest.raises(KeyTaken, match=key.code) as refusal:
        await push(work, apartment, key_ids=[key.id])

    assert refusal.value.path == ("key_ids",)


async def test_wanted_keys_of_both_kinds_of_storage_are_refused(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    inside = await make_key(work, apartment, automat=automat)
    at_desk = await make_key(work, apartment)

    with pytest.raises(MixedStorage):
        await push(work, apartment, key_ids=[inside.id, at_desk.id])


async def test_a_wanted_key_opens_the_entity(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    key = await make_key(work, other)

    with pytest.raises(NotFound):
        await push(work, apartment, key_ids=[key.id])


async def test_wanted_keys_in_two_automats_are_each_fetched_where_they_lie(work: Work) -> None:
    apartment = await make_entity(work)
    station, pasila = await make_automat(work), await make_automat(work, "Pasila", PASILA)
    one = await make_key(work, apartment, automat=station)
    other = await make_key(work, apartment, automat=pasila)

    reservation, _ = await push(work, apartment, key_ids=[one.id, other.id])

    held = {contract.key_id: contract for contract in await locker_contracts(work, reservation)}
    chosen = await decision(work, reservation)
    assert reservation.status is ReservationStatus.CONFIRMED
    assert {id: contract.automat_id for id, contract in held.items()} == {
        one.id: station.id,
        other.id: pasila.id,
    }
    assert held[one.id].locker_id == one.locker_id
    assert (chosen.method, chosen.automat_id) == ("key_location", station.id)
    assert chosen.notes == ["The keys lie in 2 automats; each is fetched where it lies."]


async def test_of_keys_in_two_automats_none_is_held_when_one_cannot_be_fetched(work: Work) -> None:
    apartment = await make_entity(work)
    station, pasila = await make_automat(work), await make_automat(work, "Pasila", PASILA)
    wanted = [
        (await make_key(work, apartment, automat=automat)).id for automat in (station, pasila)
    ]
    await automats.update(work, pasila.id, {"state": AutomatState.OUT_OF_SERVICE})

    reservation, _ = await push(work, apartment, key_ids=wanted)

    chosen = await decision(work, reservation)
    assert reservation.unfulfilled_reason is ErrorCode.NO_SUITABLE_AUTOMAT
    assert (codes(chosen, station), codes(chosen, pasila)) == ([], ["not_in_service"])
    assert await free(work, station, reservation.window) == 29


async def test_an_electromechanical_key_is_fetched_from_the_nearest_that_has_one(
    work: Work,
) -> None:
    apartment = await make_entity(work, STATION)
    station = await make_automat(work, "Station", STATION)
    square = await make_automat(work, "Square", MARKET_SQUARE)
    pasila = await make_automat(work, "Pasila", PASILA)
    await make_key(work, apartment, automat=pasila, kind=ELECTRIC)
    key = await make_key(work, apartment, automat=square, kind=ELECTRIC)

    reservation, _ = await push(work, apartment)

    held = await locker_contract(work, reservation)
    chosen = await decision(work, reservation)
    assert (held.automat_id, held.locker_id, held.key_id) == (square.id, key.locker_id, None)
    assert [one.id for one in await keys_of(work, reservation)] == [key.id]
    assert chosen.method == "nearest"
    assert codes(chosen, station) == ["no_free_key"]


async def test_the_next_automat_serves_when_the_keys_of_the_first_are_promised(work: Work) -> None:
    apartment = await make_entity(work, STATION)
    station = await make_automat(work, "Station", STATION)
    pasila = await make_automat(work, "Pasila", PASILA)
    for automat in (station, pasila):
        await make_key(work, apartment, automat=automat, kind=ELECTRIC)

    stays = [(await push(work, apartment))[0] for _ in range(2)]

    chosen = [(await locker_contract(work, stay)).automat_id for stay in stays]
    assert chosen == [station.id, pasila.id]
    assert codes(await decision(work, stays[1]), station) == ["no_free_key"]


async def test_electromechanical_keys_at_desks_are_brought_like_others(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, kind=ELECTRIC)

    reservation, _ = await push(work, apartment)

    held = await locker_contract(work, reservation)
    assert (held.automat_id, held.key_id) == (automat.id, key.id)
    assert key.target_automat_id == automat.id


async def test_a_mechanical_key_decides_only_where_it_is_asked_for(work: Work) -> None:
    apartment = await make_entity(work, STATION)
    station = await make_automat(work, "Station", STATION)
    pasila = await make_automat(work, "Pasila", PASILA)
    mechanical = await make_key(work, apartment, automat=pasila)
    await make_key(work, apartment, automat=station, kind=ELECTRIC)

    any_key, _ = await push(work, apartment)
    certain, _ = await push(work, apartment, key_ids=[mechanical.id])

    assert (await decision(work, any_key)).method == "nearest"
    assert (await locker_contract(work, any_key)).automat_id == station.id
    assert (await decision(work, certain)).method == "key_location"
    assert (await locker_contract(work, certain)).automat_id == pasila.id
