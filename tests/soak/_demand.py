"""What a partner pushes: every number means one stay, which is pushed again and again, and changed.

The numbers in use move on with the turns. Most pushes are of the newest few, so that writers of
different processes have the same one in hand at the same moment.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from _houses import House
from _turns import moment

from models.organizations import ContactDetails
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Request, Times

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_IN_A_TURN = 0.2
FRESH, OLD = 40, 4_000
LENGTHS = ((2 * HOUR, 2 * DAY), (2 * DAY, 6 * DAY), (12 * DAY, 20 * DAY))
"""Short stays, longer ones, and those that hold a locker only for the fetch and the return."""
FOR_EVER = 0.002


@dataclass(frozen=True)
class Stay:
    """A stay as it was meant at first."""

    entity: int
    starts_at: datetime
    ends_at: datetime | None
    wants_single_locker: bool


class Demand:
    """Thinks of pushes.

    Args:
        house: What can be reserved.
        chance: Decides.
    """

    def __init__(self, house: House, chance: random.Random) -> None:
        self.house = house
        self.chance = chance

    def number(self, turn: int, *, hot: float = 0.5) -> str:
        """Choose a stay: by a chance one that somebody else has in hand just now."""
        back = FRESH if self.chance.random() < hot else OLD
        return str(OLD + int(turn * NEW_IN_A_TURN) - self.chance.randrange(back))

    def numbers(self, turn: int, count: int, *, twice: bool) -> list[str]:
        """Choose several stays; different ones unless one may be among them twice."""
        chosen: list[str] = []
        while len(chosen) < count:
            number = self.number(turn, hot=0.1)
            if twice or number not in chosen:
                chosen.append(number)
        return chosen

    def request(self, turn: int, number: str, *, moved: bool = False) -> Request:
        """Push a stay as it was meant, or otherwise; moved to another entity if that is wanted."""
        stay, chance = stay_of(int(number), len(self.house.entities)), self.chance
        starts_at, ends_at, guest = stay.starts_at, stay.ends_at, number
        if chance.random() < 0.2:
            starts_at += chance.randrange(-12, 24) * HOUR
        if chance.random() < 0.35:
            ends_at = max(starts_at, moment(turn)) + chance.randrange(1, 100) * HOUR
        if chance.random() < 0.1:
            guest = f"{number} and {turn}"
        entity = chance.randrange(len(self.house.entities)) if moved else stay.entity
        single = stay.wants_single_locker and bool(self.house.single_lockers)
        return Request(
            external_id=number,
            entity_id=self.house.entities[entity],
            contacts=[ContactDetails(name=f"Guest {guest}", email="guest@example.com")],
            times=Times(starts_at=starts_at, ends_at=ends_at),
            wanted=Wanted(automat_id=chance.choice(self.house.single_lockers) if single else None),
        )


def stay_of(number: int, entities: int) -> Stay:
    """Give a stay by its number: the same one to everybody."""
    chance = random.Random(number)
    soon = chance.random() < 0.4
    ahead = chance.random() * (12 * HOUR if soon else 14 * DAY)
    begin = moment((number - OLD) / NEW_IN_A_TURN) + ahead
    starts_at = begin.replace(minute=0, second=0, microsecond=0)
    shortest, longest = chance.choices(LENGTHS, (65, 27, 8))[0]
    length = shortest + chance.random() * (longest - shortest)
    ends_at = None if chance.random() < FOR_EVER else starts_at + length
    wants_single = soon and chance.random() < 0.01
    return Stay(chance.randrange(entities), starts_at, ends_at, wants_single)
