"""Everything that writers do: each by the use case, through the door of the API, and counted."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from _demand import Demand
from _houses import House
from _sights import Sights
from _tally import Tally
from _turns import moment

from geo.geocoding import Geocoder
from models.database import Database
from models.errors import LivionKeyError
from models.organizations import ContactDetails
from models.reservations import ErrorPolicy
from resolvers import reservations
from resolvers.handover.desks import KeyName, hand_over, take_back, transfer
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.pushing.batches import push_many
from resolvers.work import Work
from schema.context import Context

LARGEST_BATCH = 60
WALK_IN = ContactDetails(name="Walk-in", email="walk-in@example.com")

NOWHERE = cast("Any", None)
"""Nothing that is done here reaches outside."""


class Errands:
    """What one writer can do: each from a turn on, for so many turns.

    Args:
        database: Where.
        geocoder: What the door asks for; nobody asks it anything.
        house: Whose estate.
        chance: Decides.
        tally: Counts.
    """

    def __init__(
        self,
        database: Database,
        geocoder: Geocoder,
        house: House,
        chance: random.Random,
        tally: Tally,
    ) -> None:
        self.database = database
        self.geocoder = geocoder
        self.house = house
        self.chance = chance
        self.tally = tally
        self.demand = Demand(house, chance)
        self.sights = Sights(database, house.organization_id)

    async def _do(self, kind: str, act: Callable[[Work], Awaitable[Any]], at: datetime) -> None:
        """Go through the door, and count the answer; a refusal is one."""
        context = Context(self.database, self.geocoder, NOWHERE, self.house.owner, at)
        try:
            answer = await context.writing(act)
        except LivionKeyError as refusal:
            answer = refusal
        for one in answer if isinstance(answer, list) else [answer]:
            self.tally.note(kind, one)

    async def push(self, turn: int, _turns: int, kind: str = "push") -> None:
        """Push one stay."""
        request = self.demand.request(turn, self.demand.number(turn), moved=kind == "move")
        await self._do(kind, partial(reservations.push, request=request), moment(turn))

    async def move(self, turn: int, turns: int) -> None:
        """Push a stay of another entity."""
        await self.push(turn, turns, "move")

    async def push_batch(self, turn: int, turns: int) -> None:
        """Push several stays in one call, sometimes one of them more than once."""
        numbers = self.demand.numbers(turn, turns, twice=self.chance.random() < 0.05)
        requests = [self.demand.request(turn, number) for number in numbers]

        async def push(work: Work) -> Any:
            done = push_many(work, requests, policy=ErrorPolicy.KEEP_GOOD, dry_run=False)
            return [row.pushed for row in await done]

        await self._do("push in a batch", push, moment(turn))

    async def push_twice(self, turn: int, turns: int) -> None:
        """Push one stay twice at the same moment, the same or otherwise."""
        number = self.demand.number(turn)
        first = self.demand.request(turn, number)
        second = first if self.chance.random() < 0.5 else self.demand.request(turn, number)
        acts = [partial(reservations.push, request=one) for one in (first, second)]
        await asyncio.gather(*(self._do("push twice at once", act, moment(turn)) for act in acts))

    async def cancel(self, turn: int, _turns: int) -> None:
        """Give a stay up, sometimes by force."""
        number, force = self.demand.number(turn), self.chance.random() < 0.2
        cancel = partial(reservations.cancel, external_id=number, force=force)
        await self._do("forced cancel" if force else "cancel", cancel, moment(turn))

    async def cancel_while_fetched(self, turn: int, turns: int) -> None:
        """Give a stay up at the moment at which its key is fetched."""
        automat_id, seen = await self._at_an_automat(moment(turn))
        if seen is None or seen.reservation_id is None:
            await self._push_instead(turn, turns)
            return
        force = self.chance.random() < 0.3
        cancel = partial(reservations.cancel, id=seen.reservation_id, force=force)
        fetch = partial(key_fetched, automat_id=automat_id, locker_index=seen.index)
        await asyncio.gather(
            self._do("cancel at the fetch", cancel, moment(turn)),
            self._do("fetch at the cancel", partial(fetch, at=moment(turn)), moment(turn)),
        )

    async def fetch(self, turn: int, turns: int) -> None:
        """Take a key out of a locker; what the automat says of it comes once or twice."""
        automat_id, seen = await self._at_an_automat(moment(turn))
        if seen is None:
            await self._push_instead(turn, turns)
            return
        tag = self.chance.choice([None, seen.rfid_tag])
        at = {"at": moment(turn), "rfid_tag": tag}
        fetch = partial(key_fetched, automat_id=automat_id, locker_index=seen.index, **at)
        await self._heard_twice("fetch", fetch, turn, turns)

    async def give_back(self, turn: int, turns: int) -> None:
        """Put a key into the locker that is held for it, or sometimes into any other."""
        key = self._any_of(await self.sights.out())
        held = await self.sights.to_return(key.id) if key else []
        if key is None:
            await self._push_instead(turn, turns)
            return
        automat_id, index = held[0] if held else (self.chance.choice(self.house.automats), 0)
        if self.chance.random() < 0.05:
            automat_id, index = self.chance.choice(self.house.automats), 0
        tag = self.chance.choice([None, key.rfid_tag])
        at = {"at": moment(turn), "rfid_tag": tag}
        give = partial(key_returned, automat_id=automat_id, locker_index=index, **at)
        await self._heard_twice("return", give, turn, turns)

    async def hand_over(self, turn: int, turns: int) -> None:
        """Hand a key over at a desk, mostly to whom it is promised."""
        seen = self._any_of(await self.sights.to_hand_over(moment(turn)))
        if seen is None:
            await self._push_instead(turn, turns)
            return
        name, way = KeyName(code=seen.code), self.chance.random()
        if way < 0.6:
            give = partial(hand_over, names=[name], key_contract_id=seen.key_contract_id)
        elif way < 0.9:
            give = partial(hand_over, names=[name])
        else:
            give = partial(hand_over, names=[name], contacts=[WALK_IN], due_at=moment(turn + 600))
        await self._do("hand-over", give, moment(turn))

    async def take_back(self, turn: int, turns: int) -> None:
        """Take a key back at a desk."""
        seen = self._any_of(await self.sights.out())
        if seen is None:
            await self._push_instead(turn, turns)
            return
        name, desk_id = KeyName(code=seen.code), self.chance.choice(self.house.desks)
        take = partial(take_back, name=name, manual_storage_id=desk_id)
        await self._do("take-back", take, moment(turn))

    async def bring(self, turn: int, turns: int) -> None:
        """Bring a key from a desk to the automat where it is wanted."""
        seen = self._any_of(await self.sights.to_bring())
        if seen is None:
            await self._push_instead(turn, turns)
            return
        there = {"name": KeyName(code=seen.code), "automat_id": seen.target_automat_id}
        await self._do("key brought", partial(transfer, **there), moment(turn))

    async def _heard_twice(self, kind: str, act: Any, turn: int, turns: int) -> None:
        """Say something as often as there are turns, at the same moment."""
        await asyncio.gather(*(self._do(kind, act, moment(turn)) for _ in range(turns)))

    async def _push_instead(self, turn: int, turns: int) -> None:
        """Push stays where there is nothing else to do."""
        for number in range(turns):
            await self.push(turn + number, 1)

    async def _at_an_automat(self, now: datetime) -> tuple[UUID, Any]:
        """Look for a key that can be fetched, at three automats at most."""
        automats = self.house.automats
        for automat_id in self.chance.sample(automats, min(3, len(automats))):
            if found := self._any_of(await self.sights.to_fetch(automat_id, now)):
                return automat_id, found
        return automats[0], None

    def _any_of(self, seen: list[Any]) -> Any:
        return self.chance.choice(seen) if seen else None
