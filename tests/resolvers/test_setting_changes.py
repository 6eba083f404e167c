"""What units and device groups may say: values that make sense, and that fit each other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import NOON, make_group, make_stranger, make_unit
from outcomes import events, everything, undone
from sqlalchemy import select

from models.accounts import Actor
from models.automats import AutomatModel
from models.database import Database
from models.errors import ErrorCode, LivionKeyError
from models.events import EventKind
from models.organizations import OrganizationUnit
from models.settings import DAY, DURATION_NAMES, LONGEST_TIME, UnitSettings
from resolvers import device_groups, organizations, settings
from resolvers.work import Work

SECOND = timedelta(seconds=1)
NEVER_ZERO = {"fetch_duration", "return_duration"}
NEVER_NEGATIVE = ("spreading_metres", "return_elsewhere_metres", "failover_extra_metres")
WRONG: list[tuple[str, Any]] = [
    ("time_zone", "Europe/Nowhere"),
    ("time_zone", ""),
    ("country_code", "fi"),
    ("country_code", "FIN"),
    ("language", "fi-FI"),
    ("language", "FI"),
    ("language", "f"),
    ("language", ""),
    ("largest_distance_metres", 0.0),
    ("largest_distance_metres", -1.0),
    ("largest_distance_metres", float("nan")),
    ("largest_distance_metres", float("inf")),
    ("pin_length", 3),
    ("pin_length", 10),
    *((name, wrong) for name in NEVER_NEGATIVE for wrong in (-0.5, float("nan"), float("inf"))),
    ("served_area", '{"type":"Polygon","coordinates":[]}'),
    ("excluded_area", '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}'),
    ("preferred_area", "null"),
    ("excluded_automats", tuple(UUID(int=number) for number in range(1_001))),
    *((name, -SECOND) for name in DURATION_NAMES),
    *((name, LONGEST_TIME + SECOND) for name in DURATION_NAMES),
    *((name, timedelta(0)) for name in sorted(NEVER_ZERO)),
]
RIGHT: list[tuple[str, Any]] = [
    ("time_zone", "Asia/Tokyo"),
    ("country_code", "NO"),
    ("language", "fi"),
    ("language", "smn"),
    ("largest_distance_metres", 0.5),
    ("pin_length", 4),
    ("pin_length", 9),
    *((name, 0.0) for name in NEVER_NEGATIVE),
    ("excluded_automats", ()),
    ("excluded_models", tuple(AutomatModel)),
    ("served_area", '{"type":"Polygon","coordinates":[[[0.0,0.0],[1.0,0.0],[1.0,1.0],[0.0,0.0]]]}'),
    *((name, timedelta(0)) for name in DURATION_NAMES if "return" not in name),
    *((name, LONGEST_TIME) for name in DURATION_NAMES if name != "return_duration"),
]


def changed(work: Work, id: UUID, said: Any) -> Awaitable[Any]:
    return organizations.update_unit(work, id, said)


def group_changed(work: Work, id: UUID, said: Any) -> Awaitable[Any]:
    return device_groups.update(work, id, settings=said)


@pytest.mark.parametrize(("name", "value"), WRONG)
async def test_a_value_that_makes_no_sense_is_refused_wherever_it_is_said(
    work: Work, name: str, value: Any
) -> None:
    unit, group = (await make_unit(work)).id, (await make_group(work)).id
    said = {name: value}

    refusals = [
        await undone(work, make_unit(work, **said)),
        await undone(work, changed(work, unit, said)),
        await undone(work, make_group(work, settings=said)),
        await undone(work, group_changed(work, group, said)),
    ]

    in_seconds = name in DURATION_NAMES
    written = f"{name.removesuffix('_time')}_seconds" if in_seconds else name
    written = written.replace("excluded_automats", "excluded_automat_ids")
    assert {refusal.code for refusal in refusals} == {ErrorCode.INVALID_INPUT}
    assert {refusal.path for refusal in refusals} == {("settings", written)}


@pytest.mark.parametrize(("name", "value"), [one for one in RIGHT if one[0] not in NEVER_ZERO])
async def test_a_value_at_the_edge_of_what_makes_sense_is_taken(
    work: Work, name: str, value: Any
) -> None:
    unit = await make_unit(work, **{name: value})

    assert getattr(await settings.settings(work, unit.id), name) == value


@pytest.mark.parametrize("name", sorted(NEVER_ZERO))
async def test_a_locker_is_held_for_a_second_at_least(work: Work, name: str) -> None:
    unit = await make_unit(work, **{name: SECOND})

    assert getattr(await settings.settings(work, unit.id), name) == SECOND


async def test_the_refusal_of_a_duration_says_what_would_do(work: Work) -> None:
    refusal = await undone(work, make_unit(work, fetch_duration=timedelta(0)))

    assert refusal.message == "The fetch duration must be from 1 to 315360000 seconds, not 0."


async def test_the_old_values_of_a_unit_do_not_stand_against_its_new_name(work: Work) -> None:
    unit = await make_unit(work)
    unit.default_sync_time = 2 * LONGEST_TIME  # as it could be said once
    await work.save()

    await organizations.update_unit(work, unit.id, {"name": "North"})
    await organizations.update_unit(work, unit.id, {"pin_length": 5})

    assert (unit.name, unit.pin_length) == ("North", 5)


async def test_a_return_pin_may_not_come_late_in_any_unit(work: Work) -> None:
    too_long = UnitSettings().return_sync_time + SECOND
    unit = (await make_unit(work, name="Kallio")).id
    before = await everything(work)

    refusals = [
        await undone(work, make_unit(work, name="Kallio", return_duration=too_long)),
        await undone(work, changed(work, unit, {"return_duration": too_long})),
    ]

    for refusal in refusals:
        assert refusal.code is ErrorCode.INVALID_INPUT
        assert "the unit Kallio: The return sync time (4 d)" in refusal.message
        assert "the return duration (4 d 1 s)" in refusal.message
        assert refusal.path == ("settings", "return_sync_seconds")
    assert await everything(work) == before
    await changed(work, unit, {"return_duration": too_long, "return_sync_time": too_long})


async def test_a_change_above_may_not_break_what_is_said_below(work: Work) -> None:
    town = (await make_unit(work, name="Town", return_sync_time=20 * DAY)).id
    street = await make_unit(work, name="Street", parent_id=town)
    below = await make_unit(work, name="House", parent_id=street.id, return_duration=10 * DAY)
    house = below.id
    before = await everything(work)

    shorter = await undone(work, changed(work, town, {"return_sync_time": 9 * DAY}))
    inherited = await undone(work, changed(work, town, {"return_sync_time": None}))

    assert "the unit House: The return sync time (9 d)" in shorter.message
    assert "the unit House: The return sync time (4 d)" in inherited.message
    assert await everything(work) == before
    await changed(work, house, {"return_duration": None})
    await changed(work, town, {"return_sync_time": None})


async def test_a_change_of_one_unit_asks_nothing_of_its_neighbours(work: Work) -> None:
    other = await make_unit(work)
    other.return_duration = 99 * DAY  # which could not be said
    await work.save()

    unit = await make_unit(work, pin_length=5)
    await changed(work, unit.id, {"pin_length": 6})

    assert unit.pin_length == 6


async def test_a_device_group_has_to_fit_every_unit(work: Work) -> None:
    await make_unit(work, name="Kallio", return_sync_time=3 * DAY)
    group = (await make_group(work, name="City")).id
    before = await everything(work)
    wrong: Any = {"return_duration": 3 * DAY + SECOND}

    made = await undone(work, make_group(work, name="City 2", settings=wrong))
    said = await undone(work, group_changed(work, group, wrong))

    where = "the unit Kallio with the device group City: The return sync time (3 d)"
    assert where in said.message
    assert "Kallio with the device group City 2" in made.message
    assert await everything(work) == before
    await group_changed(work, group, {"return_duration": 3 * DAY})


async def test_a_device_group_has_to_fit_a_unit_that_says_nothing(work: Work) -> None:
    refusal = await undone(work, make_group(work, settings={"return_sync_time": 2 * DAY}))

    assert "the unit Kotikatu Isännöinti with the device group" in refusal.message


async def test_a_unit_has_to_fit_the_device_groups(work: Work) -> None:
    group = (await make_group(work, name="City", settings={"return_duration": 4 * DAY})).id
    unit = (await make_unit(work, name="Kallio")).id
    below = (await make_unit(work, name="House", parent_id=unit, return_duration=DAY)).id

    of_unit = await undone(work, changed(work, unit, {"return_sync_time": 3 * DAY}))
    of_below = await undone(work, changed(work, below, {"return_sync_time": 3 * DAY}))
    made = await undone(work, make_unit(work, name="New", return_sync_time=3 * DAY))

    assert "the unit Kallio with the device group City" in of_unit.message
    assert "the unit House with the device group City" in of_below.message
    assert "the unit New with the device group City" in made.message
    await group_changed(work, group, {"return_duration": None})
    await changed(work, unit, {"return_sync_time": 3 * DAY})


async def test_groups_and_units_of_others_do_not_stand_against_it(work: Work) -> None:
    stranger = await make_stranger(work)
    await make_group(stranger, settings={"return_duration": 4 * DAY})
    await make_unit(stranger, return_duration=4 * DAY)

    unit = await make_unit(work, return_sync_time=3 * DAY)
    await make_group(work, settings={"return_sync_time": 3 * DAY})

    assert unit.return_sync_time == 3 * DAY


async def test_a_change_of_settings_is_written_down(work: Work) -> None:
    unit = (await make_unit(work)).id
    group = (await make_group(work)).id
    await changed(work, unit, {"pin_length": 5, "language": "fi"})
    await group_changed(work, group, {"pin_length": 5})

    (of_unit,) = await events(work, EventKind.ORGANIZATION_UNIT_UPDATED)
    (of_group,) = await events(work, EventKind.DEVICE_GROUP_UPDATED)

    assert of_unit.facts == {"changed": ["language", "pin_length"]}
    assert of_group.facts == {"settings": ["pin_length"]}


Act = Callable[[Work], Awaitable[Any]]


async def at_once(database: Database, owner: Actor, *acts: Act) -> list[ErrorCode]:
    """Do things at the same time, each in its own transaction; lists the refusals."""
    all_begun = asyncio.Barrier(len(acts)) if not database.is_sqlite else None

    async def one(act: Act) -> ErrorCode | None:
        try:
            async with database.writing() as session:
                work = Work(session, owner, NOON)
                await work.rows(select(OrganizationUnit.id))
                if all_begun is not None:
                    await all_begun.wait()
                await act(work)
        except LivionKeyError as refusal:
            return refusal.code
        return None

    return [code for code in await asyncio.gather(*map(one, acts)) if code is not None]


@pytest.fixture
async def founder(database: Database) -> Actor:
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


def unit_says(id: UUID, **said: Any) -> Act:
    changes: Any = said
    return lambda work: organizations.update_unit(work, id, changes)


def group_says(id: UUID, **said: Any) -> Act:
    changes: Any = said
    return lambda work: device_groups.update(work, id, settings=changes)


@pytest.mark.parametrize("turn", range(3))
async def test_no_bad_settings_come_of_two_good_changes_at_once(
    database: Database, founder: Actor, turn: int
) -> None:
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        town = await make_unit(work, name="Town")
        house = await make_unit(work, name="House", parent_id=town.id)
        group = await make_group(work)
    longer = unit_says(house.id, return_duration=4 * DAY)
    shorter = unit_says(town.id, return_sync_time=3 * DAY)
    of_group = group_says(group.id, return_sync_time=3 * DAY)
    acts = [(longer, shorter), (shorter, longer), (longer, of_group)][turn]

    refusals = await at_once(database, founder, *acts)

    assert refusals == [ErrorCode.INVALID_INPUT]
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        for held in await settings.effective(work, [(house.id, None), (house.id, group.id)]):
            held.check()
