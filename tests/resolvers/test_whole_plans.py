"""A locker for the return decides too where a key has to come back to the automat it came from."""

import pytest
from factories import (
    DAY,
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_unit,
    push,
)
from outcomes import decision, locker_contracts

from geo import returning
from models.automats import Automat, AutomatModel
from models.entities import ReservableEntity
from models.errors import ErrorCode
from models.reservations import ReservationStatus
from models.selections import SelectionMethod
from resolvers.work import Work

ONE = AutomatModel.LIVIONKEY_1


async def full_at_the_end(work: Work, automat: Automat) -> None:
    """Hold an automat's only locker over the last days of what begins in a day and lasts sixty."""
    other = await make_entity(work)
    await make_key(work, other, desk=await make_desk(work, f"Desk for {automat.name}"))
    await push(work, other, starts_at=work.now + 59 * DAY, days=5, automat_id=automat.id)


async def home(work: Work, **policy: object) -> ReservableEntity:
    unit = await make_unit(work, **policy)
    found = await make_entity(work, STATION, unit_id=unit.id)
    await make_key(work, found)
    return found


async def test_the_nearest_without_room_for_the_return_is_passed_over(work: Work) -> None:
    station = await make_automat(work, "Station", STATION, ONE)
    pasila = await make_automat(work, "Pasila", PASILA, ONE)
    await full_at_the_end(work, station)

    stay, _ = await push(work, await home(work, return_elsewhere=False), days=60)

    found = await decision(work, stay)
    assert {one.automat_id for one in await locker_contracts(work, stay)} == {pasila.id}
    (rejection,) = found.candidates[1]["rejections"]
    end = (work.now + 61 * DAY).isoformat()
    assert rejection["code"] == "full_in_window"
    assert "0 of its 1 lockers are free for the return" in rejection["message"]
    assert f"until {end}" in rejection["message"]
    (counterfactual,) = found.counterfactuals
    begin = (work.now + 58 * DAY).isoformat()
    assert counterfactual["message"] == (
        f"Station would have been chosen if one more locker were free from {begin} until {end}."
    )


async def test_the_return_decides_nothing_where_it_may_be_elsewhere(work: Work) -> None:
    station = await make_automat(work, "Station", STATION, ONE)
    pasila = await make_automat(work, "Pasila", PASILA, ONE)
    await full_at_the_end(work, station)

    stay, _ = await push(work, await home(work), days=60)

    fetch, back = await locker_contracts(work, stay)
    assert (fetch.automat_id, back.automat_id) == (station.id, pasila.id)


@pytest.mark.parametrize(("limit", "name"), [(2_000.0, "Square"), (100.0, None)])
async def test_another_one_for_the_return_is_not_too_far_from_the_fetch(
    work: Work, limit: float, name: str | None
) -> None:
    station = await make_automat(work, "Station", STATION, ONE)
    square = await make_automat(work, "Square", MARKET_SQUARE, ONE)
    await full_at_the_end(work, station)

    stay, _ = await push(work, await home(work, return_elsewhere_metres=limit), days=60)

    returns = [one for one in await locker_contracts(work, stay) if one.automat_id == square.id]
    assert len(returns) == (name is not None)


async def test_nobody_is_promised_a_key_that_could_not_come_back(work: Work) -> None:
    station = await make_automat(work, "Station", STATION, ONE)
    await full_at_the_end(work, station)

    stay, _ = await push(work, await home(work, return_elsewhere=False), days=60)

    found = await decision(work, stay)
    assert stay.status is ReservationStatus.UNFULFILLED
    assert stay.unfulfilled_reason is ErrorCode.NO_FREE_LOCKER
    assert stay.unfulfilled_free_from is None
    assert found.method is SelectionMethod.NEAREST
    assert "FULL_IN_WINDOW stands against 1 of 1" in found.notes[-1]


async def test_the_locker_that_its_key_leaves_is_free_for_its_return(work: Work) -> None:
    station = await make_automat(work, "Station", STATION, ONE)
    unit = await make_unit(work, return_elsewhere=False)
    apartment = await make_entity(work, STATION, unit_id=unit.id)
    await make_key(work, apartment, automat=station)

    stay, _ = await push(work, apartment, days=60)

    assert {one.automat_id for one in await locker_contracts(work, stay)} == {station.id}
    assert len(await locker_contracts(work, stay)) == 2


@pytest.mark.parametrize("limit", [None, 5_000.0])
async def test_another_one_for_the_return_is_found_behind_any_number_that_are_full(
    work: Work, monkeypatch: pytest.MonkeyPatch, limit: float | None
) -> None:
    monkeypatch.setattr(returning, "FIRST_LOOK", 2)
    station = await make_automat(work, "Station", STATION, ONE)
    beside = [await make_automat(work, f"Beside {at}", STATION, ONE) for at in range(4)]
    pasila = await make_automat(work, "Pasila", PASILA, ONE)
    for automat in (station, *beside):
        await full_at_the_end(work, automat)

    stay, _ = await push(work, await home(work, return_elsewhere_metres=limit), days=60)

    fetch, back = await locker_contracts(work, stay)
    assert (fetch.automat_id, back.automat_id) == (station.id, pasila.id)
