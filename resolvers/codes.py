"""The codes that automats should know, kept in step with the contracts and keys behind them.

The PINs of locker contracts are seen to here, the return codes of keys in `return_codes`. Each code
is written with the revision of its automat's table from which on it is in it: the link brings the
table there, and once the automat has said that it knows that revision the contract is READY, see
`automat_codes`. For an automat without a link this is as far as a PIN goes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from models.automats import Automat
from models.base import new_id
from models.codes import AutomatCode, CodeUse
from models.contracts import LockerContract, LockerContractKind, LockerContractState
from models.dialects.among import among
from models.events import EventKind
from models.marks import Marked
from models.sealed import Sealed
from resolvers.transitions import move_locker_contract
from resolvers.work import About, Work

SYNCED_STATES = (LockerContractState.SYNCING, LockerContractState.READY)
CHANGED = "What its automat should know of it has changed."


async def renew(
    work: Work,
    locker_contract_ids: Collection[UUID],
    *,
    reason: str = CHANGED,
    notices: Mapping[UUID, str] | None = None,
) -> None:
    """Let automats know, or forget, the PINs of locker contracts as they stand now.

    One that an automat was told before has to be learned anew (re-sync): it is SYNCING until the
    automat has said that it knows what is new, whoever changed it.

    Args:
        work: The transaction; the contracts are locked.
        locker_contract_ids: Those that may have changed.
        reason: Why they are learned anew, in words.
        notices: Sentences for people about those that are learned anew, by their ids.
    """
    if not locker_contract_ids:
        return
    forgotten = await _forget(work, locker_contract_ids)
    known = await _to_be_known(work, locker_contract_ids)
    revisions = await bump(work, {*forgotten.values(), *(one.automat_id for one in known)})
    if known:
        codes = [_code_of(work, one, revisions[one.automat_id]) for one in known]
        await (await work.connection()).execute(insert(AutomatCode), codes)
    anew = [one for one in known if one.id in forgotten]
    await _learn_anew(work, anew, reason, notices or {})


async def _forget(work: Work, locker_contract_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Take codes out of the tables of their automats; gives these by the ids of the contracts."""
    row = AutomatCode
    forgotten = await (await work.connection()).execute(
        delete(row)
        .where(among(row.locker_contract_id, locker_contract_ids))
        .returning(row.locker_contract_id, row.automat_id)
    )
    return {one.locker_contract_id: one.automat_id for one in forgotten}


async def _to_be_known(work: Work, locker_contract_ids: Collection[UUID]) -> list[Any]:
    return await work.rows(
        select(LockerContract).where(
            among(LockerContract.id, locker_contract_ids),
            LockerContract.state.in_(SYNCED_STATES),
            LockerContract.locker_id.is_not(None),
            LockerContract.sealed_pin.is_not(None),
        )
    )


def _code_of(work: Work, contract: Any, revision: int) -> dict[str, Any]:
    id, code = new_id(), contract.sealed_pin.opened(of=contract.id)
    return {
        "id": id,
        "organization_id": work.actor.organization_id,
        "automat_id": contract.automat_id,
        "locker_id": contract.locker_id,
        "sealed_code": Sealed(code, of=id),
        "code_mark": Marked(code, of=contract.automat_id),
        "use": _use(contract),
        "locker_contract_id": contract.id,
        "revision": revision,
        "wanted_at": work.now,
        "opens_at": contract.starts_at,
        "closes_at": contract.ends_at,
    }


def _use(contract: Any) -> CodeUse:
    if contract.return_only or contract.kind is LockerContractKind.RETURN:
        return CodeUse.RETURN
    return CodeUse.FETCH if contract.kind is LockerContractKind.FETCH else CodeUse.FETCH_AND_RETURN


async def _learn_anew(
    work: Work, contracts: Sequence[Any], reason: str, notices: Mapping[UUID, str]
) -> None:
    """Let contracts wait again until their automats have said that they know what is new."""
    ready = [one.id for one in contracts if one.state is LockerContractState.READY]
    for contract in await work.locked(LockerContract, ready) if ready else []:
        move_locker_contract(
            work,
            contract,
            LockerContractState.SYNCING,
            reason=reason,
            key_contract_id=contract.key_contract_id,
        )
        contract.synced_at = None
    await work.save()
    for one in contracts:
        work.record(
            EventKind.LOCKER_CONTRACT_RESYNCED,
            About(LockerContract, one.id),
            notice=notices.get(one.id),
            reason=reason,
            key_contract_id=one.key_contract_id,
            automat_id=one.automat_id,
            locker_id=one.locker_id,
        )


async def bump(work: Work, automat_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Count that the codes which automats should know change; gives the new revision of each.

    The automats are locked by it in the order of their ids, as everybody does, before the codes
    are written: so the revisions of an automat are committed in their order.
    """
    ids = sorted(automat_ids)
    if not ids:
        return {}
    locked = (
        select(Automat.id)
        .where(among(Automat.id, ids))
        .order_by(Automat.id)
        .with_for_update(key_share=True)
    )
    bumped = await (await work.connection()).execute(
        update(Automat)
        .where(Automat.id.in_(locked))
        .values(code_revision=Automat.code_revision + 1)
        .returning(Automat.id, Automat.code_revision)
    )
    return {one.id: one.code_revision for one in bumped}
