"""Desks whose clock is behind: what people do comes after all that is known of a key."""

from datetime import timedelta

import pytest
from factories import AINO, HOUR, make_automat, make_desk, make_key
from handing import allocations, name, newest
from lives import at

from models.custody import CustodyKind
from models.keys import KeyStatus
from resolvers.handover.desks import hand_over, take_back, transfer
from resolvers.work import Work

SET_BACK = pytest.mark.parametrize("by", [timedelta(seconds=1), HOUR])


@SET_BACK
async def test_a_key_is_taken_back_though_our_clock_was_set_back(work: Work, by: timedelta) -> None:
    key = await make_key(work)
    await hand_over(work, [name(key)], contacts=[AINO])

    heard = await take_back(at(work, work.now - by), name(key))

    assert (heard.contradiction, key.status) == (None, KeyStatus.IN_STORAGE)
    assert key.manual_storage_id is not None
    (allocation,) = await allocations(work, key)
    assert not allocation.live


@SET_BACK
async def test_a_key_is_handed_over_though_our_clock_was_set_back(
    work: Work, by: timedelta
) -> None:
    key = await make_key(work)
    await hand_over(work, [name(key)], contacts=[AINO])
    await take_back(work, name(key))

    given = await hand_over(at(work, work.now - by), [name(key)], contacts=[AINO])

    assert (list(given.contradictions), key.status) == ([], KeyStatus.OUT)
    link = await newest(work, key)
    assert (link.kind, link.key_contract_id) == (CustodyKind.HANDED_OVER, given.contract.id)


@SET_BACK
async def test_a_key_is_put_elsewhere_though_our_clock_was_set_back(
    work: Work, by: timedelta
) -> None:
    automat, desk, key = await make_automat(work), await make_desk(work), await make_key(work)
    await transfer(work, name(key), automat_id=automat.id)

    heard = await transfer(at(work, work.now - by), name(key), manual_storage_id=desk.id)

    assert (heard.contradiction, key.manual_storage_id) == (None, desk.id)
