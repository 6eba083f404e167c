"""What holds where, and who says it: units, those above them, and device groups before both."""

from datetime import timedelta
from typing import Any

import pytest
from factories import acting_as, make_group, make_stranger, make_unit
from outcomes import undone
from sqlalchemy import event

from models.accounts import Role
from models.automats import DeviceGroup
from models.database import Database
from models.errors import ErrorCode
from models.organizations import OrganizationUnit
from models.settings import DAY, Setting, UnitSettings
from resolvers import device_groups, organizations, settings
from resolvers.settings import Told
from resolvers.work import Reading, Work


async def told(
    work: Work, unit: OrganizationUnit, group: DeviceGroup | None = None
) -> dict[Setting, Told]:
    """Ask for everything that holds somewhere."""
    (line,) = await settings.lines(work, [(unit.id, group.id if group else None)])
    return {one.setting: one for one in line.told()}


async def test_a_new_organization_has_the_settings_of_the_house(work: Work) -> None:
    assert await settings.settings(work, work.actor.organization_id) == UnitSettings()


async def test_a_unit_takes_what_it_does_not_say_from_above(work: Work) -> None:
    root = work.actor.organization_id
    town = await make_unit(work, language="sv")
    house = await make_unit(work, parent_id=town.id, time_zone="Europe/Oslo")
    await organizations.update_unit(work, root, {"language": "fi", "uses_automats": False})

    held = await settings.settings(work, house.id)
    assert (held.language, held.time_zone) == ("sv", "Europe/Oslo")
    assert held.uses_automats is False
    await organizations.update_unit(work, town.id, {"language": None})

    assert (await settings.settings(work, house.id)).language == "fi"


async def test_a_device_group_comes_before_the_units(work: Work) -> None:
    town = await make_unit(work, pin_length=5, fetch_duration=2 * DAY)
    house = await make_unit(work, parent_id=town.id, pin_length=7)
    group = await make_group(work, settings={"pin_length": 9, "overdue_delay": DAY})
    quiet = await make_group(work)

    held = await settings.settings(work, house.id, group.id)

    assert (held.pin_length, held.overdue_delay, held.fetch_duration) == (9, DAY, 2 * DAY)
    assert (await settings.settings(work, house.id)).pin_length == 7
    assert (await settings.settings(work, house.id, quiet.id)).pin_length == 7
    await device_groups.update(work, group.id, settings={"pin_length": None})
    assert (await settings.settings(work, house.id, group.id)).pin_length == 7


async def test_what_holds_in_many_places_is_told_in_the_order_they_were_asked_for(
    work: Work,
) -> None:
    one, other = await make_unit(work, pin_length=4), await make_unit(work, pin_length=8)
    group = await make_group(work, settings={"pin_length": 6})

    pairs = [(other.id, None), (one.id, group.id), (one.id, None), (other.id, None)]
    held = await settings.effective(work, pairs)

    assert [each.pin_length for each in held] == [8, 6, 4, 8]
    of_units = await settings.settings_of_all(work, [one.id, other.id])
    assert [each.pin_length for each in of_units] == [4, 8]


async def test_every_value_is_told_with_who_says_it(work: Work) -> None:
    town = await make_unit(work, language="sv", return_sync_time=5 * DAY)
    house = await make_unit(work, parent_id=town.id, language="fi")
    group = await make_group(work, settings={"silence_tolerance": timedelta(0)})

    found = await told(work, house, group)

    assert list(found) == list(Setting)
    language, synced = found[Setting.LANGUAGE], found[Setting.RETURN_SYNC_TIME]
    silent, pin = found[Setting.SILENCE_TOLERANCE], found[Setting.PIN_LENGTH]
    assert (language.value, language.unit, language.group) == ("fi", house, None)
    assert (synced.value, synced.unit, synced.group) == (5 * DAY, town, None)
    assert (silent.value, silent.unit, silent.group) == (timedelta(0), None, group)
    assert (pin.value, pin.unit, pin.group) == (6, None, None)
    alone = await told(work, house)
    assert alone[Setting.SILENCE_TOLERANCE].value == UnitSettings().silence_tolerance
    assert alone[Setting.SILENCE_TOLERANCE].group is None


async def test_what_others_say_holds_for_nobody_else(work: Work) -> None:
    stranger = await make_stranger(work)
    theirs = await make_unit(stranger, pin_length=4)
    group = await make_group(stranger, settings={"pin_length": 5})
    root = work.actor.organization_id

    held = await settings.effective(work, [(theirs.id, group.id), (root, group.id)])

    assert held == [UnitSettings(), UnitSettings()]


@pytest.mark.parametrize("count", [1, 40])
async def test_two_statements_tell_what_holds_in_any_number_of_places(
    work: Work, database: Database, count: int
) -> None:
    pairs = []
    above = work.actor.organization_id
    for _ in range(count):
        above = (await make_unit(work, parent_id=above, pin_length=5)).id
        pairs.append((above, (await make_group(work)).id))
    connection = await work.connection()
    reading = Reading(connection, work.actor, work.now)
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = database._writers.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    held = await settings.effective(reading, pairs)
    event.remove(engine, "before_cursor_execute", note)

    assert [each.pin_length for each in held] == [5] * count
    assert len(seen) == 2


async def test_settings_of_a_group_are_not_for_who_installs_automats(work: Work) -> None:
    installer = acting_as(work, Role.INSTALLER)
    group = await make_group(installer)

    made = await undone(work, make_group(installer, settings={"pin_length": 5}))
    changed = await undone(
        work, device_groups.update(installer, group.id, settings={"pin_length": 5})
    )

    assert {made.code, changed.code} == {ErrorCode.NOT_ALLOWED}
    await device_groups.update(installer, group.id, name="City")
