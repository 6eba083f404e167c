"""Random choices against a brute force; `./dev soak choices` makes a million of them."""

from collections import Counter

from held_against import hold_a_town
from towns_as_rows import hold_rows

from resolvers.work import Work

TOWNS, OF_A_TOWN = 10, 60
ROWS = 100
EVERY_KIND = {
    *("nearest", "device_group", "named_automat", "key_location", "no method", "shadow"),
    *("chosen", "no_free_locker", "no_suitable_automat", "comes back elsewhere"),
    *("too_far", "offline", "not_in_service", "full_in_window", "wrong_model", "outside_area"),
    *("position_unknown", "key_elsewhere", "no_free_key", "not_in_group"),
}


async def test_random_choices_are_those_of_a_brute_force() -> None:
    kinds: Counter[str] = Counter()
    found: list[str] = []

    for seed in range(TOWNS):
        found += await hold_a_town(seed, OF_A_TOWN, kinds)

    assert found == []
    assert set(+kinds) == EVERY_KIND


async def test_random_choices_among_rows_are_those_of_a_brute_force(work: Work) -> None:
    kinds: Counter[str] = Counter()

    assert await hold_rows(work, 1, ROWS, kinds) == []
    assert kinds["chosen"] > ROWS / 4
