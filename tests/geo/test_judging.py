"""Every reason against an automat, each with its numbers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import NOON

from geo.candidates import Facts
from geo.judging import Judge, keys_to_fetch, nearness
from geo.key_supply import KeyOption, KeySupply
from models.automats import Automat, AutomatModel, AutomatState
from models.base import new_id
from models.keys import Key, KeyKind
from models.selections import RejectionCode, SelectionMethod
from models.settings import UnitSettings
from models.times import Window

WINDOW = Window(NOON, NOON + timedelta(days=1))
MINUTE = timedelta(minutes=1)


LOCKER = 7


def facts(*, free: int = 30, metres: float | None = 100.0, held: int = 0, **given: Any) -> Facts:
    """Know an automat of which so many lockers are free, the others having keys in them."""
    values = {
        "id": new_id(),
        "name": "Station",
        "model": AutomatModel.LIVIONKEY_30,
        "state": AutomatState.IN_SERVICE,
        "last_seen_at": None,
        **given,
    }
    every = (1 << 30) - 1
    return Facts(Automat(**values), metres, every, by_contracts=held, by_keys=every >> free)


def at_desk(needed: int = 1) -> KeySupply:
    options = tuple(option(None) for _ in range(needed))
    return KeySupply(interchangeable=False, needed=needed, inside={}, at_desks=options)


def inside(automat_id: UUID, *keys: KeyOption, interchangeable: bool = False) -> KeySupply:
    here = keys or (option(automat_id),)
    return KeySupply(interchangeable, len(here), {automat_id: here}, ())


def option(automat_id: UUID | None, locker_index: int | None = LOCKER) -> KeyOption:
    key = Key(id=new_id(), kind=KeyKind.MECHANICAL)
    return KeyOption(key, automat_id, locker_index if automat_id else None)


def judge(
    supply: KeySupply,
    method: SelectionMethod = SelectionMethod.NEAREST,
    *,
    group: frozenset[UUID] | None = None,
    **settings: Any,
) -> Judge:
    return Judge(method, WINDOW, NOON, UnitSettings(**settings), supply, group)


def reasons(judge: Judge, known: Facts) -> dict[RejectionCode, str]:
    return {one.code: one.message for one in judge.judged(known).rejections}


def test_nothing_stands_against_a_good_automat() -> None:
    assert judge(at_desk()).judged(facts()).is_suitable


@pytest.mark.parametrize("state", [AutomatState.OUT_OF_SERVICE, AutomatState.UNINSTALLED])
def test_not_in_service(state: AutomatState) -> None:
    assert set(reasons(judge(at_desk()), facts(state=state))) == {RejectionCode.NOT_IN_SERVICE}


def test_silent_for_longer_than_the_policy_allows() -> None:
    silent = facts(last_seen_at=NOON - 61 * MINUTE)

    found = reasons(judge(at_desk()), silent)

    assert set(found) == {RejectionCode.OFFLINE}
    assert "61 minutes" in found[RejectionCode.OFFLINE]
    assert "60" in found[RejectionCode.OFFLINE]
    assert not reasons(judge(at_desk()), facts(last_seen_at=NOON - 60 * MINUTE))
    assert not reasons(judge(at_desk(), silence_tolerance=2 * 60 * MINUTE), silent)


def test_one_that_never_reported_is_not_offline() -> None:
    assert reasons(judge(at_desk()), facts(last_seen_at=None)) == {}


def test_too_far_for_the_policy() -> None:
    found = reasons(judge(at_desk(), largest_distance_metres=500.0), facts(metres=501.2))

    assert set(found) == {RejectionCode.TOO_FAR}
    assert "501" in found[RejectionCode.TOO_FAR]
    assert "500" in found[RejectionCode.TOO_FAR]
    assert not reasons(judge(at_desk(), largest_distance_metres=500.0), facts(metres=500.0))


@pytest.mark.parametrize("method", sorted(set(SelectionMethod) - {SelectionMethod.NEAREST}))
def test_distance_counts_only_for_the_nearest(method: SelectionMethod) -> None:
    strict = judge(at_desk(), method, largest_distance_metres=500.0)

    assert reasons(strict, facts(metres=501.0)) == {}
    assert reasons(strict, facts(metres=None)) == {}


def test_position_unknown() -> None:
    found = reasons(judge(at_desk()), facts(metres=None))

    assert set(found) == {RejectionCode.POSITION_UNKNOWN}


def test_full_in_the_window() -> None:
    found = reasons(judge(at_desk(2)), facts(free=1))

    message = found[RejectionCode.FULL_IN_WINDOW]
    assert set(found) == {RejectionCode.FULL_IN_WINDOW}
    assert "1 of its 30" in message
    assert "2 needed" in message
    assert "2027-06-01T12:00" in message


def test_wrong_model_for_so_many_keys() -> None:
    found = reasons(judge(at_desk(2)), facts(model=AutomatModel.LIVIONKEY_1, free=1))

    assert RejectionCode.WRONG_MODEL in found
    assert "1 locker" in found[RejectionCode.WRONG_MODEL]


def test_the_key_lies_elsewhere() -> None:
    supply = inside(new_id())

    found = reasons(judge(supply, SelectionMethod.NAMED_AUTOMAT), facts())

    assert set(found) == {RejectionCode.KEY_ELSEWHERE}
    assert "0 of the 1" in found[RejectionCode.KEY_ELSEWHERE]


def test_no_free_key() -> None:
    supply = inside(new_id(), interchangeable=True)

    found = reasons(judge(supply), facts())

    assert set(found) == {RejectionCode.NO_FREE_KEY}
    assert "0 free keys" in found[RejectionCode.NO_FREE_KEY]


def test_not_in_the_group_that_was_named() -> None:
    known = facts()
    supply = inside(known.automat.id)
    method = SelectionMethod.KEY_LOCATION

    strict = judge(supply, method, group=frozenset({new_id()}))
    kind = judge(supply, method, group=frozenset({known.automat.id}))

    assert set(reasons(strict, known)) == {RejectionCode.NOT_IN_GROUP}
    assert reasons(kind, known) == {}


def test_the_locker_of_the_key_is_held_by_somebody() -> None:
    full = facts(free=0)  # full of keys, and still this key can be fetched
    method = SelectionMethod.KEY_LOCATION
    supply = inside(full.automat.id)

    held = full._replace(by_contracts=1 << LOCKER)

    assert set(reasons(judge(supply, method), held)) == {RejectionCode.FULL_IN_WINDOW}
    assert reasons(judge(supply, method), full) == {}


def test_a_key_that_is_yet_to_come_back_needs_any_free_locker() -> None:
    one_free, full = facts(free=1), facts(free=0)
    method = SelectionMethod.KEY_LOCATION

    for known, expected in ((one_free, set()), (full, {RejectionCode.FULL_IN_WINDOW})):
        supply = inside(known.automat.id, option(known.automat.id, None))

        assert set(reasons(judge(supply, method), known)) == expected


def test_a_free_locker_serves_one_key_only() -> None:
    known = facts(free=1)
    id = known.automat.id
    planned_there, coming = option(id, 29), option(id, None)  # 29 is the one that is free

    assert keys_to_fetch(known, (coming, planned_there)) == [planned_there]


def test_all_reasons_are_given_together() -> None:
    bad = facts(
        free=0, metres=900.0, state=AutomatState.OUT_OF_SERVICE, last_seen_at=NOON - 99 * MINUTE
    )

    assert set(reasons(judge(at_desk(), largest_distance_metres=500.0), bad)) == {
        RejectionCode.NOT_IN_SERVICE,
        RejectionCode.OFFLINE,
        RejectionCode.TOO_FAR,
        RejectionCode.FULL_IN_WINDOW,
    }


def test_whoever_looks_around_has_no_key_in_mind() -> None:
    looked = nearness(facts(free=0), UnitSettings(), NOON, WINDOW)

    assert [one.code for one in looked.rejections] == [RejectionCode.FULL_IN_WINDOW]
