"""Key contracts that staff make of certain keys, and the lockers and keys that these hold."""

from typing import Any

from factories import AINO, DAY

from models.contracts import KeyAllocation, KeyContract, LockerContract
from models.keys import Key
from models.times import Window
from resolvers import contracts
from resolvers.staff_contracts import creating
from resolvers.staff_contracts.asked import Asked
from resolvers.work import Work


async def promised(work: Work, *made: Key, days: int | None = 2, **given: Any) -> KeyContract:
    """Make a contract of keys that begins in a day, unless something else is said."""
    begins = given.pop("starts_at", work.now + DAY)
    usual = {
        "key_ids": [key.id for key in made],
        "contacts": [AINO],
        "window": Window(begins, None if days is None else begins + days * DAY),
        "pick_up_information": "Ring twice.",
    }
    return await contracts.create(work, **(usual | given))


def asked(work: Work, *made: Key, days: int | None = 2, **given: Any) -> Asked:
    """Ask for a contract of keys that begins in a day, unless something else is said."""
    begins = given.pop("starts_at", work.now + DAY)
    usual = {
        "key_ids": [key.id for key in made],
        "contacts": [AINO],
        "starts_at": begins,
        "ends_at": None if days is None else begins + days * DAY,
        "says_end": True,
        "pick_up_information": "Ring twice.",
    }
    return Asked(**(usual | given))


async def made(work: Work, *keys: Key, **given: Any) -> KeyContract:
    """Make such a contract."""
    return await creating.create(work, asked(work, *keys, **given))


async def lockers_of(work: Work, contract: KeyContract) -> list[LockerContract]:
    row = LockerContract
    theirs = work.own(row).where(row.key_contract_id == contract.id).order_by(row.starts_at, row.id)
    return list(await work.all(theirs))


async def allocations(work: Work, contract: KeyContract) -> list[KeyAllocation]:
    row = KeyAllocation
    return list(await work.all(work.own(row).where(row.key_contract_id == contract.id, row.live)))
