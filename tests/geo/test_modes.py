"""Selection modes: which rule comes first, and what is passed over or watched."""

from typing import Any

import pytest
from areas_on_maps import box
from choosing import choice, chosen, with_key
from factories import (
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_group,
    make_key,
    make_unit,
)

from models.places import Coordinates
from models.selections import SelectionMethod, SelectionMode
from resolvers.work import Work

NAMED, LIES = SelectionMethod.NAMED_AUTOMAT, SelectionMethod.KEY_LOCATION
NEAREST, GROUP = SelectionMethod.NEAREST, SelectionMethod.DEVICE_GROUP
PLACED, UNPLACED = {"position": STATION}, {"position": None}
CASES: list[tuple[SelectionMode, dict[str, Any], bool, bool, tuple[Any, str | None]]] = [
    (mode, place, names, owns, expected)
    for mode, table in {
        SelectionMode.BY_RESERVATION: {
            (True, True, True): (GROUP, "Pasila"),
            (True, False, True): (NEAREST, "Station"),
            (True, False, False): (NEAREST, "Station"),
            (False, True, True): (GROUP, "Pasila"),
            (False, False, True): (GROUP, "Square"),
            (False, False, False): (None, None),
        },
        SelectionMode.GROUP: {
            (True, True, True): (GROUP, "Pasila"),
            (True, False, True): (GROUP, "Square"),
            (True, False, False): (NEAREST, "Station"),
            (False, True, True): (GROUP, "Pasila"),
            (False, False, True): (GROUP, "Square"),
            (False, False, False): (None, None),
        },
        SelectionMode.NEAREST: {
            (True, True, True): (NEAREST, "Station"),
            (True, False, True): (NEAREST, "Station"),
            (False, True, True): (GROUP, "Pasila"),
            (False, False, True): (GROUP, "Square"),
            (False, False, False): (None, None),
        },
    }.items()
    for (is_placed, names, owns), expected in table.items()
    for place in [PLACED if is_placed else UNPLACED]
]


async def furnish(work: Work, mode: SelectionMode) -> Any:
    """Make three automats, a group to name, a group to have, and a unit with a mode."""
    await make_automat(work, "Station", STATION)
    square = await make_automat(work, "Square", MARKET_SQUARE)
    pasila = await make_automat(work, "Pasila", PASILA)
    unit = await make_unit(work, selection_mode=mode)
    return unit, await make_group(work, pasila), await make_group(work, square), pasila


@pytest.mark.parametrize(("mode", "place", "names", "owns", "expected"), CASES)
async def test_the_first_rule_of_the_mode_that_applies_decides(
    work: Work,
    *,
    mode: SelectionMode,
    place: dict[str, Any],
    names: bool,
    owns: bool,
    expected: tuple[SelectionMethod | None, str | None],
) -> None:
    unit, group, own, _ = await furnish(work, mode)
    owned = {"device_group_id": own.id} if owns else {}
    home = await with_key(work, unit_id=unit.id, **place, **owned)
    wanted = {"device_group_id": group.id} if names else {}

    decision = await choice(work, home, **wanted)

    assert (decision.method, chosen(decision)) == expected
    passed_over = [note for note in decision.notes if "passed over" in note]
    assert len(passed_over) == (mode is SelectionMode.NEAREST and names and place is PLACED)


@pytest.mark.parametrize("mode", SelectionMode)
async def test_a_named_automat_and_a_key_that_lies_in_one_come_first(
    work: Work, mode: SelectionMode
) -> None:
    unit, group, own, pasila = await furnish(work, mode)
    given = {"unit_id": unit.id, "device_group_id": own.id}
    home, lying = await with_key(work, **given), await make_entity(work, **given)
    await make_key(work, lying, automat=pasila)

    named = await choice(work, home, automat_id=pasila.id, device_group_id=own.id)
    lies = await choice(work, lying)

    assert (named.method, chosen(named), named.shadow) == (NAMED, "Pasila", None)
    assert (lies.method, chosen(lies), lies.shadow) == (LIES, "Pasila", None)
    outside = await choice(work, lying, device_group_id=own.id)
    assert chosen(outside) == ("Pasila" if mode is SelectionMode.NEAREST else None)
    assert chosen(await choice(work, lying, device_group_id=group.id)) == "Pasila"


async def test_a_device_group_has_a_mode_of_its_own(work: Work) -> None:
    unit, group, _, _ = await furnish(work, SelectionMode.GROUP)
    group.selection_mode = SelectionMode.NEAREST
    await work.save()
    home = await with_key(work, unit_id=unit.id)

    assert chosen(await choice(work, home, device_group_id=group.id)) == "Station"


async def test_shadow_lets_the_group_decide_and_watches_the_nearest(work: Work) -> None:
    unit, group, own, _ = await furnish(work, SelectionMode.SHADOW)
    home = await with_key(work, unit_id=unit.id, device_group_id=own.id)

    decision = await choice(work, home, device_group_id=group.id)

    assert (decision.method, chosen(decision)) == (GROUP, "Pasila")
    assert decision.shadow is not None
    assert (decision.shadow.method, chosen(decision.shadow)) == (NEAREST, "Station")
    written = decision.shadow_written()
    assert written is not None
    assert written["differs"]
    assert written["nearer_metres"] == pytest.approx(3_006, abs=5)
    assert chosen(await choice(work, home)) == "Square"


async def test_shadow_watches_nothing_where_nearest_could_not_decide_otherwise(work: Work) -> None:
    unit, _, own, _ = await furnish(work, SelectionMode.SHADOW)
    given = {"unit_id": unit.id, "device_group_id": own.id}

    unplaced = await choice(work, await with_key(work, None, **given))
    ungrouped = await choice(work, await with_key(work, unit_id=unit.id))

    assert (unplaced.method, unplaced.shadow) == (GROUP, None)
    assert (ungrouped.method, ungrouped.shadow) == (NEAREST, None)


async def test_shadow_tells_why_nearest_would_have_found_none(work: Work) -> None:
    unit, _, own, _ = await furnish(work, SelectionMode.SHADOW)
    unit.largest_distance_metres = 1.0
    await work.save()
    home = await with_key(work, Coordinates(60.3, 24.9), unit_id=unit.id, device_group_id=own.id)

    decision = await choice(work, home)

    written = decision.shadow_written()
    assert chosen(decision) == "Square"
    assert written is not None
    assert (written["automat_id"], written["differs"]) == (None, True)
    assert "the limit is 1 m" in written["refusal"]


async def test_a_policy_that_excludes_everything_says_which_rule_excluded_most(work: Work) -> None:
    near = await make_automat(work, "Station", STATION)
    for _ in range(3):
        await make_automat(work, "Pasila", PASILA)
    unit = await make_unit(
        work,
        name="North",
        largest_distance_metres=1_000.0,
        excluded_automats=(near.id,),
        served_area=box(0.0, 0.0, 1.0, 1.0),
    )

    decision = await choice(work, await with_key(work, STATION, unit_id=unit.id))

    assert decision.chosen is None
    assert decision.refusal is not None
    assert "4 of 4" in decision.refusal.message
    assert "OUTSIDE_AREA" in decision.refusal.message
    assert "outside the area that the policy of North serves" in decision.refusal.message
