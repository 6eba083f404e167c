"""Key contracts that staff make of certain keys, without a reservation."""

from collections.abc import Sequence
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract, KeyContractStatus, Verification
from models.errors import InvalidInput, KeyOut
from models.jobs import JobKind
from models.organizations import ContactDetails
from models.times import Window
from resolvers import jobs, retention
from resolvers.planning.holdings import held_by
from resolvers.planning.letting_go import let_go
from resolvers.planning.targets import aim
from resolvers.signed.processes import withdraw_open
from resolvers.staff_contracts import creating
from resolvers.staff_contracts.asked import Asked
from resolvers.transitions import end_if_overdue, move_contract
from resolvers.work import Work


async def create(
    work: Work,
    *,
    key_ids: Sequence[UUID | None] = (),
    key_ring_ids: Sequence[UUID | None] = (),
    contacts: list[ContactDetails],
    window: Window,
    automat_id: UUID | None = None,
    free_locker_after_fetch: bool | None = None,
    pick_up_information: str | None = None,
    reference: str | None = None,
    verification: Verification | None = None,
) -> KeyContract:
    """Promise certain keys to contacts for a time that is said; see `creating.create`."""
    asked = Asked(
        contacts=contacts,
        key_ids=key_ids,
        key_ring_ids=key_ring_ids,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        says_end=True,
        automat_id=automat_id,
        free_locker_after_fetch=free_locker_after_fetch,
        pick_up_information=pick_up_information,
        reference=reference,
        verification=verification,
    )
    return await creating.create(work, asked)


async def by_staff(work: Work, id: UUID | None) -> KeyContract:
    """Lock a key contract that staff made.

    Raises:
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation.
    """
    known = await work.get(KeyContract, id, path=("id",))
    if known.reservation_id is not None:
        message = "It belongs to a reservation: change or cancel that one."
        raise InvalidInput(message, path=("id",))
    return (await work.locked(KeyContract, [known.id]))[0]


async def cancel(work: Work, id: UUID | None) -> KeyContract:
    """Give a contract by staff up, and free all that it held; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation.
        KeyOut: Somebody has a key (R67).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await by_staff(work, id)
    if contract.status is not KeyContractStatus.CANCELLED:
        await give_up(work, contract)
    return contract


async def give_up(work: Work, contract: KeyContract) -> None:
    """Let go of all that a key contract holds.

    Raises:
        KeyOut: Somebody has a key.
    """
    held = (await held_by(work, [contract.id]))[contract.id]
    for key in held.keys_out:
        raise KeyOut(f"A key was fetched at {key.fetched_at} and is not back yet.")
    reason = "It was given up."
    end_if_overdue(work, contract)
    if contract.status is not KeyContractStatus.CANCELLED:
        move_contract(work, contract, KeyContractStatus.CANCELLED, reason=reason)
    await work.save()
    await let_go(work, [held], reason=reason)
    await aim(work, [key.key_id for key in held.keys])
    await withdraw_open(work, [contract.id], reason=reason)
    await jobs.forget(work, JobKind.KEY_CONTRACT, [contract.id])
    await retention.plan(work, contract.id)
