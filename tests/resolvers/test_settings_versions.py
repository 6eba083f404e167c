"""Versions of what units and device groups say of settings."""

from datetime import timedelta
from typing import Any

import pytest
from areas_on_maps import box
from factories import HOUR, later, make_automat, make_entity, make_group, make_key, make_unit, push
from outcomes import undone
from sqlalchemy import select

from models.automats import AutomatModel, DeviceGroup
from models.organizations import OrganizationUnit
from models.places import PlacementPrecision
from models.selections import AutomatSelection, SelectionMode
from models.settings import SETTING_NAMES, UnitSettings, names_said
from models.settings_versions import SettingsVersion, said_of, says
from resolvers import device_groups, organizations
from resolvers.settings import lines
from resolvers.work import Work
from schema.scalars import to_id


async def versions(work: Work) -> list[tuple[int, dict[str, Any]]]:
    """List all versions with what was said."""
    rows = await work.all(work.own(SettingsVersion).order_by(SettingsVersion.id))
    return [(row.version, row.said) for row in rows]


async def test_each_change_is_a_version_with_its_moment(work: Work) -> None:
    unit = await make_unit(work, pin_length=5)
    after = later(work, HOUR)

    await organizations.update_unit(after, unit.id, {"pin_length": 7, "language": "fi"})
    await organizations.update_unit(after, unit.id, {"name": "Other", "pin_length": 7})
    await organizations.update_unit(after, unit.id, {"pin_length": None, "language": None})

    assert await versions(work) == [
        (1, {"pin_length": 5}),
        (2, {"language": "fi", "pin_length": 7}),
        (3, {}),
    ]
    rows = await work.all(work.own(SettingsVersion).order_by(SettingsVersion.id))
    assert [row.changed_at for row in rows] == [work.now, after.now, after.now]
    assert {(row.unit_id, row.device_group_id) for row in rows} == {(unit.id, None)}
    assert unit.settings_version == 3


async def test_device_groups_have_versions_too(work: Work) -> None:
    group = await make_group(work, settings={"pin_length": 5})
    silent = await make_group(work)

    await device_groups.update(work, group.id, settings={"pin_length": 6})
    await device_groups.update(work, silent.id, name="Silent")

    assert await versions(work) == [(1, {"pin_length": 5}), (2, {"pin_length": 6})]
    assert (group.settings_version, silent.settings_version) == (2, 0)


async def test_a_refused_change_is_no_version(work: Work) -> None:
    unit = await make_unit(work, pin_length=5)

    await undone(work, organizations.update_unit(work, unit.id, {"pin_length": 99}))

    assert await versions(work) == [(1, {"pin_length": 5})]


async def test_what_was_said_before_versions_were_kept_is_version_nought(work: Work) -> None:
    unit = await make_unit(work)
    unit.pin_length = 5  # as it was said once
    await work.save()

    await organizations.update_unit(work, unit.id, {"pin_length": 6})

    assert await versions(work) == [(0, {"pin_length": 5}), (1, {"pin_length": 6})]


async def test_all_that_is_said_is_read_again_as_it_was(work: Work) -> None:
    automat = await make_automat(work)
    every: Any = {name: getattr(UnitSettings(), name) for name in SETTING_NAMES} | {
        "least_precision": PlacementPrecision.STREET,
        "largest_distance_metres": 1_500.5,
        "selection_mode": SelectionMode.SHADOW,
        "excluded_models": (AutomatModel.LIVIONKEY_1,),
        "excluded_automats": (automat.id,),
        "served_area": box(24, 60, 25, 61),
        "excluded_area": None,
        "fetch_duration": timedelta(hours=36),
    }
    unit = await make_unit(work, **every)

    again = says((await versions(work))[0][1])

    assert {name: getattr(again, name) for name in SETTING_NAMES} == {
        name: getattr(unit, name) for name in SETTING_NAMES
    }
    assert said_of(again) == said_of(unit)
    assert names_said(again)
    assert not names_said(says({}))


async def test_a_decision_names_the_versions_of_the_policy_that_it_was_made_by(work: Work) -> None:
    town = await make_unit(work, pin_length=5)
    house = await make_unit(work, parent_id=town.id)
    group = await make_group(work, await make_automat(work), settings={"pin_length": 6})
    await device_groups.update(work, group.id, settings={"spreading_metres": 5.0})
    home = await make_entity(work, unit_id=house.id, device_group_id=group.id)
    await make_key(work, home)

    await push(work, home)

    ids = to_id(DeviceGroup, group.id), to_id(OrganizationUnit, town.id)
    ours = AutomatSelection.organization_id == work.actor.organization_id
    (kept,) = await work.scalars(select(AutomatSelection.policy_version).where(ours))
    assert kept == f"{ids[0]}@2 {ids[1]}@1"
    (line,) = await lines(work, [(work.actor.organization_id, None)])
    assert line.version() == ""
    (line,) = await lines(work, [(house.id, group.id)])
    assert line.effective().sayers.names["pin_length"] == group.name


@pytest.mark.parametrize("column", ["unit_id", "device_group_id"])
async def test_a_version_is_of_one_unit_or_one_group(work: Work, column: str) -> None:
    unit, group = await make_unit(work, pin_length=5), await make_group(work)
    twin = {"unit_id": unit.id, "device_group_id": group.id, "version": 1, "said": {}}
    neither = twin | {"unit_id": None, "device_group_id": None}
    same = twin | {"device_group_id": None}
    owner = work.actor.organization_id

    for said in (twin, neither, same) if column == "unit_id" else (twin, neither):
        with pytest.raises(Exception, match=r"settings_versions|UNIQUE"):
            async with work.session.begin_nested():
                await work.add(SettingsVersion(organization_id=owner, **said))
