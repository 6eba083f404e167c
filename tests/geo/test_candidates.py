"""What a decision tells of the automats that were looked at: their ranks, and how many."""

from collections.abc import Sequence
from typing import Any

from choosing import choice, chosen, names, with_key
from factories import (
    DAY,
    HOUR,
    MARKET_SQUARE,
    NOON,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_group,
    make_key,
    push,
)

from geo.looking import FIRST_LOOK
from models.automats import Automat, AutomatModel, AutomatState
from models.errors import NoSuitableAutomat
from models.places import Coordinates
from models.selections import RejectionCode
from resolvers.work import Work

ONE = AutomatModel.LIVIONKEY_1


def along(metres: float) -> Coordinates:
    """Go east from the station."""
    return Coordinates(STATION.latitude, STATION.longitude + metres / 55_500)


async def row_of(work: Work, count: int, **given: Any) -> Sequence[Automat]:
    return [
        await make_automat(work, f"{at:02}", along(at * 10), ONE, **given) for at in range(count)
    ]


async def test_of_several_automats_with_keys_the_nearest_is_taken(work: Work) -> None:
    apartment = await make_entity(work, STATION)
    for name, place in (("Pasila", PASILA), ("Square", MARKET_SQUARE)):
        automat = await make_automat(work, name, place)
        await make_key(work, apartment, automat=automat)

    decision = await choice(work, apartment)

    assert names(decision) == ["Square", "Pasila"]


async def test_a_group_without_places_takes_the_largest_share_of_free_lockers(work: Work) -> None:
    small = await make_automat(work, "Small", None, ONE)
    large = await make_automat(work, "Large", None)
    group = await make_group(work, small, large)
    nowhere = await with_key(work, None, device_group_id=group.id)
    other = await with_key(work, None)
    assert chosen(await choice(work, nowhere)) == "Small"

    await push(work, other, automat_id=large.id)
    assert chosen(await choice(work, nowhere)) == "Small"
    await push(work, await with_key(work, None), automat_id=small.id)

    decision = await choice(work, nowhere)
    assert names(decision) == ["Large", "Small"]
    assert decision.candidates[0].metres is None


async def test_a_group_with_places_takes_the_nearest(work: Work) -> None:
    pasila = await make_automat(work, "Pasila", PASILA)
    square = await make_automat(work, "Square", MARKET_SQUARE)
    nowhere = await make_automat(work, "Nowhere", None)
    await make_automat(work, "Station", STATION)
    group = await make_group(work, pasila, square, nowhere)

    decision = await choice(work, await with_key(work), device_group_id=group.id)

    assert names(decision) == ["Square", "Pasila", "Nowhere"]
    assert decision.examined == 3


async def test_in_a_group_too_a_millimetre_is_a_tie(work: Work) -> None:
    behind = await make_automat(work, "Installed first", Coordinates(60.2 + 4e-9, 25))
    later = Work(work.session, work.actor, work.now + HOUR)
    near = await make_automat(later, "Installed later", Coordinates(60.2, 25))
    group = await make_group(work, behind, near)
    south = await with_key(work, Coordinates(60.1, 25))

    assert chosen(await choice(work, south, device_group_id=group.id)) == "Installed first"


async def test_the_list_goes_ten_beyond_the_chosen_one(work: Work) -> None:
    await row_of(work, 15)

    decision = await choice(work, await with_key(work))

    assert names(decision) == [f"{at:02}" for at in range(11)]
    assert [one.rank for one in decision.candidates] == list(range(1, 12))
    assert decision.examined == FIRST_LOOK


async def test_rejected_ones_come_after_all_suitable_ones(work: Work) -> None:
    row = await row_of(work, 14)
    row[0].state = row[5].state = AutomatState.OUT_OF_SERVICE

    decision = await choice(work, await with_key(work))

    assert names(decision)[0] == "01"
    assert names(decision)[-2:] == ["00", "05"]
    assert len(decision.candidates) == 12
    assert [one.is_suitable for one in decision.candidates] == [True] * 10 + [False] * 2


async def test_the_list_has_fifty_at_most_and_the_search_goes_on(work: Work) -> None:
    row = await row_of(work, 75)
    for automat in row[:70]:
        automat.state = AutomatState.OUT_OF_SERVICE

    decision = await choice(work, await with_key(work))

    assert names(decision)[:6] == ["70", "71", "72", "73", "74", "00"]
    assert len(decision.candidates) == 50
    assert decision.examined == 75


async def test_nothing_suitable_shows_all_that_was_examined(work: Work) -> None:
    row = await row_of(work, 18)
    for automat in row:
        automat.last_seen_at = NOON - DAY

    decision = await choice(work, await with_key(work))

    assert chosen(decision) is None
    assert len(decision.candidates) == decision.examined == 18
    assert isinstance(decision.refusal, NoSuitableAutomat)
    assert "18 automats" in decision.refusal.message


async def test_an_automat_without_a_place_is_told_after_the_others(work: Work) -> None:
    await make_automat(work, "Nowhere", None)
    await make_automat(work, "Pasila", PASILA)

    decision = await choice(work, await with_key(work))

    assert names(decision) == ["Pasila", "Nowhere"]
    (rejection,) = decision.candidates[1].rejections
    assert rejection.code is RejectionCode.POSITION_UNKNOWN
