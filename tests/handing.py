"""Handing keys over and taking them back: how they are named, and what is known of them then."""

from typing import Any

from models.contracts import KeyAllocation
from models.custody import CustodyEntry
from models.keys import Key
from resolvers.custody_chains import in_force
from resolvers.handover import lockers
from resolvers.key_names import KeyName
from resolvers.work import Work


def name(key: Key) -> KeyName:
    return KeyName(code=key.code)


async def newest(work: Work, key: Key) -> CustodyEntry:
    found = await in_force(work, key.id)
    assert found is not None
    return found


async def allocations(work: Work, key: Key) -> list[KeyAllocation]:
    of_key = KeyAllocation.key_id == key.id
    return list(await work.all(work.own(KeyAllocation).where(of_key)))


async def take_from_locker(work: Work, automat_id: Any, index: int = 0) -> None:
    from_locker = {"automat_id": automat_id, "locker_index": index}
    await lockers.key_fetched(work, **from_locker, at=work.now)
