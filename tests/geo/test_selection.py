"""Which automat is chosen, by which rule, and what the decision tells of the others."""

from datetime import timedelta

import pytest
from choosing import choice, chosen, names, with_key
from factories import (
    DAY,
    HOUR,
    MARKET_SQUARE,
    NOON,
    PASILA,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_group,
    make_key,
    make_stranger,
    make_unit,
    push,
)

from models.automats import AutomatModel
from models.errors import NoFreeLocker, NoSuitableAutomat
from models.selections import RejectionCode, SelectionMethod
from resolvers import selections
from resolvers.planning.stays import Wanted
from resolvers.work import Work

ONE = AutomatModel.LIVIONKEY_1


async def test_the_rules_apply_in_their_order(work: Work) -> None:
    station = await make_automat(work, "Station", STATION)
    square = await make_automat(work, "Square", MARKET_SQUARE)
    pasila = await make_automat(work, "Pasila", PASILA)
    group, own = await make_group(work, pasila), await make_group(work, square)
    apartment = await make_entity(work, STATION, device_group_id=own.id)
    nowhere = await make_entity(work, None, device_group_id=own.id)
    key = await make_key(work, apartment, nowhere, automat=pasila)
    both = {"automat_id": station.id, "device_group_id": group.id}

    named = await choice(work, apartment, **both)
    lies = await choice(work, apartment, device_group_id=group.id)
    desk = await make_desk(work)
    key.automat_id = key.locker_id = key.selected_automat_id = key.selected_locker_id = None
    key.selected_manual_storage_id = key.manual_storage_id = desk.id
    await work.save()
    grouped = await choice(work, apartment, device_group_id=group.id)
    nearest = await choice(work, apartment)
    legacy = await choice(work, nowhere)

    assert [one.method for one in (named, lies, grouped, nearest, legacy)] == [
        SelectionMethod.NAMED_AUTOMAT,
        SelectionMethod.KEY_LOCATION,
        SelectionMethod.DEVICE_GROUP,
        SelectionMethod.NEAREST,
        SelectionMethod.DEVICE_GROUP,
    ]
    assert chosen(named) is None
    assert [chosen(one) for one in (lies, grouped, nearest, legacy)] == [
        "Pasila", "Pasila", "Station", "Square",
    ]  # fmt: skip


async def test_nothing_applies_to_an_entity_without_a_place_or_a_group(work: Work) -> None:
    await make_automat(work)

    decision = await choice(work, await with_key(work, None))

    assert (decision.method, decision.chosen, decision.candidates) == (None, None, ())
    assert isinstance(decision.refusal, NoSuitableAutomat)
    assert decision.notes == ("The entity has no address.",)


async def test_a_key_in_an_automat_outside_the_named_group(work: Work) -> None:
    station, pasila = await make_automat(work), await make_automat(work, "Pasila", PASILA)
    group = await make_group(work, station)
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=pasila)

    decision = await choice(work, apartment, device_group_id=group.id)

    (candidate,) = decision.candidates
    assert decision.method is SelectionMethod.KEY_LOCATION
    assert [one.code for one in candidate.rejections] == [RejectionCode.NOT_IN_GROUP]


async def test_beyond_the_largest_distance_nothing_is_taken(work: Work) -> None:
    unit = await make_unit(work, largest_distance_metres=500.0)
    await make_automat(work, "Pasila", PASILA)
    apartment = await with_key(work, STATION, unit_id=unit.id)

    decision = await choice(work, apartment)

    (candidate,) = decision.candidates
    assert [one.code for one in candidate.rejections] == [RejectionCode.TOO_FAR]
    assert chosen(await choice(work, await with_key(work, STATION))) == "Pasila"


async def test_other_organizations_automats_are_not_seen(work: Work) -> None:
    await make_automat(await make_stranger(work), "Theirs", STATION)
    await make_automat(work, "Ours", PASILA)

    assert names(await choice(work, await with_key(work))) == ["Ours"]


async def test_a_full_automat_gives_way_to_the_next(work: Work) -> None:
    await make_automat(work, "Station", STATION, ONE)
    await make_automat(work, "Pasila", PASILA, ONE)
    await push(work, await with_key(work))

    decision = await choice(work, await with_key(work))

    (rejection,) = decision.candidates[1].rejections
    assert names(decision) == ["Pasila", "Station"]
    assert rejection.code is RejectionCode.FULL_IN_WINDOW
    assert "0 of its 1" in rejection.message


async def test_where_all_are_full_there_is_no_free_locker(work: Work) -> None:
    await make_automat(work, "Station", STATION, ONE)
    await push(work, await with_key(work))

    decision = await choice(work, await with_key(work))

    assert isinstance(decision.refusal, NoFreeLocker)


async def test_what_a_reservation_holds_counts_as_free_for_what_replaces_it(work: Work) -> None:
    await make_automat(work, "Station", STATION, ONE)
    apartment = await with_key(work)
    reservation, _ = await push(work, apartment)

    decision = await selections.preview(
        work,
        entity_id=apartment.id,
        entity_external_id=None,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        wanted=Wanted(),
        reservation_id=reservation.id,
    )

    assert chosen(decision) == "Station"


async def test_a_key_from_a_desk_is_taken_when_the_automat_with_another_cannot_serve(
    work: Work,
) -> None:
    pasila = await make_automat(work, "Pasila", PASILA)
    await make_automat(work, "Station", STATION)
    apartment = await make_entity(work)
    await make_key(work, apartment, automat=pasila)
    await make_key(work, apartment)
    pasila.last_seen_at = NOON - DAY

    decision = await choice(work, apartment)

    assert (decision.method, chosen(decision)) == (SelectionMethod.NEAREST, "Station")
    assert "desk" in decision.notes[-1]


@pytest.mark.parametrize("silence", [timedelta(0), HOUR])
async def test_an_automat_that_spoke_lately_serves(work: Work, silence: timedelta) -> None:
    automat = await make_automat(work)
    automat.last_seen_at = work.now - silence

    assert chosen(await choice(work, await with_key(work))) == "Station"
