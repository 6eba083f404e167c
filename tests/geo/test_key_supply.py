"""Where the keys of an entity are, and which of them can go out."""

from datetime import timedelta
from uuid import UUID

import pytest
from factories import NOON

from geo.key_supply import KeyOption, supply, supply_of_certain
from models.base import new_id
from models.entities import KeyRule
from models.errors import KeyTaken, MixedStorage, NoKeyForEntity
from models.keys import Key, KeyKind

STATION, PASILA, DESK = new_id(), new_id(), new_id()
ELECTRIC = KeyKind.ELECTROMECHANICAL


def option(
    automat: UUID | None = None, *, free: bool = True, kind: KeyKind = KeyKind.MECHANICAL
) -> KeyOption:
    key = Key(id=new_id(), code="K", kind=kind, shared=False)
    taken = None if free else KeyTaken("The key K is promised to somebody.", path=("key_ids",))
    return KeyOption(key, automat, 7 if automat else None, taken)


def test_an_entity_without_keys_has_no_supply() -> None:
    with pytest.raises(NoKeyForEntity):
        supply([], wanted=[])


@pytest.mark.parametrize("kind", [KeyKind.MECHANICAL, ELECTRIC])
def test_keys_at_desks_can_be_brought(kind: KeyKind) -> None:
    both = [option(kind=kind), option(kind=kind)]

    found = supply(both, wanted=[])

    assert (found.at_desks, found.inside, found.needed) == (tuple(both), {}, 1)
    assert found.may_be_brought
    assert not found.is_bound
    assert not found.interchangeable


def test_a_mechanical_key_inside_binds() -> None:
    inside, at_desk = option(STATION), option()

    found = supply([inside, at_desk], wanted=[])

    assert found.is_bound
    assert found.inside == {STATION: (inside,)}
    assert found.brought().inside == {}
    assert found.brought().at_desks == (at_desk,)


def test_a_promised_mechanical_key_does_not_bind() -> None:
    found = supply([option(STATION, free=False), option()], wanted=[])

    assert not found.is_bound
    assert found.inside == {}


def test_all_keys_promised_is_said_with_the_reason() -> None:
    with pytest.raises(KeyTaken, match="promised"):
        supply([option(free=False), option(STATION, free=False)], wanted=[])


def test_electromechanical_keys_inside_are_interchangeable() -> None:
    keys = [option(STATION, kind=ELECTRIC), option(PASILA, kind=ELECTRIC, free=False)]

    found = supply([*keys, option()], wanted=[])

    assert found.interchangeable
    assert not found.is_bound
    assert found.inside == {STATION: (keys[0],), PASILA: ()}
    assert found.ready_in(STATION) == (keys[0],)
    assert found.ready_in(PASILA) == found.ready_in(new_id()) == ()


def test_a_mechanical_key_that_is_asked_for_decides() -> None:
    mechanical, electric = option(STATION), option(PASILA, kind=ELECTRIC)

    found = supply([mechanical, electric], wanted=[mechanical.key.id])

    assert found.inside == {STATION: (mechanical,)}
    assert found.is_bound


def test_too_few_electromechanical_keys_do_not_decide() -> None:
    electric, others = option(kind=ELECTRIC), [option(), option()]

    found = supply([electric, *others], wanted=[], rule=KeyRule.SOME, count=2)

    assert not found.interchangeable
    assert found.at_desks == (electric, *others)


def test_wanted_keys_all_go_out_and_each_counts_once() -> None:
    keys = [option(STATION), option(STATION), option(STATION)]
    wanted = [keys[0].key.id, keys[1].key.id, keys[0].key.id]

    found = supply(keys, wanted=wanted)

    assert found.needed == 2
    assert found.ready_in(STATION) == tuple(keys[:2])


def test_keys_that_all_go_from_several_automats_go_each_from_its_own() -> None:
    both = [option(STATION, kind=ELECTRIC), option(PASILA, kind=ELECTRIC)]

    for rule, wanted in ((KeyRule.ONE, [one.key.id for one in both]), (KeyRule.ALL, [])):
        found = supply(both, wanted=wanted, rule=rule)
        assert found.is_spread
        assert not found.interchangeable
        assert found.in_one(PASILA).ready_in(PASILA) == (both[1],)


def test_certain_keys_of_whatever_kind_go_from_where_they_lie() -> None:
    found = supply_of_certain([option(STATION, kind=ELECTRIC), option(STATION)])

    assert (found.needed, found.is_bound, found.interchangeable) == (2, True, False)
    with pytest.raises(MixedStorage):
        supply_of_certain([option(STATION, kind=ELECTRIC), option(kind=ELECTRIC)])
    with pytest.raises(KeyTaken):
        supply_of_certain([option(STATION), option(STATION, free=False)])
    with pytest.raises(NoKeyForEntity):
        supply_of_certain([])


def test_wanted_keys_must_all_be_free() -> None:
    keys = [option(), option(free=False)]

    with pytest.raises(KeyTaken) as refusal:
        supply(keys, wanted=[one.key.id for one in keys])

    assert refusal.value.path == ("key_ids",)


def test_wanted_keys_lie_all_in_automats_or_all_at_desks() -> None:
    keys = [option(), option(STATION)]

    with pytest.raises(MixedStorage):
        supply(keys, wanted=[one.key.id for one in keys])


def test_all_keys_of_an_entity_go_where_its_rule_says_so() -> None:
    keys = [option(STATION), option(PASILA)]

    found = supply(keys, wanted=[], rule=KeyRule.ALL)

    assert (found.needed, found.is_spread, found.is_bound) == (2, True, True)
    assert found.in_one(PASILA).ready_in(PASILA) == (keys[1],)
    with pytest.raises(MixedStorage):
        supply([*keys, option()], wanted=[], rule=KeyRule.ALL)
    with pytest.raises(KeyTaken):
        supply([*keys, option(STATION, free=False)], wanted=[], rule=KeyRule.ALL)


def test_some_keys_of_an_entity_go_where_its_rule_says_how_many() -> None:
    keys = [option(STATION, free=False), option(STATION), option(STATION)]

    found = supply(keys, wanted=[], rule=KeyRule.SOME, count=2)

    assert found.ready_in(STATION) == tuple(keys[1:])
    assert not found.is_spread
    with pytest.raises(KeyTaken):
        supply(keys[:2], wanted=[], rule=KeyRule.SOME, count=2)
    with pytest.raises(NoKeyForEntity, match="3 keys have to go and 2 open the entity"):
        supply(keys[:2], wanted=[], rule=KeyRule.SOME, count=3)


def test_the_refusal_is_that_of_the_key_that_can_be_had_first() -> None:
    refusals = [KeyTaken(free_from=NOON + timedelta(days=days)) for days in (3, 1, 2)]
    keys = [KeyOption(Key(id=new_id()), None, None, refusal) for refusal in refusals]

    with pytest.raises(KeyTaken) as refusal:
        supply([option(free=False), *keys], wanted=[])

    assert refusal.value is refusals[1]
