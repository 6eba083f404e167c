"""A few stories on each database; `./dev soak stays` plays as many as one likes."""

import pytest
from stories.playing import play

RUNS, STEPS = 15, 30


def test_a_few_stories_end_well(own_url: str) -> None:
    played = play(own_url, runs=RUNS, steps=STEPS, shortens=False)

    if played.fault is not None:
        pytest.fail(f"{played.story}\n\n{played.fault}", pytrace=False)
    assert played.worlds >= RUNS
    assert played.refusals > 0
