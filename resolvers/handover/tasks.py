"""Tasks for people: keys that have to be put into a locker before somebody comes for them (R14)."""

from sqlalchemy import or_

from models.automats import Automat, Locker
from models.contracts import LockerContract, LockerContractKind
from models.events import EventKind
from models.keys import Key, KeyStatus
from models.live_contracts import is_live
from resolvers.work import Work


async def ask_to_insert(work: Work, key: Key) -> None:
    """Tell that a key has to be brought to the automat of its next contract, if it is not there.

    It was aimed before (`targets.aim`): nobody is sent with a key that somebody else fetches first.
    """
    row = LockerContract
    coming = work.own(row).where(
        row.key_id == key.id,
        is_live(row),
        row.kind != LockerContractKind.RETURN,
        or_(row.ends_at.is_(None), row.ends_at > work.now),
    )
    contract = await work.first(coming.order_by(row.starts_at))
    if contract is not None and contract.automat_id == key.target_automat_id:
        await _ask(work, key, contract)


async def ask_again(work: Work, contract: LockerContract) -> None:
    """Tell that a key which waits to be brought has to go into another locker than was said.

    It was aimed before, see `ask_to_insert`.
    """
    if contract.kind is LockerContractKind.RETURN or contract.key_id is None:
        return
    key = await work.get(Key, contract.key_id)
    if key.status is KeyStatus.IN_STORAGE and key.target_automat_id == contract.automat_id:
        await _ask(work, key, contract)


async def _ask(work: Work, key: Key, contract: LockerContract) -> None:
    automat = await work.get(Automat, contract.automat_id)
    locker = await work.get(Locker, contract.locker_id)
    work.record(
        EventKind.INSERT_KEY,
        key,
        notice=f"Put the key {key.code} into locker {locker.index} of {automat.name} before "
        f"{contract.starts_at.isoformat()}.",
        automat_id=automat.id,
        locker_id=locker.id,
        before=contract.starts_at,
    )
