"""Small worlds, in which much collides: a few lockers, a few keys, and short durations."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DURATIONS = {
    "default_duration": 2 * DAY,
    "default_sync_time": 6 * HOUR,
    "fetch_duration": 12 * HOUR,
    "fetch_sync_time": 6 * HOUR,
    "return_duration": 12 * HOUR,
    "return_sync_time": DAY,
}
"""So that a stay of three days is a long one already."""


@dataclass(frozen=True)
class AutomatPlan:
    """An automat.

    Args:
        lockers: How many of its lockers are in order; one is the model with one.
        far: Whether it stands at the other end of the town.
    """

    lockers: int
    far: bool


@dataclass(frozen=True)
class KeyPlan:
    """A key.

    Args:
        lives: The number of its automat; None where it lives at a desk.
        electromechanical: Whether any of its kind will do.
        shared: Whether it may be promised to several at once.
        opens_next: Whether it opens the next entity too.
        has_return_code: Whether staff may bring it back by a code of its own.
    """

    lives: int | None
    electromechanical: bool
    shared: bool
    opens_next: bool
    has_return_code: bool

    def __str__(self) -> str:
        """Say what it is."""
        marks = {
            "electric": self.electromechanical,
            "shared": self.shared,
            "opens the next one too": self.opens_next,
            "with return code": self.has_return_code,
        }
        where = "at a desk" if self.lives is None else f"in automat {self.lives}"
        return " ".join([where, *(mark for mark, is_so in marks.items() if is_so)])


@dataclass(frozen=True)
class EntityPlan:
    """An entity; `takes` is how many keys go together, 0 for all of them."""

    keys: tuple[KeyPlan, ...]
    takes: int


@dataclass(frozen=True)
class WorldPlan:
    """A world."""

    automats: tuple[AutomatPlan, ...]
    entities: tuple[EntityPlan, ...]
    overdue_delay: timedelta
    uses_automats: bool

    def in_words(self) -> str:
        """Say what there is."""
        automats = ", ".join(f"{one.lockers}{' far' * one.far}" for one in self.automats)
        entities = "; ".join(
            f"E{number} takes {one.takes or 'all'} of {', '.join(map(str, one.keys))}"
            for number, one in enumerate(self.entities)
        )
        habits = f"overdue after {self.overdue_delay}, {self.uses_automats=}"
        return f"lockers of automats: {automats}; {entities}; {habits}"


def _keys(automats: int) -> Any:
    lives = st.none() | st.integers(0, automats - 1)
    return st.builds(
        KeyPlan,
        lives=lives,
        electromechanical=st.sampled_from([False, False, True]),
        shared=st.sampled_from([False, False, False, True]),
        opens_next=st.sampled_from([False, False, False, True]),
        has_return_code=st.booleans(),
    )


@st.composite
def worlds(draw: Any) -> WorldPlan:
    """Draw a world."""
    automat = st.builds(AutomatPlan, lockers=st.sampled_from([1, 2, 3]), far=st.booleans())
    automats = draw(st.lists(automat, min_size=2, max_size=4))
    keys = st.lists(_keys(len(automats)), min_size=1, max_size=3).map(tuple)
    entity = st.builds(EntityPlan, keys=keys, takes=st.sampled_from([1, 1, 1, 0, 2]))
    return WorldPlan(
        automats=tuple(automats),
        entities=tuple(draw(st.lists(entity, min_size=3, max_size=6))),
        overdue_delay=draw(st.sampled_from([timedelta(0), 3 * HOUR])),
        uses_automats=draw(st.sampled_from([True, True, True, False])),
    )
