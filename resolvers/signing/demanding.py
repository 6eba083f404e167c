"""Which contracts can be signed now, by whom, and where (2.14, R82-R84)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from models.automats import Automat
from models.awaiting import covers_content
from models.contracts import MOVING, KeyAllocation, KeyContract, KeyContractStatus, Verification
from models.entities import ReservableEntity
from models.errors import AlreadySigned, InvalidInput, NotFound
from models.keys import Key, ManualStorage
from models.organizations import Contact
from models.reservations import Reservation
from models.signing import Signature, SigningPurpose
from resolvers import looking
from resolvers.relations import CONTACTS_OF_KEY_CONTRACT
from resolvers.work import Reading

PATH = ("key_contract_id",)


async def check_can_be_signed(
    reading: Reading, contract: KeyContract, purpose: SigningPurpose
) -> None:
    """Go on only with a contract that is to be signed for a purpose.

    A handover is signed while the contract waits for it, and where what was signed was changed
    while a key is out; a return as soon as a key was out, and again when a key was fetched or
    brought back since.

    Raises:
        InvalidInput: It is not verified at all, or not ready for that.
        AlreadySigned: It is signed.
    """
    if contract.verification is Verification.NONE:
        message = "The contract is made without verification: there is nothing to sign."
        raise InvalidInput(message, path=PATH)
    if purpose is SigningPurpose.RETURN:
        await _check_return(reading, contract)
    elif not is_to_be_signed(contract):
        if contract.signed_revision is not None:
            raise AlreadySigned(path=PATH)
        status = KeyContractStatus(contract.status)
        message = f"The contract is {status.name}; it has to wait for a signature to be signed."
        raise InvalidInput(message, path=PATH)


def is_to_be_signed(contract: KeyContract) -> bool:
    """Tell whether the handover of a contract is to be signed as it is now; also for plain rows."""
    if contract.verification is Verification.NONE:
        return False
    if contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE:
        return True
    return contract.status in MOVING and not covers_content(contract)


async def _check_return(reading: Reading, contract: KeyContract) -> None:
    allocation, signature = KeyAllocation, Signature
    moved = await reading.rows(
        select(
            func.max(allocation.fetched_at).label("fetched_at"),
            func.max(allocation.returned_at).label("returned_at"),
        ).where(allocation.key_contract_id == contract.id)
    )
    moments = [moment for moment in (moved[0].fetched_at, moved[0].returned_at) if moment]
    if not moments:
        raise InvalidInput("No key of the contract was ever out.", path=PATH)
    since = reading.own(signature).where(
        signature.key_contract_id == contract.id,
        signature.purpose == SigningPurpose.RETURN,
        signature.signed_at >= max(moments),
    )
    if await reading.first(since) is not None:
        raise AlreadySigned("The return is signed already.", path=PATH)


async def signer(reading: Reading, contract: KeyContract, contact_id: UUID | None) -> Contact:
    """Give the contact who is to sign: the main one when none is named.

    Raises:
        NotFound: It is none of the contract's contacts.
        InvalidInput: Nothing personal is left of it.
    """
    (people,) = await looking.belonging(reading, CONTACTS_OF_KEY_CONTRACT, [contract.id])
    for person in people:
        if person.id == contact_id or contact_id is None:
            if person.erased_at is not None:
                raise InvalidInput("The contact was erased.", path=("contact_id",))
            return await reading.get(Contact, person.id, path=("contact_id",))
    raise NotFound("The contract has no such contact.", path=("contact_id",))


async def units_of(reading: Reading, contract: KeyContract) -> Sequence[UUID]:
    """List the units of a contract's keys: those of the places where they live.

    While it has no certain key it is the unit of what is reserved.
    """
    unit_id = func.coalesce(Automat.unit_id, ManualStorage.unit_id)
    of_keys = (
        select(unit_id)
        .distinct()
        .select_from(KeyAllocation)
        .join(Key, Key.id == KeyAllocation.key_id)
        .outerjoin(Automat, Automat.id == Key.selected_automat_id)
        .outerjoin(ManualStorage, ManualStorage.id == Key.selected_manual_storage_id)
        .where(KeyAllocation.key_contract_id == contract.id, KeyAllocation.removed_at.is_(None))
    )
    found = await reading.scalars(of_keys)
    if found or contract.reservation_id is None:
        return found or [reading.actor.organization_id]
    reserved = (
        select(ReservableEntity.unit_id)
        .join(Reservation, Reservation.entity_id == ReservableEntity.id)
        .where(Reservation.id == contract.reservation_id)
    )
    return await reading.scalars(reserved)
