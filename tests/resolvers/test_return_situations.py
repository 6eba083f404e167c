"""Whatever has happened to keys: with a desk, each that is out has a place to come back to."""

from contextlib import suppress
from random import Random
from typing import Any

import pytest
from factories import (
    AINO,
    HOUR,
    make_automat,
    make_entity,
    make_key,
    make_unit,
    push,
)
from lives import at, fetch, lockers_of

from models.automats import Automat, AutomatModel, AutomatState, Locker
from models.errors import NoFreeLocker
from models.keys import Key, ManualStorage
from resolvers import automats, desks
from resolvers.handover.desks import KeyName, hand_over
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.keys import IS_OUT
from resolvers.return_places import ReturnPlace, return_places
from resolvers.work import Work

SMALL = AutomatModel.LIVIONKEY_1


async def taken(work: Work, automat: Automat, index: int = 0) -> None:
    """Let nobody knows who take a key out of a locker."""
    await key_fetched(work, automat_id=automat.id, locker_index=index, at=work.now)


class Situation:
    """A random organization with a desk at least, in which much has happened to many keys."""

    def __init__(self, work: Work, seed: int) -> None:
        self.work = work
        self.random = Random(seed)
        self.desks: list[Any] = []
        self.automats: list[Automat] = []

    async def make(self) -> None:
        random, work = self.random, self.work
        units = [await make_unit(work)]
        units += [await make_unit(work, parent_id=random.choice(units).id) for _ in range(3)]
        for _ in range(random.randint(1, 2)):
            unit_id = random.choice([None, *(unit.id for unit in units)])
            self.desks.append(await desks.create(work, name="Desk", unit_id=unit_id))
        for _ in range(3):
            model = random.choice([SMALL, SMALL, AutomatModel.LIVIONKEY_30])
            unit_id = random.choice(units).id
            self.automats.append(await make_automat(work, model=model, unit_id=unit_id))
        await self.by_hand()
        for _ in range(8):
            self.work = at(self.work, self.work.now + HOUR)
            await self.something_happens()
        for automat in self.automats:
            if random.random() < 0.3:
                states = [AutomatState.OUT_OF_SERVICE, AutomatState.UNINSTALLED]
                automat.state = random.choice(states)
        await work.save()

    async def something_happens(self) -> None:
        """Do something, if there is room for it."""
        action = self.random.choice(
            [self.stay, self.stay, self.by_hand, self.lose, self.mix, self.breaks]
        )
        with suppress(NoFreeLocker):
            async with self.work.attempt():
                await action()

    async def key(self, *opens: Any, **given: Any) -> Key:
        """Make a key that lives at a desk or in an automat."""
        if self.random.random() < 0.3:
            return await make_key(self.work, *opens, desk=self.random.choice(self.desks), **given)
        automat = self.random.choice(self.automats)
        return await make_key(self.work, *opens, automat=automat, **given)

    async def stay(self) -> None:
        """Let a guest have a key, short or long, and perhaps too long."""
        apartment = await make_entity(self.work)
        key = await self.key(apartment)
        days = self.random.choice([2, 60, None])
        stay, _ = await push(self.work, apartment, starts_at=self.work.now, days=days)
        outwards = await lockers_of(self.work, stay) if stay.unfulfilled_reason is None else []
        if outwards and key.locker_id == outwards[0].locker_id:
            await fetch(self.work, outwards[0], at=self.work.now)
        elif outwards:
            await hand_over(self.work, [KeyName(id=key.id)])

    async def by_hand(self) -> None:
        """Hand a key over, wherever it lies."""
        key = await self.key()
        await hand_over(self.work, [KeyName(id=key.id)], contacts=[AINO])

    async def lose(self) -> None:
        """Let somebody take a key without a contract."""
        key = await self.key()
        if key.locker_id is not None:
            locker = await self.work.get(Locker, key.locker_id)
            automat = await self.work.get(Automat, locker.automat_id)
            await taken(self.work, automat, locker.index)

    async def mix(self) -> None:
        """Put a key into some locker, whatever is in it."""
        tag = f"{self.random.getrandbits(64):016x}"
        await make_key(self.work, desk=self.random.choice(self.desks), rfid_tag=tag)
        automat = self.random.choice(self.automats)
        where = {"automat_id": automat.id, "locker_index": 0}
        await key_returned(self.work, **where, at=self.work.now, rfid_tag=tag)

    async def breaks(self) -> None:
        """Take a locker out of use."""
        automat = self.random.choice(self.automats)
        lockers = self.work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == 0)
        (locker,) = await self.work.all(lockers)
        await automats.update_locker(self.work, locker.id, out_of_order=True)


@pytest.mark.parametrize("seed", range(12))
async def test_with_a_desk_every_key_that_is_out_has_a_place_to_come_back_to(
    work: Work, seed: int
) -> None:
    situation = Situation(work, seed)
    await situation.make()

    for hours in (0, 1, 90 * 24):
        then = at(work, situation.work.now + hours * HOUR)
        out = await then.all(then.own(Key).where(*IS_OUT))
        assert out
        found = await return_places(then, [key.id for key in out])
        assert None not in found
        for place in found:
            assert place is not None
            assert (place.automat_id is None) is not (place.manual_storage_id is None)
            await check(then, place)


async def check(work: Work, place: ReturnPlace) -> None:
    """Look whether a key could really be left there."""
    if place.manual_storage_id is not None:
        assert await work.find(ManualStorage, place.manual_storage_id) is not None
        return
    automat = await work.get(Automat, place.automat_id)
    assert automat.state is AutomatState.IN_SERVICE
    if place.locker_id is not None:
        locker = await work.get(Locker, place.locker_id)
        assert automat.usable_lockers >> locker.index & 1
        inside = await work.first(work.own(Key).where(Key.locker_id == locker.id))
        assert inside is None
