"""Placements that somebody should look at: found, accepted, and set by hand."""

from typing import Any

import pytest
from counting import statements_of
from factories import (
    MARKET_SQUARE,
    NOON,
    PASILA,
    STATION,
    acting_as,
    make_automat,
    make_entity,
    make_stranger,
    make_unit,
    placed,
)
from outcomes import events

from models.accounts import Role
from models.addressed import PlacementProblem
from models.database import Database
from models.errors import ErrorCode, InvalidInput, NotAllowed, NotFound
from models.events import EventKind
from models.placement_reviews import ReviewReason
from models.places import Coordinates, PlacementPrecision, PostalAddress
from resolvers import entities
from resolvers.looking import Slice
from resolvers.placements import deciding, reviews
from resolvers.work import Reading, Work

KALLIO = PostalAddress("Katu 1, 00500 Helsinki")
AWAY = Coordinates(61.5, 23.8)


async def page(work: Work, *kinds: ReviewReason, **given: Any) -> Slice:
    await work.save()
    reading = Reading(await work.connection(), work.actor, work.now)
    asked = {"kinds": kinds or None, "unit_id": None, "first": None, "after": None, **given}
    return await reviews.page(reading, **asked)


async def reasons(work: Work, *kinds: ReviewReason) -> dict[Any, list[ReviewReason]]:
    found = (await page(work, *kinds)).rows
    return {one.id: [finding.reason for finding in one.findings] for one in found}


async def problem(work: Work, code: ErrorCode) -> Any:
    return await make_entity(work, address=KALLIO, found=PlacementProblem(code, "So it is."))


async def test_each_reason_is_found_and_nothing_else(work: Work) -> None:
    good = [await make_entity(work, STATION, address=KALLIO) for _ in range(4)]
    missing = await problem(work, ErrorCode.GEOCODER_UNAVAILABLE)
    ambiguous = await problem(work, ErrorCode.ADDRESS_AMBIGUOUS)
    coarse = await make_entity(work, found=placed(STATION, PlacementPrecision.STREET))
    far = await make_entity(work, AWAY, address=KALLIO)
    await make_entity(work, None)
    automat = await make_automat(work)
    automat.reported_position = MARKET_SQUARE
    near = await make_automat(work)
    near.reported_position = Coordinates(STATION.latitude + 0.0005, STATION.longitude)

    found = await reasons(work)

    assert found == {
        missing.id: [ReviewReason.MISSING],
        ambiguous.id: [ReviewReason.AMBIGUOUS],
        coarse.id: [ReviewReason.COARSE],
        far.id: [ReviewReason.FAR_FROM_NEIGHBOURS],
        automat.id: [ReviewReason.REPORTED_ELSEWHERE],
    }
    assert not {one.id for one in good} & set(found)
    for id, (reason,) in found.items():
        assert await reasons(work, reason) == {id: [reason]}
    assert await reasons(work, *()) == found


async def test_what_is_coarse_is_said_by_the_unit(work: Work) -> None:
    easy = await make_unit(work, least_precision=PlacementPrecision.CITY)
    there = await make_entity(work, found=placed(STATION, PlacementPrecision.STREET))
    await make_entity(work, found=placed(STATION, PlacementPrecision.CITY), unit_id=easy.id)

    (review,) = (await page(work)).rows

    assert review.id == there.id
    (finding,) = review.findings
    assert finding.message == (
        "It was placed only as STREET; its unit asks for INTERPOLATED or better."
    )
    assert (await page(work, unit_id=easy.id)).rows == []


async def test_pages_go_through_all_of_it(work: Work) -> None:
    made = [await problem(work, ErrorCode.ADDRESS_NOT_FOUND) for _ in range(3)]
    made.append(await make_automat(work, position=None))
    made += [await make_entity(work, STATION, address=KALLIO) for _ in range(5)]
    made += [await make_entity(work, AWAY, address=KALLIO) for _ in range(2)]
    seen, after, more = [], None, True
    while more:
        part = await page(work, first=2, after=after)
        seen += [one.id for one in part.rows]
        after, more = seen[-1], part.has_more

    assert seen == [one.id for one in made[:4] + made[9:]]


async def test_statements_do_not_grow_with_the_queue(database: Database, work: Work) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            await problem(work, ErrorCode.ADDRESS_NOT_FOUND)
            await make_entity(work, STATION, address=KALLIO)
            await make_unit(work, least_precision=PlacementPrecision.HOUSE_NUMBER)
        await work.save()
        reading = Reading(await work.connection(), work.actor, work.now)
        with statements_of(database) as seen:
            await reviews.page(reading, kinds=None, unit_id=None, first=None, after=None)
        counts.append(len(seen))

    assert counts[0] == counts[1]
    assert counts[0] <= 8


async def test_what_is_accepted_comes_back_when_its_placement_changes(work: Work) -> None:
    coarse = placed(STATION, PlacementPrecision.STREET)
    home = await make_entity(work, found=coarse)

    await deciding.accept(work, entity_id=home.id, automat_id=None, reason=" A long yard. ")

    assert await reasons(work) == {}
    (event,) = await events(work, EventKind.PLACEMENT_ACCEPTED)
    assert event.facts == {"reason": "A long yard."}
    await entities.move(work, home.id, address=None, found=coarse)
    assert await reasons(work) == {}
    again = placed(PASILA, PlacementPrecision.STREET)
    await entities.move(work, home.id, address=None, found=again)
    assert await reasons(work) == {home.id: [ReviewReason.COARSE]}
    assert home.placement_accepted_reason is None


async def test_a_place_by_hand_keeps_its_reason_until_it_is_placed_anew(work: Work) -> None:
    automat = await make_automat(work, position=None)

    await deciding.put(
        work, entity_id=None, automat_id=automat.id, coordinates=PASILA, reason="Behind the door."
    )

    assert automat.placement is not None
    assert automat.placement.precision is PlacementPrecision.MANUAL
    assert (automat.position, automat.placement_reason) == (PASILA, "Behind the door.")
    event = (await events(work, EventKind.ADDRESS_PLACED))[-1]
    assert event.facts == {"precision": "manual", "source": "manual", "reason": "Behind the door."}
    assert await reasons(work) == {}
    automat.place(placed(STATION))
    assert automat.placement_reason is None


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
async def test_a_decision_has_a_reason(work: Work, reason: str) -> None:
    home = await make_entity(work)

    with pytest.raises(InvalidInput):
        await deciding.accept(work, entity_id=home.id, automat_id=None, reason=reason)
    with pytest.raises(InvalidInput):
        await deciding.put(
            work, entity_id=home.id, automat_id=None, coordinates=PASILA, reason=reason
        )


async def test_who_may_not_change_a_thing_decides_nothing_about_it(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    installer, partner = acting_as(work, Role.INSTALLER), acting_as(work, Role.PARTNER)
    stranger = await make_stranger(work)

    with pytest.raises(NotAllowed):
        await deciding.accept(installer, entity_id=home.id, automat_id=None, reason="x")
    with pytest.raises(NotAllowed):
        await deciding.accept(partner, entity_id=None, automat_id=automat.id, reason="x")
    with pytest.raises(NotFound):
        await deciding.accept(stranger, entity_id=home.id, automat_id=None, reason="x")
    with pytest.raises(InvalidInput):
        await deciding.accept(work, entity_id=home.id, automat_id=automat.id, reason="x")
    assert work.now == NOON
