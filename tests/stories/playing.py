"""Playing stories: many small worlds on one database, and the one that failed told in words."""

from dataclasses import dataclass

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from stories.machine import Stays
from stories.theatre import Theatre


@dataclass
class Played:
    """How much was played.

    Args:
        worlds: How many worlds, those of the search for a shorter story too.
        steps: How many steps in all of them.
        events: How many events were read in their trails.
        refusals: How many acts were refused, and rightly.
        story: The shortest story that failed, in words; empty where none did.
        fault: What was wrong at its end.
    """

    worlds: int = 0
    steps: int = 0
    events: int = 0
    refusals: int = 0
    story: str = ""
    fault: Exception | None = None


def play(
    url: str, *, runs: int, steps: int, seed: int | None = None, shortens: bool = True
) -> Played:
    """Play so many stories, until one fails; without a seed always the same ones.

    Args:
        url: The address of an empty database.
        runs: How many stories.
        steps: How many steps each of them has.
        seed: Which stories.
        shortens: Whether a shorter story is looked for where one fails, which takes minutes.
    """
    theatre = Theatre(url)
    machine = type("Stays", (Stays,), {"theatre": theatre})
    wanted = settings(
        max_examples=runs,
        stateful_step_count=steps,
        derandomize=seed is None,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shortens else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    if seed is not None:
        hypothesis.seed(seed)(machine)
    fault = None
    try:
        run_state_machine_as_test(machine, settings=wanted)
    except Exception as error:  # noqa: BLE001 - whatever ended the story, it is told
        fault = error
    finally:
        theatre.close()
    story = "\n".join(theatre.story) if fault else ""
    return Played(theatre.runs, theatre.steps, theatre.events, theatre.refusals, story, fault)
