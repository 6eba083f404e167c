"""A month in which 3 % of all automats fail each day: no guest lacks a place that there was."""

from datetime import timedelta
from random import Random

from factories import DAY, HOUR, make_automat, make_entity, make_key, make_unit, push
from lives import at

from geo.position import distance_metres
from models.automats import Automat, AutomatModel, AutomatState
from models.contracts import LIVE_STATES, KeyContract, LockerContract
from models.errors import LivionKeyError
from models.events import Event, EventKind
from models.places import Coordinates
from models.reservations import Reservation
from resolvers import automats
from resolvers.failover import watching
from resolvers.work import Work

AUTOMATS, DAYS, SHARE, EXTRA = 12, 30, 0.03, 900.0
STAYS_A_DAY = 2
FAILED, BACK = AutomatState.OUT_OF_SERVICE, AutomatState.IN_SERVICE


async def town(work: Work, random: Random) -> list[Automat]:
    """Put small automats into a town of 6 by 4 km."""
    places = [
        Coordinates(60.17 + random.uniform(0, 0.036), 24.90 + random.uniform(0, 0.108))
        for _ in range(AUTOMATS)
    ]
    return [
        await make_automat(work, f"{number}", place, model=AutomatModel.LIVIONKEY_1)
        for number, place in enumerate(places)
    ]


async def book(work: Work, random: Random, unit: object, homes: dict[object, Coordinates]) -> None:
    """Push a stay with a key at a desk somewhere in the town, if there is a place for it."""
    here = Coordinates(60.17 + random.uniform(0, 0.036), 24.90 + random.uniform(0, 0.108))
    home = await make_entity(work, here, unit_id=unit)
    await make_key(work, home)
    starts_at = work.now + random.randint(1, 5) * DAY + random.randint(0, 12) * HOUR
    try:
        stay, _ = await push(work, home, starts_at=starts_at, days=random.randint(1, 3))
    except LivionKeyError:
        return
    homes[stay.id] = here


async def held(work: Work) -> list[LockerContract]:
    live = work.own(LockerContract).where(LockerContract.state.in_(LIVE_STATES))
    return list(await work.all(live))


def had_a_place(
    one: LockerContract, here: Coordinates, others: list[LockerContract], cabinets: list[Automat]
) -> bool:
    """Look by other words whether an automat had its one locker free and was near enough."""
    places = {cabinet.id: cabinet.position for cabinet in cabinets}
    taken = {
        other.automat_id
        for other in others
        if other.ends_at
        and one.ends_at
        and other.starts_at < one.ends_at
        and one.starts_at < other.ends_at
    }
    limit = distance_metres(here, places[one.automat_id] or here) + EXTRA
    return any(
        cabinet.state is BACK
        and cabinet.id not in taken
        and distance_metres(here, cabinet.position or here) <= limit
        for cabinet in cabinets
    )


async def test_no_guest_is_without_a_place_that_there_was(work: Work) -> None:
    random = Random(20270601)
    unit = (await make_unit(work, failover_extra_metres=EXTRA)).id
    cabinets = await town(work, random)
    homes: dict[object, Coordinates] = {}
    failures = stuck = 0
    for day in range(DAYS):
        today = at(work, work.now + timedelta(days=day))
        for _ in range(STAYS_A_DAY):
            await book(today, random, unit, homes)
        failed = [one for one in cabinets if random.random() < SHARE]
        for one in failed:
            await automats.update(today, one.id, {"state": FAILED})
        for one in failed:
            await watching.look_after(today, one.id)
        failures += len(failed)
        now, ids = await held(today), {one.id for one in failed}
        for one in (one for one in now if one.automat_id in ids and one.starts_at > today.now):
            contract = await today.get(KeyContract, one.key_contract_id)
            stay = await today.get(Reservation, contract.reservation_id)
            assert not had_a_place(one, homes[stay.id], now, cabinets)
            stuck += 1
        settled = {one.id: one.automat_id for one in now}
        for one in failed:
            await automats.update(today, one.id, {"state": BACK})
            assert await watching.look_after(today, one.id) is None
        assert {one.id: one.automat_id for one in await held(today)} == settled

    moved = work.own(Event).where(Event.kind == EventKind.LOCKER_CONTRACT_FAILED_OVER)
    assert failures > 5
    assert await work.all(moved)
    assert stuck
