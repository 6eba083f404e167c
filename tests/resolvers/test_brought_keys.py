"""Keys added to a contract whose keys of a desk are on their way to an automat (R64, G33)."""

from typing import Any

import pytest
from factories import make_automat, make_desk, make_key
from handing import name
from lives import fetch
from outcomes import undone
from promising import lockers_of, made

from models.automats import Automat
from models.contracts import KeyContract
from models.errors import MixedStorage
from models.keys import Key
from resolvers.handover.desks import transfer
from resolvers.staff_contracts.keys import change_keys
from resolvers.work import Work

COMING = pytest.mark.parametrize("lies_inside", [False, True])


async def two_to_bring(work: Work) -> tuple[Automat, KeyContract, list[Key]]:
    """Promise two keys of a desk that are to be brought to an automat."""
    automat, desk = await make_automat(work), await make_desk(work)
    keys = [await make_key(work, desk=desk) for _ in range(2)]
    return automat, await made(work, *keys, automat_id=automat.id), keys


async def one_more(work: Work, automat: Automat, *, lies_inside: bool) -> Key:
    place: dict[str, Any] = {"automat": automat} if lies_inside else {}
    return await make_key(work, **place)


async def check_all_there(work: Work, contract: KeyContract, automat: Automat) -> None:
    held = [one for one in await lockers_of(work, contract) if one.state.is_live]
    assert {one.automat_id for one in held} == {automat.id}
    assert len({one.key_id for one in held}) == 3


@COMING
@pytest.mark.parametrize("brought", [0, 1, 2])
async def test_a_key_is_added_whichever_of_the_others_were_brought(
    work: Work, brought: int, *, lies_inside: bool
) -> None:
    automat, contract, keys = await two_to_bring(work)
    for key in keys[:brought]:
        await transfer(work, name(key), automat_id=automat.id)
    third = await one_more(work, automat, lies_inside=lies_inside)

    await change_keys(work, contract.id, add=[third.id])

    await check_all_there(work, contract, automat)
    assert third.target_automat_id == (None if lies_inside else automat.id)


@COMING
async def test_a_key_is_added_while_one_waits_there_and_one_is_out(
    work: Work, *, lies_inside: bool
) -> None:
    automat, contract, keys = await two_to_bring(work)
    for key in keys:
        await transfer(work, name(key), automat_id=automat.id)
    first, _ = await lockers_of(work, contract)
    out = await fetch(work, first, at=contract.starts_at)
    third = await one_more(out, automat, lies_inside=lies_inside)

    await change_keys(out, contract.id, add=[third.id])

    await check_all_there(out, contract, automat)


async def test_a_key_at_a_desk_is_not_added_to_those_that_live_in_automats(work: Work) -> None:
    automat = await make_automat(work)
    contract = await made(work, await make_key(work, automat=automat))
    other = await make_key(work)

    refusal = await undone(work, change_keys(work, contract.id, add=[other.id]))

    assert (type(refusal), refusal.path) == (MixedStorage, ("add_key_ids",))
