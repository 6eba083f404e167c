"""A stay that is over with one key out: what was held for the others is free all the same."""

import pytest
from factories import HOUR, make_automat, make_key
from handing import allocations
from lives import look_after
from promising import lockers_of, made

from models.contracts import KeyContract, KeyContractStatus, LockerContract, LockerContractKind
from models.keys import Key, KeyKind
from resolvers.handover.lockers import key_fetched
from resolvers.work import Work

of_both_kinds = pytest.mark.parametrize("kind", [KeyKind.MECHANICAL, KeyKind.ELECTROMECHANICAL])


async def two_keys(work: Work, kind: KeyKind, *, frees: bool) -> tuple[KeyContract, Key, Key]:
    """Promise two keys of an automat, and let the first be fetched."""
    automat = await make_automat(work)
    out, other = [await make_key(work, automat=automat, kind=kind) for _ in range(2)]
    contract = await made(work, out, other, starts_at=work.now, free_locker_after_fetch=frees)
    await key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)
    assert not out.is_stored
    return contract, out, other


async def live_lockers(work: Work, contract: KeyContract) -> list[LockerContract]:
    return [one for one in await lockers_of(work, contract) if one.state.is_live]


@of_both_kinds
@pytest.mark.parametrize("frees", [True, False])
async def test_what_was_not_fetched_is_let_go(work: Work, kind: KeyKind, frees: bool) -> None:
    contract, out, other = await two_keys(work, kind, frees=frees)

    await look_after(work, contract, at=contract.ends_at)

    (waiting,), (having,) = await allocations(work, other), await allocations(work, out)
    assert (waiting.live, having.live) == (False, True)
    held = await live_lockers(work, contract)
    assert [one.key_id for one in held if one.return_only] == [out.id] * (not frees)
    assert not [one for one in held if one.kind is LockerContractKind.FETCH]
    assert contract.status is KeyContractStatus.OVERDUE


@of_both_kinds
async def test_one_that_was_fetched_in_time_is_believed_afterwards(
    work: Work, kind: KeyKind
) -> None:
    contract, _, other = await two_keys(work, kind, frees=False)
    over = await look_after(work, contract, at=contract.ends_at)

    heard = await key_fetched(over, automat_id=other.automat_id, locker_index=1, at=over.now - HOUR)

    assert (heard.key_contract_id, heard.contradiction) == (contract.id, None)
    (allocation,) = await allocations(over, other)
    assert (allocation.live, allocation.fetched_at) == (True, over.now - HOUR)
