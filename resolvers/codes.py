"""The codes that automats should know, kept in step with the contracts and keys behind them.

The PINs of locker contracts are seen to here, the return codes of keys in `return_codes`.

Until an automat is linked this is as far as a PIN goes. The link compares `Automat.code_revision`
with the revision that the automat says it has.
"""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, insert, select, union_all, update

from models.automats import Automat
from models.base import new_id
from models.codes import AutomatCode, CodeUse
from models.contracts import LIVE_STATES, LockerContract, LockerContractKind, LockerContractState
from models.dialects.among import among, ids_later
from models.dialects.instants import Instant
from models.keys import Key
from models.pins import COOL_DOWN
from resolvers.work import Reading, Work

PAST_STATES = (
    LockerContractState.COMPLETED,
    LockerContractState.FAILED,
    LockerContractState.CANCELLED,
)
SYNCED_STATES = (LockerContractState.SYNCING, LockerContractState.READY)


async def renew(work: Work, locker_contract_ids: Collection[UUID]) -> None:
    """Let automats know, or forget, the PINs of locker contracts as they stand now."""
    if not locker_contract_ids:
        return
    connection = await work.connection()
    row = AutomatCode
    forgotten = await connection.execute(
        delete(row)
        .where(among(row.locker_contract_id, locker_contract_ids))
        .returning(row.automat_id)
    )
    known = await work.rows(
        select(LockerContract).where(
            among(LockerContract.id, locker_contract_ids),
            LockerContract.state.in_(SYNCED_STATES),
            LockerContract.locker_id.is_not(None),
            LockerContract.pin.is_not(None),
        )
    )
    if known:
        await connection.execute(insert(row), [_code_of(work, contract) for contract in known])
    changed = {one.automat_id for one in (*forgotten, *known)}
    await bump(work, changed)


def _code_of(work: Work, contract: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": work.actor.organization_id,
        "automat_id": contract.automat_id,
        "locker_id": contract.locker_id,
        "code": contract.pin,
        "use": _use(contract),
        "locker_contract_id": contract.id,
        "opens_at": contract.starts_at,
        "closes_at": contract.ends_at,
    }


def _use(contract: Any) -> CodeUse:
    if contract.return_only or contract.kind is LockerContractKind.RETURN:
        return CodeUse.RETURN
    return CodeUse.FETCH if contract.kind is LockerContractKind.FETCH else CodeUse.FETCH_AND_RETURN


async def bump(work: Work, automat_ids: Iterable[UUID]) -> None:
    """Count that the codes which automats should know have changed."""
    ids = sorted(automat_ids)
    if ids:
        await (await work.connection()).execute(
            update(Automat)
            .where(among(Automat.id, ids))
            .values(code_revision=Automat.code_revision + 1)
        )


async def in_use(reading: Reading, automat_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """List each code that automats know, will know or knew lately: PINs and return codes (G13)."""
    told = {"automats": list(automat_ids), "lately": reading.now - COOL_DOWN}
    rows = await reading.rows(_in_use(), **told)
    return {id: set() for id in automat_ids} | {row.id: set(row.codes.split()) for row in rows}


@cache
def _in_use() -> Select[Any]:
    """Select one row for each automat: reading a row for each code would take thrice as long."""
    row, automats = LockerContract, ids_later("automats")
    pins = select(row.automat_id.label("id"), row.pin.label("code")).where(
        among(row.automat_id, automats), row.pin.is_not(None)
    )
    live = pins.where(row.state.in_(LIVE_STATES))
    past = pins.where(row.state.in_(PAST_STATES), row.ends_at > bindparam("lately", type_=Instant))
    here = select(Key.automat_id, Key.return_code).where(
        among(Key.automat_id, automats), Key.return_code.is_not(None)
    )
    home = select(Key.selected_automat_id, Key.return_code).where(
        among(Key.selected_automat_id, automats), Key.return_code.is_not(None)
    )
    back = select(AutomatCode.automat_id, AutomatCode.code).where(
        among(AutomatCode.automat_id, automats), AutomatCode.key_id.is_not(None)
    )
    all_of_them = union_all(live, past, here, home, back).subquery()
    codes = func.aggregate_strings(all_of_them.c.code, " ").label("codes")
    return select(all_of_them.c.id, codes).group_by(all_of_them.c.id)
