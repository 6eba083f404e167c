"""PINs that automats know already of a contract that waits for a signature: they forget them."""

from uuid import UUID

from sqlalchemy import update

from models.contracts import LockerContract, LockerContractState
from models.dialects.among import among
from models.events import EventKind
from resolvers import codes
from resolvers.planning.holdings import Held, HeldLocker
from resolvers.planning.letting_go import SYNCED, synced
from resolvers.planning.notices import UNSIGNED
from resolvers.transitions import step
from resolvers.work import About, Work


async def keep_back(work: Work, contract_id: UUID, held: Held) -> None:
    """Let automats forget the PINs of what a key contract holds, until it is signed (un-sync)."""
    ids = synced(held.lockers)
    if not ids:
        return
    await (await work.connection()).execute(
        update(LockerContract)
        .where(among(LockerContract.id, ids))
        .values(state=LockerContractState.PLANNED, synced_at=None, opened_at=None)
    )
    for one in held.lockers:
        if one.state in SYNCED:
            _record(work, contract_id, one)
    await codes.renew(work, ids)


def _record(work: Work, contract_id: UUID, one: HeldLocker) -> None:
    step(
        work,
        About(LockerContract, one.id),
        one.state,
        LockerContractState.PLANNED,
        kind=EventKind.LOCKER_CONTRACT_UNSYNCED,
        reason=UNSIGNED,
        notice=f"The automat forgets a PIN that was for it {one.window}: {UNSIGNED}",
        key_contract_id=contract_id,
        automat_id=one.automat_id,
    )
