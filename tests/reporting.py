"""Reports of an automat about a stay: what it says, when it is told, and what comes of it."""

from datetime import timedelta
from typing import Any

from factories import make_automat, make_entity, make_key, push
from lives import at
from outcomes import key_contract

from models.automats import Automat, Locker
from models.contracts import KeyAllocation
from models.custody import CustodyEntry
from models.keys import Key
from models.reservations import Reservation
from resolvers.custody_chains import holder_in, in_force
from resolvers.handover.lockers import Heard, key_fetched, key_returned
from resolvers.work import Work

MINUTE = timedelta(minutes=1)


class Stay:
    """A stay of two days in an apartment whose key lies in locker 0 of an automat."""

    def __init__(self, work: Work, automat: Automat, key: Key, reservation: Reservation) -> None:
        self.work = work
        self.automat = automat
        self.key = key
        self.reservation = reservation
        self.begins = reservation.starts_at

    async def fetched(
        self, when: Any, *, told: Any = None, index: int = 0, tag: Any = None
    ) -> Heard:
        """Report a fetch at a moment, told then or later."""
        work = at(self.work, told or when)
        place = {"automat_id": self.automat.id, "locker_index": index}
        return await key_fetched(work, **place, at=when, rfid_tag=tag)

    async def returned(
        self, when: Any, *, told: Any = None, index: int = 0, tag: Any = None
    ) -> Heard:
        """Report a return at a moment, told then or later."""
        work = at(self.work, told or when)
        place = {"automat_id": self.automat.id, "locker_index": index}
        return await key_returned(work, **place, at=when, rfid_tag=tag)

    async def chain(self, key: Key | None = None) -> list[CustodyEntry]:
        of_key = CustodyEntry.key_id == (key or self.key).id
        found = await self.work.all(self.work.own(CustodyEntry).where(of_key))
        return sorted(found, key=lambda entry: entry.number)

    async def holder(self) -> Any:
        return holder_in(await in_force(self.work, self.key.id))

    async def contract_id(self) -> Any:
        return (await key_contract(self.work, self.reservation)).id

    async def allocation(self) -> KeyAllocation:
        of_stay = KeyAllocation.key_contract_id == await self.contract_id()
        (found,) = await self.work.all(self.work.own(KeyAllocation).where(of_stay))
        return found


async def make_stay(work: Work, **given: Any) -> Stay:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat, **given)
    reservation, _ = await push(work, apartment)
    return Stay(work, automat, key, reservation)


async def locker(work: Work, automat: Automat, index: int) -> Locker:
    lockers = work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == index)
    (found,) = await work.all(lockers)
    return found
