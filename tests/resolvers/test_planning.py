"""From a reservation to a PIN: which automat, which key, which locker, and what is refused."""

from typing import Any

import pytest
from factories import (
    DAY,
    HOUR,
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_group,
    make_key,
    make_unit,
    placed,
    push,
)
from outcomes import (
    codes,
    decision,
    events,
    free,
    key_contract,
    keys_of,
    known_codes,
    locker_contract,
    locker_contracts,
    undone,
)

from models.addressed import PlacementProblem
from models.automats import AutomatState
from models.errors import ErrorCode, KeyTaken
from models.events import EventKind
from models.keys import Key, KeyKind
from models.places import PlacementPrecision, PostalAddress
from models.reservations import ReservationStatus
from resolvers import organizations
from resolvers.work import Work

ELECTRIC = KeyKind.ELECTROMECHANICAL


async def test_a_key_at_a_desk_is_asked_for_at_the_automat(work: Work) -> None:
    apartment = await make_entity(work, MARKET_SQUARE)
    await make_automat(work, "Pasila", PASILA)
    station = await make_automat(work, "Station", STATION)
    key = await make_key(work, apartment)

    reservation, _ = await push(work, apartment)

    held = await locker_contract(work, reservation)
    (insert,) = await events(work, EventKind.INSERT_KEY)
    assert held.automat_id == key.target_automat_id == station.id
    assert insert.subject_id == key.id
    assert insert.facts["automat_id"] == str(station.id)
    assert insert.facts["locker_id"] == str(held.locker_id)
    assert (await decision(work, reservation)).method == "nearest"


async def test_a_mechanical_key_is_fetched_where_it_lies(work: Work) -> None:
    apartment = await make_entity(work, STATION)
    station = await make_automat(work, "Station", STATION)
    pasila = await make_automat(work, "Pasila", PASILA)
    key = await make_key(work, apartment, automat=pasila, locker_index=7)

    reservation, _ = await push(work, apartment)

    held = await locker_contract(work, reservation)
    chosen = await decision(work, reservation)
    assert (held.automat_id, held.locker_id, held.key_id) == (pasila.id, key.locker_id, key.id)
    assert chosen.method == "key_location"
    assert await events(work, EventKind.INSERT_KEY) == []
    assert key.target_automat_id is None
    assert await free(work, station, reservation.window) == 30


async def test_a_key_goes_next_to_its_first_coming_contract(work: Work) -> None:
    apartment = await make_entity(work)
    station, pasila = await make_automat(work), await make_automat(work, "Pasila", PASILA)
    key = await make_key(work, apartment)

    await push(work, apartment, starts_at=work.now + 9 * DAY, automat_id=pasila.id)
    assert key.target_automat_id == pasila.id
    await push(work, apartment, starts_at=work.now + DAY, automat_id=station.id)

    assert key.target_automat_id == station.id


async def test_a_key_does_not_go_where_a_stay_is_over(work: Work) -> None:
    apartment = await make_entity(work)
    station, pasila = await make_automat(work), await make_automat(work, "Pasila", PASILA)
    key = await make_key(work, apartment)
    await push(work, apartment, automat_id=station.id)
    month_later = Work(work.session, work.actor, work.now + 30 * DAY)

    await push(month_later, apartment, automat_id=pasila.id)

    assert key.target_automat_id == pasila.id


async def test_a_named_automat_without_the_key_cannot_serve(work: Work) -> None:
    apartment = await make_entity(work)
    station, pasila = await make_automat(work), await make_automat(work, "Pasila", PASILA)
    await make_key(work, apartment, automat=station)

    reservation, _ = await push(work, apartment, automat_id=pasila.id)

    chosen = await decision(work, reservation)
    assert reservation.unfulfilled_reason is ErrorCode.NO_SUITABLE_AUTOMAT
    assert chosen.method == "named_automat"
    assert codes(chosen, pasila) == ["key_elsewhere"]


@pytest.mark.parametrize("state", [AutomatState.OUT_OF_SERVICE, AutomatState.UNINSTALLED])
async def test_a_named_automat_out_of_service_cannot_serve(work: Work, state: AutomatState) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    named = await make_automat(work)
    await make_key(work, apartment)
    named.state = state
    await work.save()

    reservation, _ = await push(work, apartment, automat_id=named.id)

    assert reservation.unfulfilled_reason is ErrorCode.NO_SUITABLE_AUTOMAT
    assert codes(await decision(work, reservation), named) == ["not_in_service"]


async def test_a_unit_without_automats_hands_keys_over_at_its_desks(work: Work) -> None:
    unit = await make_unit(work, uses_automats=False)
    apartment = await make_entity(work, unit_id=unit.id)
    automat = await make_automat(work)
    key = await make_key(work, apartment)

    reservation, _ = await push(work, apartment)

    chosen = await decision(work, reservation)
    assert reservation.status is ReservationStatus.CONFIRMED
    assert await locker_contracts(work, reservation) == []
    assert [one.id for one in await keys_of(work, reservation)] == [key.id]
    assert (chosen.method, chosen.automat_id) == (None, None)
    assert await free(work, automat, reservation.window) == 30
    with pytest.raises(KeyTaken):
        await push(work, apartment)


async def test_a_unit_without_automats_uses_the_one_that_is_named(work: Work) -> None:
    unit = await make_unit(work, uses_automats=False)
    apartment = await make_entity(work, unit_id=unit.id)
    automat = await make_automat(work)
    await make_key(work, apartment)

    reservation, _ = await push(work, apartment, automat_id=automat.id)

    assert (await locker_contract(work, reservation)).automat_id == automat.id


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (ErrorCode.ADDRESS_NOT_FOUND, ErrorCode.ADDRESS_NOT_FOUND),
        (ErrorCode.ADDRESS_AMBIGUOUS, ErrorCode.ADDRESS_AMBIGUOUS),
    ],
)
async def test_an_entity_without_a_place_waits_with_the_reason(
    work: Work, problem: ErrorCode, reason: ErrorCode
) -> None:
    found: Any = PlacementProblem(problem, "It fits Katu 1, Vaasa and Katu 1, Turku.")
    apartment = await make_entity(work, found=found, address=PostalAddress("Katu 1"))
    await make_automat(work)
    await make_key(work, apartment)

    reservation, _ = await push(work, apartment)

    assert reservation.unfulfilled_reason is reason
    assert "Katu 1, Vaasa" in str(reservation.unfulfilled_message)
    assert (await events(work))[-1].kind is EventKind.RESERVATION_UNFULFILLED


async def test_an_entity_without_a_place_falls_back_to_its_group(work: Work) -> None:
    automat = await make_automat(work)
    group = await make_group(work, automat)
    apartment = await make_entity(work, None, device_group_id=group.id)
    await make_key(work, apartment)

    reservation, _ = await push(work, apartment)

    assert (await decision(work, reservation)).method == "device_group"
    assert (await locker_contract(work, reservation)).automat_id == automat.id


async def test_a_coarse_place_counts_only_where_the_unit_allows_it(work: Work) -> None:
    found = placed(STATION, PlacementPrecision.STREET)
    unit = await make_unit(work, least_precision=PlacementPrecision.STREET)
    apartment = await make_entity(work, found=found)
    generous = await make_entity(work, found=found, unit_id=unit.id)
    await make_automat(work)
    await make_key(work, apartment, generous)

    refused, _ = await push(work, apartment)
    allowed, _ = await push(work, generous)

    assert refused.unfulfilled_reason is ErrorCode.NO_SUITABLE_AUTOMAT
    assert "STREET" in (await decision(work, refused)).notes[0]
    assert allowed.status is ReservationStatus.CONFIRMED


async def test_a_pin_is_not_a_return_code_of_the_automat(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat, return_code="830492")

    assert "830492" in await known_codes(work, automat)
    reservation, _ = await push(work, apartment)
    pin = (await locker_contract(work, reservation)).pin
    known = await known_codes(work, automat)
    assert pin in known
    assert "830492" in known
    assert (await work.get(Key, key.id)).return_code != pin


async def test_a_policy_may_set_how_long_before_a_pin_is_synced(work: Work) -> None:
    await organizations.update_unit(
        work, work.actor.organization_id, {"default_sync_time": 3 * HOUR}
    )
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)

    reservation, _ = await push(work, apartment)

    held = await locker_contract(work, reservation)
    assert held.sync_at == reservation.starts_at - 3 * HOUR


async def test_a_new_contract_has_a_reference_and_the_contacts(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)

    reservation, _ = await push(work, apartment)

    assert (await key_contract(work, reservation)).reference.startswith("KC-")


async def test_a_refused_push_leaves_no_reservation(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    await push(work, apartment)
    before = await events(work)

    await undone(work, push(work, apartment, external_id="late"))

    assert await events(work) == before
