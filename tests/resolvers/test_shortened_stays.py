"""Stays that are shortened while their key is out: it always has a place to come back to."""

from datetime import timedelta

import pytest
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from lives import fetch, give_back, lockers_of, look_after
from outcomes import key_contract, locker_contracts

from models.contracts import KeyContractStatus, LockerContractState
from models.keys import KeyStatus
from resolvers.work import Work

NOW = timedelta(0)


@pytest.mark.parametrize("ago", [NOW, HOUR, -HOUR])
@pytest.mark.parametrize("days", [2, 60, None])
async def test_a_key_has_a_place_to_return_to_when_its_stay_is_over_sooner(
    work: Work, days: int | None, ago: timedelta
) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, external_id="stay", days=days)
    begin = stay.starts_at
    out = await fetch(work, (await lockers_of(work, stay))[0], at=begin + DAY)

    await push(out, home, external_id="stay", starts_at=begin, ends_at=out.now - ago)

    (held,) = await locker_contracts(out, stay)
    assert (held.key_id, held.state) == (key.id, LockerContractState.SYNCING)
    assert held.starts_at <= out.now
    assert held.ends_at is not None
    assert held.ends_at > out.now
    if ago >= NOW:
        assert (await key_contract(out, stay)).status is KeyContractStatus.OVERDUE
        assert key.status is KeyStatus.OVERDUE
    back = await give_back(out, held, at=out.now + HOUR / 2)
    await look_after(back, stay, at=out.now + 2 * HOUR)
    assert (await key_contract(back, stay)).status is KeyContractStatus.ENDED
