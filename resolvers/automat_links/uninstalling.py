"""The end of an automat: nobody is sent there any more, and nothing is told to it."""

from uuid import UUID

from sqlalchemy import delete, select

from models.accounts import Permission
from models.automats import Automat, AutomatState
from models.codes import AutomatCode
from models.contracts import KeyContract, LockerContract
from models.errors import StillInUse
from models.events import EventKind
from models.keys import Key
from models.live_contracts import is_live
from resolvers import codes
from resolvers.automat_links import revoking
from resolvers.planning.targets import aim
from resolvers.work import Work

NAMED = 10
"""So many keys and contracts are named; of more only the number is told."""


async def uninstall(work: Work, id: UUID | None) -> Automat:
    """Take an automat out of use for good; a second time changes nothing.

    Its credentials are taken back and its codes forgotten. Its past stays, and so does its device
    id, with which it can be put into service again. Keys that are out and lived in it come back
    elsewhere.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
        StillInUse: Keys lie in it, or a contract holds one of its lockers.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    known = await revoking.hold(work, automat.id)
    await _check_is_unused(work, automat)
    if automat.state is AutomatState.UNINSTALLED:
        return automat
    automat.state = AutomatState.UNINSTALLED
    automat.installation_pin = automat.installation_pin_until = None
    await revoking.take_back(work, known)
    forgotten = delete(AutomatCode).where(AutomatCode.automat_id == automat.id)
    await (await work.connection()).execute(forgotten)
    await codes.bump(work, [automat.id])
    await work.save()
    living = work.own(Key).where(Key.selected_automat_id == automat.id)
    await aim(work, [key.id for key in await work.all(living)])
    work.record(EventKind.AUTOMAT_UNINSTALLED, automat)
    return automat


async def _check_is_unused(work: Work, automat: Automat) -> None:
    keys = await work.scalars(
        select(Key.code)
        .where(
            Key.organization_id == work.actor.organization_id,
            Key.automat_id == automat.id,
        )
        .order_by(Key.code)
    )
    contracts = await work.scalars(
        select(KeyContract.reference)
        .join(LockerContract, LockerContract.key_contract_id == KeyContract.id)
        .where(
            KeyContract.organization_id == work.actor.organization_id,
            LockerContract.automat_id == automat.id,
            is_live(LockerContract),
        )
        .distinct()
        .order_by(KeyContract.reference)
    )
    found = {"keys lie in it": keys, "contracts hold its lockers": contracts}
    said = [f"{what}: {_named(list(names))}" for what, names in found.items() if names]
    if said:
        raise StillInUse(f"The automat is still in use; {'; '.join(said)}.", path=("id",))


def _named(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
