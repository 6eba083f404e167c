"""Where a key comes back to, when many automats around are full by then."""

import random

import pytest
from held_against import Holding
from plain_towns import Cabinet, Case, Home, Policy, Town
from towns_in_memory import Memory, place_of, settings_of, supply_of, wish_of

from geo.returning import choose_return
from models.base import new_id
from models.settings import UnitSettings

HERE = (60.171875, 24.9375)
FULL_LATER = [(0, 300, None)]
COUNT, WITH_ROOM = 40, 37


def row_of_automats() -> Town:
    """Stand automats in a row, 111 m apart; all but one are promised when the key comes back."""
    town = Town(random.Random(1), HERE)
    for number in range(COUNT):
        point = (HERE[0] + number * 0.001, HERE[1])
        holds = [] if number == WITH_ROOM else list(FULL_LATER)
        standing = {"in_service": True, "silent": None, "installed": 1}
        town.cabinets.append(Cabinet(new_id(), point, 1, {0}, holds=holds, **standing))
    return town


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, WITH_ROOM),
        ({"elsewhere_metres": 5_000.0}, WITH_ROOM),
        ({"elsewhere_metres": 4_000.0}, None),
        ({"limit": 4_000.0}, None),
        ({"elsewhere": False}, None),
    ],
)
async def test_a_return_is_looked_for_as_far_as_the_policy_allows(
    limits: dict[str, float], expected: int | None
) -> None:
    town = row_of_automats()
    town.homes = [Home(HERE, None, Policy(fetch=24, back=24, short=48, **limits))]
    case, look = Case(0, (10, 800), None, None), Memory(town)
    policy = UnitSettings(**settings_of(town.homes[0].policy, town))
    wish = wish_of(case, town, policy, supply_of(town.homes[0], town))
    assert wish.return_window is not None
    assert wish.origin == place_of(HERE)

    found = await choose_return(
        look, wish, town.cabinets[0].id, wish.return_window, lockers=1, own=0
    )

    assert (found and look.numbers[found.automat.id]) == expected
    if policy.return_elsewhere:
        assert Holding(town, look.numbers).brute.answer(case).back == expected
