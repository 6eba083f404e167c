"""Where automats are missing."""

import pytest
from factories import (
    MARKET_SQUARE,
    PASILA,
    STATION,
    acting_as,
    make_automat,
    make_entity,
    make_stranger,
    make_unit,
)

from geo.position import distance_metres
from models.accounts import Role
from models.automats import AutomatState
from models.errors import InvalidInput, NotAllowed
from models.places import Coordinates
from resolvers.comparison import asking
from resolvers.comparison.missing import Missing
from resolvers.work import Work

TAMPERE = Coordinates(61.498151, 23.761025)
BESIDE = Coordinates(61.4985, 23.7615)


async def missing(work: Work, limit: float | None = 1_000) -> Missing:
    return await asking.missing(work, None, None, limit_metres=limit, count=10)


async def test_the_places_that_serve_most_come_first_with_the_metres_saved(work: Work) -> None:
    await make_automat(work, position=STATION)
    homes = [await make_entity(work, place) for place in (MARKET_SQUARE, PASILA, TAMPERE)]
    await make_entity(work, BESIDE)
    await make_entity(work, None)

    found = await missing(work)

    first, second = found.places
    assert (found.entities, found.beyond, found.without_place) == (5, 3, 1)
    assert (first.place, first.entity_id, first.served) == (TAMPERE, homes[2].id, 2)
    before = sum(distance_metres(STATION, place) for place in (TAMPERE, BESIDE))
    saved = before - distance_metres(TAMPERE, BESIDE)
    assert first.metres_saved == pytest.approx(saved, abs=0.1)
    assert (second.place, second.served) == (PASILA, 1)


async def test_only_automats_in_service_count(work: Work) -> None:
    for _ in range(5):
        automat = await make_automat(work)
        automat.state = AutomatState.OUT_OF_SERVICE
    await make_automat(await make_stranger(work))
    await make_entity(work)

    none = await missing(work)
    await make_automat(work, position=MARKET_SQUARE)
    one = await missing(work)

    assert (none.beyond, none.places[0].metres_saved) == (1, 0)
    assert one.beyond == 0
    assert one.places == []


async def test_the_limit_is_that_of_the_settings_where_none_is_given(work: Work) -> None:
    near = await make_unit(work, largest_distance_metres=500.0)
    far = await make_unit(work, largest_distance_metres=5_000.0)
    await make_automat(work)
    for unit_id in (near.id, far.id, None):
        await make_entity(work, PASILA, unit_id=unit_id)

    found = await missing(work, None)

    assert (found.beyond, found.without_limit) == (1, 1)


async def test_what_makes_no_sense_is_refused(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_entity(work)

    for limit in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidInput):
            await missing(work, limit)
    with pytest.raises(NotAllowed):
        await missing(acting_as(work, Role.INSTALLER))
    monkeypatch.setattr(asking, "MOST_SEARCHED", 0)
    with pytest.raises(InvalidInput, match="livionkey selection missing"):
        await missing(work)
