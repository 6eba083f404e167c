"""What still needs a contact: contracts and reservations that are not over, keys that are out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from models.contracts import KeyAllocation, KeyContract, KeyContractContact, key_contract_status_at
from models.dialects.among import among
from models.errors import NotAllowed
from models.reservations import Reservation, ReservationContact, ReservationStatus
from resolvers.retention import OVER
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class Dealings:
    """All that a contact was or is named in.

    Args:
        contracts: Its key contracts.
        reservations: Its reservations.
        with_key_out: Which of the contracts have a key out.
    """

    contracts: Sequence[KeyContract]
    reservations: Sequence[Reservation]
    with_key_out: frozenset[UUID]

    def needing(self, now: datetime) -> list[str]:
        """Name what still needs the contact, for people; empty when nothing does."""
        contracts = [one for one in self.contracts if self._is_going_on(one, now)]
        behind = {one.reservation_id for one in contracts}
        return [
            *(f"the key contract {one.reference}" for one in contracts),
            *(
                f"the reservation {one.external_id} of {one.source}"
                for one in self.reservations
                if one.id not in behind and _is_to_come(one, now)
            ),
        ]

    def _is_going_on(self, contract: KeyContract, now: datetime) -> bool:
        out = contract.id in self.with_key_out
        if out:
            return True
        status = key_contract_status_at(contract, now, key_is_out=False)
        return status not in OVER and (contract.ends_at is None or now < contract.ends_at)


def _is_to_come(reservation: Reservation, now: datetime) -> bool:
    over = reservation.status in {ReservationStatus.CANCELLED, ReservationStatus.ENDED}
    return not over and (reservation.ends_at is None or now < reservation.ends_at)


async def require_all_dealings(work: Work, contact_id: UUID) -> None:
    """Go on only if the actor reaches all that a contact is named in, as all of it is meant.

    Raises:
        NotAllowed: Something of it is beyond the units that they reach.
    """
    if not work.is_narrow:
        return
    for model in (ReservationContact, KeyContractContact):
        named: Any = model.contact_id == contact_id
        theirs = {row.id for row in await work.all(work.own(model).where(named))}
        if theirs - {row.id for row in await work.all(work.seen(model).where(named))}:
            raise NotAllowed(
                "The contact is also named beyond the units that you reach; ask an administrator "
                "of your organization.",
                path=("contact_id",),
            )


async def dealings_of(work: Work, contact_id: UUID) -> Dealings:
    """Read and lock all that a contact is named in."""
    link, own = ReservationContact, KeyContractContact
    reserved = select(link.reservation_id).where(link.contact_id == contact_id)
    promised = select(own.key_contract_id).where(own.contact_id == contact_id)
    reservations = await work.locking(
        work.own(Reservation).where(Reservation.id.in_(reserved)), Reservation
    )
    contracts = await work.locking(
        work.own(KeyContract).where(
            or_(KeyContract.reservation_id.in_(reserved), KeyContract.id.in_(promised))
        ),
        KeyContract,
    )
    return Dealings(contracts, reservations, await _with_key_out(work, contracts))


async def _with_key_out(work: Work, contracts: Sequence[KeyContract]) -> frozenset[UUID]:
    row = KeyAllocation
    out = select(row.key_contract_id).where(
        among(row.key_contract_id, [one.id for one in contracts]),
        row.fetched_at.is_not(None),
        row.returned_at.is_(None),
        row.removed_at.is_(None),
    )
    return frozenset(await work.scalars(out)) if contracts else frozenset()
