"""The fleet comparison: what the nearest automats would change for entities and for automats."""

import json
from typing import Any
from uuid import UUID

import pytest
from factories import (
    MARKET_SQUARE,
    PASILA,
    STATION,
    acting_as,
    make_automat,
    make_entity,
    make_group,
    make_key,
    make_stranger,
    make_unit,
    placed,
    push,
)
from hypothesis import given
from hypothesis import strategies as st

from geo.position import distance_metres
from models.accounts import Role
from models.automats import AutomatModel
from models.comparisons import ComparisonException as Exceptional
from models.comparisons import ComparisonOutcome as Outcome
from models.entities import KeyRule, ReservableEntity
from models.errors import NotAllowed, NotFound
from models.places import PlacementPrecision
from models.selections import SelectionMode
from resolvers.comparison import scope as scopes
from resolvers.comparison.capacity import capacities
from resolvers.comparison.compared import Compared
from resolvers.comparison.comparing import comparer
from resolvers.comparison.metres import FINE, Metres
from resolvers.comparison.scope import scope_of
from resolvers.comparison.streaming import stream, totals_of
from resolvers.work import Work


async def compared(
    work: Work,
    group_ids: list[UUID | None] | None = None,
    unit_id: UUID | None = None,
    size: int = 500,
) -> dict[str, Compared]:
    """Compare, and give what came of each entity by its name."""
    scope = await scope_of(work, group_ids, unit_id)
    rows = [row async for rows in stream(await comparer(work), scope, size=size) for row in rows]
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert await scopes.count(work, scope) == len(rows)
    return {row.name: row for row in rows}


async def house(work: Work, name: str, group_id: UUID | None, **given: Any) -> ReservableEntity:
    return await make_entity(work, name=name, device_group_id=group_id, **given)


async def test_entities_are_better_off_the_same_or_not_to_be_compared(work: Work) -> None:
    station = await make_automat(work, "Station")
    pasila = await make_automat(work, "Pasila", PASILA)
    near, far = await make_group(work, station), await make_group(work, pasila)
    await house(work, "far", far.id, position=MARKET_SQUARE)
    await house(work, "near", near.id, position=MARKET_SQUARE)
    await house(work, "alone", None, position=MARKET_SQUARE)

    found = await compared(work)

    metres = [distance_metres(MARKET_SQUARE, place) for place in (PASILA, STATION)]
    assert found["far"].outcome is Outcome.BETTER
    assert found["far"].metres_saved == pytest.approx(metres[0] - metres[1])
    assert [by and by.automat_id for by in (found["far"].before, found["far"].after)] == [
        pasila.id,
        station.id,
    ]
    assert found["near"].outcome is Outcome.SAME
    assert not found["near"].moves
    assert found["alone"].outcome is Outcome.EXCEPTION
    assert found["alone"].exceptions == (Exceptional.NO_GROUP,)
    assert found["alone"].after == found["near"].after


@pytest.mark.parametrize("mode", list(SelectionMode))
async def test_the_settings_count_whatever_the_mode(work: Work, mode: SelectionMode) -> None:
    corners = [[24.9, 60.18], [24.95, 60.18], [24.95, 60.25], [24.9, 60.18]]
    pasila = json.dumps({"type": "Polygon", "coordinates": [corners]})
    unit = await make_unit(work, preferred_area=pasila, selection_mode=mode)
    group = await make_group(work, await make_automat(work, "Station"))
    await make_automat(work, "Pasila", PASILA)
    await house(work, "home", group.id, position=MARKET_SQUARE, unit_id=unit.id)

    home = (await compared(work))["home"]

    assert [by and by.name for by in (home.before, home.after)] == ["Station", "Pasila"]
    assert home.outcome is Outcome.WORSE


async def test_why_an_entity_cannot_be_compared_is_said(work: Work) -> None:
    limited = await make_unit(work, largest_distance_metres=500.0)
    station = await make_automat(work)
    group, empty = await make_group(work, station), await make_group(work)
    unplaced = await make_group(work, await make_automat(work, position=None))
    city = placed(PASILA, PlacementPrecision.CITY)
    await house(work, "no address", group.id, position=None)
    await house(work, "coarse", group.id, found=city)
    await house(work, "too far", group.id, position=PASILA, unit_id=limited.id)
    await house(work, "empty", empty.id)
    await house(work, "unplaced", unplaced.id)

    found = await compared(work)

    assert {name: row.exceptions for name, row in found.items()} == {
        "no address": (Exceptional.NO_ADDRESS,),
        "coarse": (Exceptional.COARSE_PLACEMENT,),
        "too far": (Exceptional.TOO_FAR,),
        "empty": (Exceptional.NO_AUTOMAT_IN_GROUP,),
        "unplaced": (Exceptional.GROUP_AUTOMAT_NOT_PLACED,),
    }
    assert {row.outcome for row in found.values()} == {Outcome.EXCEPTION}


async def test_a_full_automat_cannot_be_the_nearest(work: Work) -> None:
    small = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    group = await make_group(work, small)
    await make_key(work, await house(work, "home", group.id), automat=small)

    found = await compared(work)

    assert found["home"].exceptions == (Exceptional.FULL, Exceptional.NO_AUTOMAT_IN_GROUP)


async def test_as_many_lockers_are_wanted_as_keys_go(work: Work) -> None:
    await make_automat(work, "small", model=AutomatModel.LIVIONKEY_1)
    large = await make_automat(work, "large", PASILA)
    group = await make_group(work, large)
    rules = {"one": (KeyRule.ONE, None), "some": (KeyRule.SOME, 2), "all": (KeyRule.ALL, None)}
    for name, (rule, count) in rules.items():
        home = await house(work, name, group.id)
        home.give_keys(rule, count)
        await make_key(work, home)
        await make_key(work, home)

    found = await compared(work)

    chosen = {name: row.after and row.after.name for name, row in found.items()}
    assert chosen == {"one": "small", "some": "large", "all": "large"}


async def test_the_scope_is_groups_and_a_unit_with_all_below_it(work: Work) -> None:
    group = await make_group(work, await make_automat(work))
    town = await make_unit(work)
    street = await make_unit(work, parent_id=town.id)
    for name, unit_id, group_id in (
        ("street", street.id, group.id),
        ("town", town.id, None),
        ("elsewhere", None, group.id),
    ):
        await house(work, name, group_id, unit_id=unit_id)

    assert set(await compared(work, unit_id=town.id)) == {"street", "town"}
    assert set(await compared(work, [group.id])) == {"street", "elsewhere"}
    assert set(await compared(work, [group.id], town.id)) == {"street"}
    assert len(await compared(work, unit_id=work.actor.organization_id)) == 3


async def test_somebody_elses_entities_are_not_there(work: Work) -> None:
    stranger = await make_stranger(work)
    group = await make_group(stranger)
    await house(stranger, "theirs", group.id)

    assert await compared(work) == {}
    with pytest.raises(NotFound):
        await scope_of(work, [group.id], None)
    with pytest.raises(NotFound):
        await scope_of(work, None, stranger.actor.organization_id)
    with pytest.raises(NotAllowed):
        await scope_of(acting_as(work, Role.INSTALLER), None, None)


async def test_blocks_of_any_size_give_the_same(work: Work) -> None:
    group = await make_group(work, await make_automat(work, "Pasila", PASILA))
    await make_automat(work)
    for number in range(5):
        await house(work, f"A {number}", group.id)

    assert await compared(work, size=2) == await compared(work)


async def test_totals_and_what_becomes_of_the_automats(work: Work) -> None:
    station = await make_automat(work, "Station")
    pasila = await make_automat(work, "Pasila", PASILA)
    group = await make_group(work, pasila)
    homes = [await house(work, f"A {number}", group.id) for number in range(3)]
    for home in homes[:2]:
        await make_key(work, home)
        await push(work, home, automat_id=pasila.id, days=7)
    await house(work, "lost", group.id, position=None)
    compares = await comparer(work)

    totals = await totals_of(compares, await scope_of(work, None, None))
    found = {one.automat_id: one for one in await capacities(compares, totals)}

    metres = distance_metres(STATION, PASILA)
    assert totals.entities == 4
    assert totals.outcomes == {Outcome.BETTER: 3, Outcome.EXCEPTION: 1}
    assert totals.exceptions == {Exceptional.NO_ADDRESS: 1}
    assert totals.before.mean == pytest.approx(metres)
    assert totals.before.median == pytest.approx(metres, abs=1)
    assert totals.after.total == 0
    left, come = found[pasila.id], found[station.id]
    assert (left.flow.stays_from, left.flow.stays_to) == (2, 0)
    assert (come.flow.stays_from, come.flow.stays_to) == (0, 2)
    assert (left.flow.entities_before, left.flow.entities_after) == (4, 0)
    assert (come.flow.entities_before, come.flow.entities_after) == (0, 3)
    two_weeks = 14 / (30 * 28)
    assert left.free_before == pytest.approx(1 - two_weeks)
    assert left.free_after == pytest.approx(1)
    assert come.free_before == pytest.approx(1)
    assert come.free_after == pytest.approx(1 - two_weeks)


@given(st.lists(st.floats(0, 20_004_000), min_size=1))
def test_the_median_is_right_to_its_resolution(distances: list[float]) -> None:
    metres = Metres()
    for distance in distances:
        metres.add(distance)

    ranked = sorted(distances)
    exact = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2
    assert metres.median is not None
    assert metres.mean == pytest.approx(sum(distances) / len(distances))
    assert abs(metres.median - exact) <= (
        1 if ranked[len(ranked) // 2] < FINE else exact / 1_000 + 1
    )


def test_there_is_no_median_of_nothing() -> None:
    assert Metres().median is None
    assert Metres().mean is None
