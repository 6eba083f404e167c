"""A stored decision is made again from what it saw: the same bytes, or what differs."""

import json
from typing import Any

import pytest
from batches import asked, pushed, reservation_of
from factories import (
    DAY,
    PASILA,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_group,
    make_key,
    make_unit,
    push,
)
from sqlalchemy import select, update
from towns import MIDDLE

from models.automats import AutomatModel
from models.base import table_of
from models.places import Coordinates
from models.reservations import Reservation
from models.selections import AutomatSelection, SelectionArea
from resolvers.replays import Replay, replayed
from resolvers.work import Reading, Work

ONE = AutomatModel.LIVIONKEY_1
CORNERS = [[24.9, 60.1], [25.0, 60.1], [25.0, 60.3], [24.9, 60.3], [24.9, 60.1]]
SQUARE = json.dumps({"type": "Polygon", "coordinates": [CORNERS]}, separators=(",", ":"))


async def again(work: Work, reservation: Reservation) -> Replay:
    await work.save()
    reading = Reading(await work.connection(), work.actor, work.now)
    return await replayed(reading, reservation.id)


def is_same(replay: Replay) -> bool:
    return replay.outcome is not None and replay.differences == ()


async def change(work: Work, **columns: Any) -> None:
    """Write something else into the one decision that there is."""
    table = table_of(AutomatSelection)
    mine = table.c.organization_id == work.actor.organization_id
    await (await work.connection()).execute(update(table).where(mine).values(**columns))


async def test_each_stay_of_a_call_is_replayed_as_it_saw_what_the_others_took(work: Work) -> None:
    for name, place in (("Station", STATION), ("Pasila", PASILA)):
        await make_automat(work, name, place, ONE)
    desk, homes = await make_desk(work), []
    for number in range(4):
        homes.append(await make_entity(work, STATION, name=f"Home {number}"))
        await make_key(work, homes[-1], desk=desk)
    requests = [asked(home, home.name, starts_at=work.now + DAY) for home in homes]

    done = await pushed(work, *requests)

    replays = [await again(work, reservation_of(one)) for one in done]
    assert [is_same(replay) for replay in replays] == [True] * 4
    chosen = [replay.selection.automat_id for replay in replays]
    assert len(set(chosen) - {None}) == 2
    assert chosen[2:] == [None, None]
    assert "has a free locker for as long from" in replays[3].selection.notes[-1]
    lengths = [len(replay.selection.inputs) for replay in replays]
    assert max(lengths[1:]) < lengths[0]  # which has the automats and the settings of all


async def test_what_happened_since_changes_nothing(work: Work) -> None:
    station, home = await make_automat(work, "Station"), await make_entity(work)
    await make_key(work, home)
    stay, _ = await push(work, home)
    station.name, station.position = "Elsewhere", PASILA
    await work.save()

    assert is_same(await again(work, stay))


async def test_nothing_and_desks_are_replayed_too(work: Work) -> None:
    without, unit = await make_entity(work), await make_unit(work, uses_automats=False)
    at_desk = await make_entity(work, unit_id=unit.id)
    await make_key(work, at_desk)

    stays = [(await push(work, home))[0] for home in (without, at_desk)]

    replays = [await again(work, stay) for stay in stays]
    assert [is_same(replay) for replay in replays] == [True, True]
    kinds = [json.loads(replay.inputs or "")["asked"] for replay in replays]
    assert kinds == ["nothing", "desk"]


@pytest.mark.parametrize("full", [False, True])
async def test_of_very_many_automats_those_are_kept_that_made_the_decision(
    work: Work, *, full: bool
) -> None:
    places = [Coordinates(MIDDLE.latitude + n / 1e4, MIDDLE.longitude) for n in range(120)]
    automats = [await make_automat(work, f"Automat {n}", at, ONE) for n, at in enumerate(places)]
    if full:
        for automat in automats:
            automat.usable_lockers = 0
    group, home = await make_group(work, *automats), await make_entity(work, MIDDLE)
    await make_key(work, home)
    await work.save()

    stay, _ = await push(work, home, device_group_id=group.id)

    replay = await again(work, stay)
    inputs = json.loads(replay.inputs or "")
    kept = len(inputs["sights"]["automats"])
    assert is_same(replay)
    assert replay.selection.examined == 120
    assert (kept, inputs["left_out"]["count"]) == ((50, 70) if full else (11, 109))
    assert inputs["left_out"]["codes"] == ({"full_in_window": 70} if full else {})


async def test_an_area_is_kept_once_however_many_decisions_go_by_it(work: Work) -> None:
    unit = await make_unit(work, served_area=SQUARE)
    await make_automat(work, "Station")
    home = await make_entity(work, unit_id=unit.id)
    await make_key(work, home)
    first, _ = await push(work, home)
    second, _ = await push(work, home, starts_at=work.now + 9 * DAY)

    replays = [await again(work, stay) for stay in (first, second)]

    assert [is_same(replay) for replay in replays] == [True, True]
    areas = await work.rows(work.own(SelectionArea).with_only_columns(SelectionArea.area))
    assert len(areas) == 1
    assert "coordinates" not in (replays[0].inputs or "")


async def test_a_decision_of_before_says_that_it_cannot_be_made_again(work: Work) -> None:
    await make_automat(work)
    home = await make_entity(work)
    await make_key(work, home)
    stay, _ = await push(work, home)
    await change(work, inputs=None)

    replay = await again(work, stay)

    assert (replay.outcome, replay.differences) == (None, ())


async def test_what_comes_out_otherwise_is_told(work: Work) -> None:
    await make_automat(work)
    home = await make_entity(work)
    await make_key(work, home)
    stay, _ = await push(work, home)
    await change(work, examined=7)

    replay = await again(work, stay)

    (difference,) = replay.differences
    assert (difference.name, difference.stored, difference.replayed) == ("examined", "7", "1")


async def test_a_record_is_canonical_and_holds_no_people(work: Work) -> None:
    await make_automat(work)
    home = await make_entity(work)
    await make_key(work, home)
    await push(work, home)

    kept = table_of(AutomatSelection).c
    ours = kept.organization_id == work.actor.organization_id
    (inputs,) = await work.rows(select(kept.inputs).where(ours))

    document = json.loads(inputs[0])
    written = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert inputs[0] == written
    assert "Aino" not in inputs[0]
