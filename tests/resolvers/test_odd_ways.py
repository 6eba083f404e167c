"""Odd ways that a stay can take, most of them found by the stories of `./dev soak stays`."""

import pytest
from factories import AINO, DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from lives import at

from models.automats import AutomatModel
from models.errors import InvalidInput, NoFreeLocker
from models.times import Window
from resolvers import contracts
from resolvers.handover import desks
from resolvers.handover.desks import KeyName
from resolvers.work import Work


async def test_a_contract_whose_keys_are_back_cannot_be_extended(work: Work) -> None:
    key = await make_key(work, desk=await make_desk(work))
    until = work.now + DAY
    contract = await desks.hand_over(work, [KeyName(key.id)], contacts=[AINO], due_at=until)
    await desks.take_back(work, KeyName(key.id))

    with pytest.raises(InvalidInput, match="holds no key any more"):
        await contracts.change_end(work, contract.id, window=Window(work.now, until + DAY))


async def test_no_key_is_put_into_a_locker_whose_key_should_have_been_fetched(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, apartment, automat=automat)
    another = await make_key(work)
    stay, _ = await push(work, apartment, days=60)
    later = at(work, stay.starts_at + 3 * DAY + HOUR)

    with pytest.raises(NoFreeLocker):
        await desks.transfer(later, KeyName(another.id), automat_id=automat.id)
