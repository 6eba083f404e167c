"""What would have been chosen if one thing had been otherwise."""

import pytest
from choosing import choice, chosen, with_key
from factories import PASILA, STATION, make_automat, make_unit, push
from outcomes import decision as newest

from geo.counterfactuals import in_words, rounded_up
from models.automats import AutomatModel
from models.selections import CounterfactualKind
from resolvers.work import Work

ONE = AutomatModel.LIVIONKEY_1


async def test_a_locker_would_have_made_the_difference(work: Work) -> None:
    await make_automat(work, "Station", STATION, ONE)
    await make_automat(work, "Pasila", PASILA, ONE)
    await push(work, await with_key(work))

    decision = await choice(work, await with_key(work))

    (told,) = decision.counterfactuals
    assert chosen(decision) == "Pasila"
    assert told.kind is CounterfactualKind.FULL
    assert told.message.startswith("Station would have been chosen if one more locker were free ")


async def test_a_larger_limit_would_have_made_the_difference(work: Work) -> None:
    unit = await make_unit(work, largest_distance_metres=500.0)
    await make_automat(work, "Pasila", PASILA)

    decision = await choice(work, await with_key(work, STATION, unit_id=unit.id))

    (told,) = decision.counterfactuals
    assert (told.kind, told.limit_metres) == (CounterfactualKind.LIMIT, 3_100.0)
    assert told.message == "Pasila would have been chosen if the limit were 3.1 km."
    assert decision.refusal is not None
    assert "TOO_FAR stands against 1 of 1" in decision.refusal.message


async def test_the_rule_that_stands_against_most_is_named(work: Work) -> None:
    unit = await make_unit(work, largest_distance_metres=500.0)
    await make_automat(work, "Station", STATION, ONE)
    for number in range(2):
        await make_automat(work, f"Pasila {number}", PASILA)
    await push(work, await with_key(work, STATION, unit_id=unit.id))

    stay, _ = await push(work, await with_key(work, STATION, unit_id=unit.id))

    found = await newest(work, stay)
    assert "None of the 3 automats that were examined can serve" in found.notes[-1]
    assert "TOO_FAR stands against 2 of 3. Station: 0 of its 1 lockers" in found.notes[-1]
    assert [one["kind"] for one in found.counterfactuals] == ["full", "limit"]


@pytest.mark.parametrize(
    ("metres", "rounded", "words"),
    [(0.2, 10, "10 m"), (990, 990, "990 m"), (991, 1_000, "1.0 km"), (3_101, 3_200, "3.2 km")],
)
def test_limits_are_rounded_up(metres: float, rounded: float, words: str) -> None:
    assert rounded_up(metres) == rounded
    assert in_words(rounded_up(metres)) == words
