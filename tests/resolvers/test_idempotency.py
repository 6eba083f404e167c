"""The same key and the same input get the same answer again, for seven days."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from factories import DAY, later, make_stranger

from models.accounts import Permission
from models.errors import IdempotencyConflict, InvalidInput
from models.idempotency import IdempotentAnswer
from resolvers.idempotency import recall, remember
from resolvers.work import Work

ANSWER = {"outcome": "created"}


@dataclass
class Said:
    name: str
    nights: int = 2


async def asked(work: Work, key: str | None, said: Said) -> dict[str, Any] | None:
    return await recall(work, key, said, permission=Permission.VIEW)


async def test_the_same_is_answered_again(work: Work) -> None:
    assert await asked(work, "k", Said("Aino")) is None
    await remember(work, "k", Said("Aino"), ANSWER)

    assert await asked(work, "k", Said("Aino")) == ANSWER
    assert await asked(work, " k ", Said("Aino")) == ANSWER
    assert await asked(work, "other", Said("Aino")) is None


async def test_another_input_is_a_conflict(work: Work) -> None:
    await remember(work, "k", Said("Aino"), ANSWER)

    with pytest.raises(IdempotencyConflict):
        await asked(work, "k", Said("Aino", nights=3))


async def test_a_key_with_blanks_is_the_key_without(work: Work) -> None:
    await remember(work, " k ", Said("Aino"), ANSWER)

    assert await asked(work, " k ", Said("Aino")) == ANSWER


async def test_after_seven_days_a_key_is_new(work: Work) -> None:
    await remember(work, "k", Said("Aino"), ANSWER)
    week = later(work, 7 * DAY)

    assert await asked(later(work, 7 * DAY - timedelta(seconds=1)), "k", Said("Aino")) == ANSWER
    assert await asked(week, "k", Said("Veikko")) is None
    await remember(week, "k", Said("Veikko"), ANSWER)
    assert len(await work.all(work.own(IdempotentAnswer))) == 1


async def test_without_a_key_nothing_is_kept(work: Work) -> None:
    await remember(work, None, Said("Aino"), ANSWER)

    assert await asked(work, None, Said("Aino")) is None
    assert await work.all(work.own(IdempotentAnswer)) == []


async def test_another_organization_uses_the_same_key(work: Work) -> None:
    stranger = await make_stranger(work)
    await remember(work, "k", Said("Aino"), ANSWER)

    assert await asked(stranger, "k", Said("Veikko")) is None


@pytest.mark.parametrize("key", ["", "  ", "x" * 501])
async def test_a_key_is_not_empty_or_endless(work: Work, key: str) -> None:
    with pytest.raises(InvalidInput):
        await asked(work, key, Said("Aino"))
