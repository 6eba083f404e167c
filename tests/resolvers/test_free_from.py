"""From when on it would work, where keys are taken: what a refusal says of that holds."""

from datetime import datetime

import pytest
from batches import asked, pushed, refusal_of, said
from factories import AINO, DAY, HOUR, make_automat, make_entity, make_key, push
from lives import at, fetch
from outcomes import locker_contract

from models.entities import KeyRule
from models.errors import KeyTaken
from models.keys import Key, KeyKind
from models.times import Window
from resolvers import contracts
from resolvers.work import Work


async def promise(work: Work, key: Key, starts_at: datetime, *, days: int) -> None:
    await contracts.create(
        work,
        key_ids=[key.id],
        contacts=[AINO],
        window=Window(starts_at, starts_at + days * DAY),
        pick_up_information="Ring the bell.",
    )


@pytest.mark.parametrize("rule", [KeyRule.ALL, KeyRule.SOME])
async def test_all_keys_that_have_to_go_are_free_from_then_on(work: Work, rule: KeyRule) -> None:
    count = 2 if rule is KeyRule.SOME else None
    home = await make_entity(work, key_rule=rule, key_count=count)
    begin = work.now + DAY
    await promise(work, await make_key(work, home), begin, days=3)
    await promise(work, await make_key(work, home), begin, days=5)

    with pytest.raises(KeyTaken) as refusal:
        await push(work, home, starts_at=begin)

    assert refusal.value.free_from == begin + 5 * DAY


async def test_keys_that_do_not_decide_are_not_looked_at(work: Work) -> None:
    home = await make_entity(work)
    begin = work.now + DAY
    electric = await make_key(work, home, kind=KeyKind.ELECTROMECHANICAL)
    await make_key(work, home)
    await promise(work, electric, begin, days=3)

    with pytest.raises(KeyTaken) as refusal:
        await push(work, home, starts_at=begin)

    assert refusal.value.free_from == begin + 3 * DAY


async def test_a_key_that_is_kept_too_long_is_free_in_a_day_at_the_earliest(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, starts_at=work.now)
    await fetch(work, await locker_contract(work, stay), at=work.now)
    assert stay.ends_at is not None
    late = at(work, stay.ends_at + HOUR)

    with pytest.raises(KeyTaken) as refusal:
        await push(late, home, starts_at=late.now + HOUR)

    assert refusal.value.free_from == late.now + DAY


async def test_what_the_same_call_has_taken_is_not_free(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    await make_key(work, home, automat=automat)
    begin = work.now + DAY
    stays = [asked(home, name, starts_at=begin, lasts=3 * DAY) for name in ("one", "two")]

    answers = await pushed(work, *stays)

    assert said(answers) == ["CREATED", "KEY_TAKEN"]
    assert refusal_of(answers[1]).free_from == begin + 3 * DAY
