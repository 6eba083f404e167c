"""Switching the selection mode and undoing it; live stays keep what they have."""

from typing import Any

import pytest
from factories import (
    DAY,
    MARKET_SQUARE,
    PASILA,
    STATION,
    acting_as,
    later,
    make_automat,
    make_entity,
    make_group,
    make_key,
    make_unit,
    push,
)
from outcomes import everything, locker_contract, undone

from models.accounts import Role
from models.base import new_id
from models.entities import ReservableEntity
from models.errors import ErrorCode
from models.places import Coordinates
from models.reservations import Reservation, UpsertOutcome
from models.selections import AutomatSelection, SelectionMethod, SelectionMode
from models.settings_versions import SettingsVersion
from resolvers import organizations, shadows
from resolvers.selection_modes import set_mode, undo_mode
from resolvers.work import Work

BY_RESERVATION, GROUP, SHADOW, NEAREST = SelectionMode


async def switched(work: Work, mode: SelectionMode | None, **whose: Any) -> SelectionMode | None:
    named = {"unit_id": None, "group_id": None} | whose
    return (await set_mode(work, **named, mode=mode)).selection_mode


async def undo(work: Work, **whose: Any) -> SelectionMode | None:
    return (await undo_mode(work, **({"unit_id": None, "group_id": None} | whose))).selection_mode


async def test_a_mode_is_switched_and_switched_back(work: Work) -> None:
    unit = await make_unit(work, pin_length=5)
    whose = {"unit_id": unit.id}

    assert await switched(work, GROUP, **whose) is GROUP
    assert await switched(work, SHADOW, **whose) is SHADOW
    await organizations.update_unit(work, unit.id, {"pin_length": 7})
    assert await undo(work, **whose) is GROUP
    assert unit.pin_length == 7
    assert await undo(work, **whose) is SHADOW, "an undo is undone by another"


async def test_the_first_mode_is_undone_to_what_is_said_above(work: Work) -> None:
    group = await make_group(work)

    assert await switched(work, NEAREST, group_id=group.id) is NEAREST
    assert await switched(work, NEAREST, group_id=group.id) is NEAREST
    assert await undo(work, group_id=group.id) is None


async def test_a_mode_from_before_versions_were_kept_is_not_undone_to_nothing(work: Work) -> None:
    unit = await make_unit(work)
    unit.selection_mode = GROUP
    await work.save()
    whose = {"unit_id": unit.id}

    assert (await undone(work, undo(work, **whose))).code is ErrorCode.INVALID_INPUT
    await switched(work, NEAREST, **whose)
    assert await undo(work, **whose) is GROUP


async def test_what_was_never_switched_is_not_undone(work: Work) -> None:
    unit = await make_unit(work, name="Town", pin_length=5)

    refusal = await undone(work, undo(work, unit_id=unit.id))

    assert refusal.message == "The selection mode of Town was never switched."


@pytest.mark.parametrize("both", [True, False])
async def test_a_unit_or_a_group_is_named(work: Work, *, both: bool) -> None:
    whose = {"unit_id": new_id(), "group_id": new_id()} if both else {}

    for act in (switched(work, GROUP, **whose), undo(work, **whose)):
        refusal = await undone(work, act)
        assert refusal.message.startswith("Name an organization unit or a device group")


async def test_only_an_administrator_switches(work: Work) -> None:
    unit, installer = await make_unit(work), acting_as(work, Role.INSTALLER)

    for act in (switched(installer, GROUP, unit_id=unit.id), undo(installer, unit_id=unit.id)):
        assert (await undone(work, act)).code is ErrorCode.NOT_ALLOWED


async def place_of(work: Work, stay: Reservation) -> tuple[Any, ...]:
    held = await locker_contract(work, stay)
    return held.id, held.automat_id, held.locker_id, held.pin, held.state


async def test_live_stays_keep_their_place_and_their_pin_when_the_mode_is_switched(
    work: Work,
) -> None:
    station = await make_automat(work, "Station", STATION)
    pasila = await make_automat(work, "Pasila", PASILA)
    group = await make_group(work, pasila)
    unit = await make_unit(work, selection_mode=GROUP)
    home = await make_entity(work, unit_id=unit.id, device_group_id=group.id)
    for _ in range(4):
        await make_key(work, home)
    start = work.now + DAY
    running, _ = await push(work, home, external_id="running", starts_at=work.now)
    coming, _ = await push(work, home, external_id="coming", starts_at=start)
    moved, _ = await push(work, home, external_id="moved", starts_at=start)
    before = [await place_of(work, stay) for stay in (running, coming, moved)]
    assert {place[1] for place in before} == {pasila.id}

    await switched(work, NEAREST, unit_id=unit.id)
    after_switch = await everything(work)
    _, same = await push(work, home, external_id="running", starts_at=work.now)
    _, also = await push(work, home, external_id="coming", starts_at=start)

    assert {same, also} == {UpsertOutcome.UNCHANGED}
    assert await everything(work) == after_switch
    assert [await place_of(work, stay) for stay in (running, coming, moved)] == before
    moved, changed = await push(work, home, external_id="moved", starts_at=start, days=3)
    new, _ = await push(work, home, external_id="new", starts_at=start)
    assert changed is UpsertOutcome.UPDATED
    assert (await locker_contract(work, moved)).automat_id == station.id
    assert (await locker_contract(work, new)).automat_id == station.id
    assert [await place_of(work, stay) for stay in (running, coming)] == before[:2]

    await undo(work, unit_id=unit.id)

    assert (await locker_contract(work, new)).automat_id == station.id
    assert [await place_of(work, stay) for stay in (running, coming)] == before[:2]
    new, _ = await push(work, home, external_id="new", starts_at=start, days=4)
    assert (await locker_contract(work, new)).automat_id == pasila.id


async def watched(work: Work) -> tuple[Any, Any]:
    """Let stays be watched: two with another nearest automat, one with the same, one with none."""
    await make_automat(work, "Station", STATION)
    pasila = await make_automat(work, "Pasila", PASILA)
    square = await make_automat(work, "Square", MARKET_SQUARE)
    unit = await make_unit(work, selection_mode=SHADOW)
    strict = await make_unit(work, parent_id=unit.id, largest_distance_metres=1.0)
    far, near = await make_group(work, pasila), await make_group(work, square)
    for external_id, place, group, of in (
        ("one", STATION, far, unit),
        ("same", MARKET_SQUARE, near, unit),
        ("two", MARKET_SQUARE, far, unit),
        ("none", Coordinates(60.3, 24.9), near, strict),
    ):
        home = await make_entity(work, place, unit_id=of.id, device_group_id=group.id)
        await make_key(work, home)
        await push(work, home, external_id=external_id)
    return unit, far


async def test_what_shadow_watched_of_coming_stays_is_added_up(work: Work) -> None:
    unit, far = await watched(work)

    all_of_them = await shadows.totals(work, unit_id=None, group_ids=None)
    of_group = await shadows.totals(work, unit_id=unit.id, group_ids=[far.id])
    afterwards = await shadows.totals(later(work, 2 * DAY), unit_id=None, group_ids=None)

    assert (all_of_them.watched, all_of_them.different, all_of_them.unserved) == (4, 3, 1)
    assert all_of_them.nearer_metres == pytest.approx(3_006 + 3_634, abs=20)
    assert (of_group.watched, of_group.different, of_group.unserved) == (2, 2, 0)
    assert afterwards == shadows.Totals(0, 0, 0, 0.0)


async def test_the_differences_are_paged_and_the_last_decision_of_a_stay_counts(work: Work) -> None:
    unit, _ = await watched(work)
    ask: dict[str, Any] = {"unit_id": None, "group_ids": None}

    first = await shadows.differences(work, **ask, first=2, after=None)
    rest = await shadows.differences(work, **ask, first=2, after=first.rows[-1].id)

    assert (len(first.rows), first.has_more, len(rest.rows), rest.has_more) == (2, True, 1, False)
    for row in (*first.rows, *rest.rows):
        assert row.method is SelectionMethod.DEVICE_GROUP
    assert rest.rows[0].shadow["automat_id"] is None
    await switched(work, NEAREST, unit_id=unit.id)
    stay = await work.get(Reservation, first.rows[0].reservation_id)
    home = await work.get(ReservableEntity, stay.entity_id)
    await push(work, home, external_id="one", days=3)
    left = await shadows.differences(work, **ask, first=9, after=None)
    assert len(left.rows) == 2, "what was decided by NEAREST since is not watched any more"
    assert len(await work.all(work.own(AutomatSelection))) == 5
    assert len(await work.all(work.own(SettingsVersion))) == 3
