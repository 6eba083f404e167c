"""How many of an entity's keys go with a reservation."""

import pytest

from models.entities import KeyRule, ReservableEntity
from models.errors import InvalidInput


@pytest.mark.parametrize(
    ("rule", "count"),
    [(KeyRule.ONE, None), (KeyRule.ALL, None), (KeyRule.SOME, 1), (KeyRule.SOME, 30)],
)
def test_a_rule_and_its_number_are_kept(rule: KeyRule, count: int | None) -> None:
    entity = ReservableEntity()

    entity.give_keys(rule, count)

    assert (entity.key_rule, entity.key_count) == (rule, count)


@pytest.mark.parametrize(
    ("rule", "count", "fact"),
    [
        (KeyRule.ONE, 1, "the rule is ONE"),
        (KeyRule.ALL, 2, "the rule is ALL"),
        (KeyRule.SOME, None, "give keyCount, at least 1."),
        (KeyRule.SOME, 0, "at least 1, not 0."),
        (KeyRule.SOME, -1, "at least 1, not -1."),
    ],
)
def test_a_number_goes_with_some_keys_and_with_nothing_else(
    rule: KeyRule, count: int | None, fact: str
) -> None:
    entity = ReservableEntity(key_rule=KeyRule.SOME, key_count=2)

    with pytest.raises(InvalidInput) as refusal:
        entity.give_keys(rule, count)

    assert fact in refusal.value.message
    assert refusal.value.path == ("key_count",)
    assert (entity.key_rule, entity.key_count) == (KeyRule.SOME, 2)
