"""Other ends for stays of which one key is out and another one waits to be fetched (G34)."""

from datetime import timedelta

import pytest
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from lives import fetch, lockers_of
from promising import lockers_of as lockers_by_staff
from promising import promised

from models.contracts import LockerContractKind
from models.entities import KeyRule
from models.keys import KeyKind
from resolvers import contract_changes
from resolvers.work import Work


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("days", [1, 4, 20])
async def test_a_long_stay_can_be_shortened(work: Work, kind: KeyKind, days: int) -> None:
    home, automat = await make_entity(work, key_rule=KeyRule.ALL), await make_automat(work)
    for _ in range(2):
        await make_key(work, home, automat=automat, kind=kind)
    stay, _ = await push(work, home, days=60, external_id="stay")
    begin, end = stay.starts_at, stay.starts_at + days * DAY
    first, second = (await lockers_of(work, stay))[:2]
    pin = second.pin
    out = await fetch(work, first, at=begin + HOUR)

    await push(out, home, starts_at=begin, ends_at=end, external_id="stay")

    held = await lockers_of(out, stay)
    back = [one for one in held if one.kind is LockerContractKind.RETURN]
    (waiting,) = [one for one in held if one not in back]
    assert (len(back), waiting.pin) == (2, pin)
    assert {one.ends_at for one in back} == {end}
    assert waiting.ends_at == min(end, begin + 3 * DAY)


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("by", [-5 * DAY, 5 * DAY])
async def test_a_locker_that_is_free_after_the_fetch_is_held_until_the_new_end(
    work: Work, kind: KeyKind, by: timedelta
) -> None:
    automat = await make_automat(work)
    keys = [await make_key(work, automat=automat, kind=kind) for _ in range(2)]
    contract = await promised(work, *keys, free_locker_after_fetch=True, days=10)
    first, second = await lockers_by_staff(work, contract)
    out = await fetch(work, first, at=contract.starts_at + HOUR)
    end = contract.starts_at + 10 * DAY + by

    await contract_changes.change_end(out, contract.id, ends_at=end)

    await out.session.refresh(second)
    assert (second.state.is_live, second.ends_at) == (True, end)
