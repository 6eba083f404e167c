"""Automats come with all their lockers; groups hold some of them."""

from typing import Any

import pytest
from factories import (
    PASILA,
    STATION,
    acting_as,
    make_automat,
    make_group,
    make_key,
    make_stranger,
    make_unit,
    placed,
)
from outcomes import events, everything, members, undone
from sqlalchemy import select

from models.accounts import Role
from models.addressed import PlacementProblem
from models.automats import AutomatModel, Locker, LockerState
from models.errors import ErrorCode, InvalidInput
from models.events import EventKind
from models.places import PostalAddress
from resolvers import automats, device_groups, organizations
from resolvers.work import Work


@pytest.mark.parametrize(
    ("model", "count"), [(AutomatModel.LIVIONKEY_30, 30), (AutomatModel.LIVIONKEY_1, 1)]
)
async def test_an_automat_has_its_lockers(work: Work, model: AutomatModel, count: int) -> None:
    automat = await make_automat(work, model=model, device_id="000111")

    lockers = await work.all(
        select(Locker).where(Locker.automat_id == automat.id).order_by(Locker.index)
    )
    assert [locker.index for locker in lockers] == list(range(count))
    assert {locker.state for locker in lockers} == {LockerState.EMPTY}
    assert automat.device_id == "000111"
    assert (automat.installed_at, automat.last_seen_at) == (work.now, None)


async def test_a_time_zone_is_fixed_at_installation(work: Work) -> None:
    root = work.actor.organization_id
    unit = await make_unit(work, time_zone="Europe/Oslo")
    below = await make_unit(work, parent_id=unit.id)

    inherited = await make_automat(work, unit_id=below.id)
    own = await make_automat(work, unit_id=below.id, time_zone="Asia/Tokyo")
    default = await make_automat(work)
    await organizations.update_unit(work, unit.id, {"time_zone": "Europe/Rome"})
    await organizations.update_unit(work, root, {"time_zone": "Europe/Rome"})

    zones = [inherited.time_zone, own.time_zone, default.time_zone]
    assert zones == ["Europe/Oslo", "Asia/Tokyo", "Europe/Helsinki"]
    assert (await make_automat(work, unit_id=below.id)).time_zone == "Europe/Rome"


async def test_a_device_id_is_given_once_in_an_organization(work: Work) -> None:
    await make_automat(work, device_id="7")
    before = await everything(work)

    refusal = await undone(work, make_automat(work, device_id="7"))

    assert (refusal.code, refusal.path) == (ErrorCode.EXTERNAL_ID_IN_USE, ("device_id",))
    assert await everything(work) == before
    await make_automat(work, device_id="07")
    await make_automat(await make_stranger(work), device_id="7")


@pytest.mark.parametrize("wrong", [{"device_id": " "}, {"name": ""}, {"time_zone": "Nowhere"}])
async def test_what_makes_no_sense_is_not_installed(work: Work, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await make_automat(work, **{"name": "Station", **wrong})


async def test_an_automat_without_a_place_is_installed_and_told(work: Work) -> None:
    problem = PlacementProblem(ErrorCode.ADDRESS_AMBIGUOUS, "Two of them.")

    automat = await automats.install(
        work,
        device_id="7",
        name="Somewhere",
        model=AutomatModel.LIVIONKEY_1,
        address=PostalAddress("Katu 1"),
        found=problem,
    )

    assert (automat.placement, automat.placement_problem) == (None, problem)
    assert len(await events(work, EventKind.ADDRESS_NOT_PLACED)) == 1
    await automats.move(work, automat.id, address=None, found=placed(PASILA))
    assert automat.position == PASILA
    assert automat.placement_problem is None
    assert automat.address == PostalAddress("Katu 1")


async def test_a_locker_comes_back_as_what_is_in_it(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat, locker_index=0)
    (empty,) = await work.all(
        select(Locker).where(Locker.automat_id == automat.id, Locker.index == 1)
    )

    for locker_id in (key.locker_id, empty.id):
        await automats.update_locker(work, locker_id, out_of_order=True)
    states = [
        (await automats.update_locker(work, locker_id, out_of_order=False)).state
        for locker_id in (key.locker_id, empty.id)
    ]

    assert states == [LockerState.WITH_KEY, LockerState.EMPTY]


async def test_a_group_holds_each_automat_once(work: Work) -> None:
    one, other = await make_automat(work, position=STATION), await make_automat(work)
    group = await make_group(work, one, one, other)
    assert await members(work, group) == {one.id, other.id}

    await device_groups.update(work, group.id, automat_ids=[other.id])

    assert await members(work, group) == {other.id}


async def test_an_automat_joins_groups_when_it_is_installed(work: Work) -> None:
    group = await make_group(work)

    automat = await make_automat(work, device_group_ids=[group.id, group.id])

    assert await members(work, group) == {automat.id}


async def test_a_group_has_a_name_of_its_own(work: Work) -> None:
    await make_group(work, name="City")
    other = await make_group(work, name="Suburbs")

    made = await undone(work, make_group(work, name="City"))
    renamed = await undone(work, device_groups.update(work, other.id, name="City"))

    assert {made.code, renamed.code} == {ErrorCode.EXTERNAL_ID_IN_USE}


async def test_a_limit_of_free_lockers_is_not_negative(work: Work) -> None:
    with pytest.raises(InvalidInput):
        await device_groups.create(work, name="City", automat_ids=[], free_locker_limit=-1)


async def test_an_installer_installs(work: Work) -> None:
    automat = await make_automat(acting_as(work, Role.INSTALLER))

    assert automat.organization_id == work.actor.organization_id
