"""What a policy says of automats: exclusions, areas, and which it prefers."""

from typing import Any
from uuid import UUID

import pytest
from areas_on_maps import box
from factories import NOON, PASILA, STATION
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.candidates import Candidate, Facts, Rejection
from geo.judging import Judge, nearness
from geo.key_supply import NO_KEYS
from geo.policies import in_order_of_preference
from models.automats import Automat, AutomatModel, AutomatState
from models.base import new_id
from models.places import Coordinates
from models.selections import RejectionCode, SelectionMethod
from models.settings import Sayers, Setting, UnitSettings
from models.times import Window

WINDOW = Window(NOON, None)
EVERY = (1 << 30) - 1
CENTRE = box(24.93, 60.16, 24.96, 60.18)
"""Around STATION; PASILA is to the north of it."""
BETWEEN = box(24.90, 60.185, 24.98, 60.190)
SAYERS = Sayers("", dict.fromkeys(Setting, "North"))
WRONG = (Rejection(RejectionCode.FULL_IN_WINDOW, "full"),)
BY_CHOICE = [SelectionMethod.NAMED_AUTOMAT, SelectionMethod.KEY_LOCATION]
BY_RULE = [SelectionMethod.NEAREST, SelectionMethod.DEVICE_GROUP]


def facts(
    position: Coordinates | None = STATION, metres: float | None = 100.0, **given: Any
) -> Facts:
    free = given.pop("free", 30)
    values = {
        "id": new_id(),
        "name": "Station",
        "model": AutomatModel.LIVIONKEY_30,
        "state": AutomatState.IN_SERVICE,
        **given,
    }
    return Facts(Automat(position=position, **values), metres, EVERY, by_keys=EVERY >> free)


def reasons(
    known: Facts,
    method: SelectionMethod = SelectionMethod.NEAREST,
    origin: Coordinates | None = None,
    **said: Any,
) -> list[tuple[RejectionCode, str]]:
    judge = Judge(method, WINDOW, NOON, UnitSettings(**said, sayers=SAYERS), NO_KEYS, origin=origin)
    return [(one.code, one.message) for one in judge.judged(known).rejections]


@pytest.mark.parametrize("method", SelectionMethod)
def test_what_the_policy_excludes_is_excluded_by_every_rule(method: SelectionMethod) -> None:
    known = facts(id=UUID(int=7), last_seen_at=NOON.replace(year=2026))

    assert reasons(known, method, excluded_automats=(UUID(int=7),), offline_automats=True) == [
        (RejectionCode.NOT_IN_SERVICE, "The policy of North excludes it.")
    ]
    assert reasons(
        known, method, excluded_models=(known.automat.model,), offline_automats=True
    ) == [(RejectionCode.WRONG_MODEL, "The policy of North excludes the model LIVIONKEY_30.")]
    silent = [RejectionCode.OFFLINE]
    assert [code for code, _ in reasons(known, method)] == silent
    other = {"excluded_automats": (UUID(int=8),), "excluded_models": (AutomatModel.LIVIONKEY_1,)}
    assert [code for code, _ in reasons(known, method, **other)] == silent


def test_what_the_policy_excludes_is_told_to_those_who_look_around() -> None:
    known = facts()
    settings = UnitSettings(excluded_automats=(known.automat.id,))

    (found,) = nearness(known, settings, NOON, WINDOW).rejections

    assert found.message == "The policy excludes it."


@pytest.mark.parametrize(
    ("position", "origin", "said", "message"),
    [
        (STATION, None, {"served_area": CENTRE}, None),
        (
            *(PASILA, None, {"served_area": CENTRE}),
            "It stands outside the area that the policy of North serves.",
        ),
        (
            *(STATION, None, {"excluded_area": CENTRE}),
            "It stands in the area that the policy of North excludes.",
        ),
        (PASILA, None, {"excluded_area": BETWEEN}, None),
        (PASILA, PASILA, {"excluded_area": BETWEEN}, None),
        (
            *(PASILA, STATION, {"excluded_area": BETWEEN}),
            "The straight line to it meets the area that the policy of North excludes.",
        ),
        (None, STATION, {"excluded_area": BETWEEN, "served_area": CENTRE}, None),
    ],
)
def test_areas_hold_where_a_rule_chooses(
    position: Coordinates | None,
    origin: Coordinates | None,
    said: dict[str, Any],
    message: str | None,
) -> None:
    expected = [] if message is None else [(RejectionCode.OUTSIDE_AREA, message)]

    for method in BY_RULE:
        assert reasons(facts(position), method, origin, **said) == expected
    for method in BY_CHOICE:
        assert reasons(facts(position), method, origin, **said) == []


def test_all_that_stands_against_an_automat_is_told() -> None:
    said = {"served_area": BETWEEN, "excluded_area": CENTRE, "largest_distance_metres": 10.0}

    codes = [code for code, _ in reasons(facts(), **said)]

    assert codes == [RejectionCode.TOO_FAR, *[RejectionCode.OUTSIDE_AREA] * 2]


def candidate(metres: float | None, free: int, place: Coordinates, *, suitable: bool) -> Candidate:
    return Candidate(facts(place, metres, free=free), () if suitable else WRONG)


def names(judged: Any, ordered: Any) -> list[int]:
    return [judged.index(one) for one in ordered]


def test_a_policy_that_says_nothing_leaves_the_nearest_first() -> None:
    judged = [candidate(metres, 1, STATION, suitable=True) for metres in (1.0, 2.0)]

    assert in_order_of_preference(judged, UnitSettings()) is judged


def test_among_near_automats_the_one_with_the_largest_free_share_comes_first() -> None:
    judged = [
        candidate(50.0, 30, STATION, suitable=False),
        candidate(100.0, 2, STATION, suitable=True),
        candidate(150.0, 30, STATION, suitable=False),
        candidate(200.0, 9, STATION, suitable=True),
        candidate(300.0, 9, STATION, suitable=True),
        candidate(300.1, 30, STATION, suitable=True),
    ]

    ordered = in_order_of_preference(judged, UnitSettings(spreading_metres=200.0))

    assert names(judged, ordered) == [0, 3, 2, 4, 1, 5]


def test_an_unknown_distance_is_not_spread_over() -> None:
    judged = [candidate(None, free, STATION, suitable=True) for free in (1, 30)]

    assert in_order_of_preference(judged, UnitSettings(spreading_metres=200.0)) is judged


def test_automats_in_the_preferred_area_come_first_as_far_as_they_are_not_too_far() -> None:
    judged = [
        candidate(100.0, 1, PASILA, suitable=True),
        candidate(200.0, 1, STATION, suitable=True),
        candidate(300.0, 1, STATION, suitable=False),
        candidate(400.0, 1, STATION, suitable=True),
        candidate(500.1, 1, STATION, suitable=True),
    ]
    policy = UnitSettings(preferred_area=CENTRE, largest_distance_metres=500.0)

    assert names(judged, in_order_of_preference(judged, policy)) == [1, 2, 3, 0, 4]


ROWS = st.tuples(
    st.integers(0, 9), st.integers(0, 3), st.booleans(), st.sampled_from([STATION, PASILA])
)
"""Automats: metres, free lockers, whether each can serve, and where it stands."""


@settings(max_examples=100)
@given(data=st.data())
def test_the_first_that_can_serve_is_the_one_that_the_rule_says(data: st.DataObject) -> None:
    rows = data.draw(st.lists(ROWS, max_size=9))
    rows.sort(key=lambda row: row[0])
    spreading = data.draw(st.integers(0, 4))
    area = data.draw(st.sampled_from([None, CENTRE]))
    judged = [candidate(float(m), free, place, suitable=ok) for m, free, ok, place in rows]
    policy = UnitSettings(spreading_metres=float(spreading), preferred_area=area)

    ordered = in_order_of_preference(judged, policy)

    first = next((judged.index(one) for one in ordered if one.is_suitable), None)
    assert sorted(names(judged, ordered)) == list(range(len(rows)))
    assert first == by_the_rule(rows, spreading, prefers=area is not None)


def by_the_rule(rows: Any, spreading: int, *, prefers: bool) -> int | None:
    """Say by trying them all which one is to be chosen."""
    good = [at for at, row in enumerate(rows) if row[2]]
    near = [at for at in good if rows[at][3] is STATION] if prefers else []
    tier = near or good
    if not tier or not spreading:
        return tier[0] if tier else None
    band = [at for at in tier if rows[at][0] <= rows[tier[0]][0] + spreading]
    return max(band, key=lambda at: (rows[at][1], -at))
