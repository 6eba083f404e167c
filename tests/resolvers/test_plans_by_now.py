"""Long stays that are planned when their time to fetch is over: what counts is how it is now."""

from datetime import datetime

from factories import DAY, PASILA, make_automat, make_desk, make_entity, make_key, push
from handing import name, take_from_locker
from lives import at, lockers_of, look_after, trail
from outcomes import locker_contracts

from models.automats import Automat, AutomatModel
from models.events import EventKind
from models.keys import Key
from models.reservations import Reservation, ReservationStatus
from resolvers.handover.taking_back import take_back
from resolvers.handover.transfers import transfer
from resolvers.planning.waiting import retry
from resolvers.work import Work

ONE = AutomatModel.LIVIONKEY_1


async def hold(work: Work, automat: Automat, starts_at: datetime, *, days: int) -> Reservation:
    """Let others have the only locker of an automat."""
    other = await make_entity(work)
    await make_key(work, other, desk=await make_desk(work, f"{automat.name} {starts_at}"))
    stay, _ = await push(work, other, starts_at=starts_at, days=days, automat_id=automat.id)
    return stay


async def waiting_for_days(work: Work) -> tuple[Work, Automat, Key, Reservation]:
    """Let a long stay wait for a locker until its time to fetch the key is over."""
    automat = await make_automat(work, model=ONE)
    before = await hold(work, automat, work.now, days=3)
    home = await make_entity(work)
    key = await make_key(work, home)
    stay, _ = await push(work, home, days=60)
    assert stay.status is ReservationStatus.UNFULFILLED
    await look_after(work, before, at=before.ends_at)
    return at(work, stay.starts_at + 6 * DAY), automat, key, stay


async def test_what_waits_gets_no_locker_that_somebody_holds_now(work: Work) -> None:
    later, automat, _, stay = await waiting_for_days(work)
    await hold(later, automat, later.now, days=4)

    assert await retry(later, stay.id) is None

    assert stay.status is ReservationStatus.UNFULFILLED


async def test_what_waited_has_time_to_fetch_its_key(work: Work) -> None:
    later, _, key, stay = await waiting_for_days(work)

    assert await retry(later, stay.id) is stay
    await look_after(later, stay, at=later.now)

    held = await locker_contracts(later, stay)
    assert held[0].ends_at == later.now + DAY
    assert EventKind.KEY_NOT_FETCHED not in await trail(later, key)


async def test_what_is_changed_gets_no_locker_that_somebody_holds_now(work: Work) -> None:
    automat = await make_automat(work, model=ONE)
    home, other = await make_entity(work), await make_entity(work)
    await make_key(work, home, automat=await make_automat(work, "Pasila", PASILA, ONE))
    await make_key(work, other)
    stay, _ = await push(work, home, external_id="stay", days=60)
    begin = stay.starts_at
    later = await look_after(work, stay, at=begin + 6 * DAY)
    await hold(later, automat, later.now, days=4)

    there = {"starts_at": begin, "days": 60, "automat_id": automat.id}
    await push(later, other, external_id="stay", **there)

    assert stay.status is ReservationStatus.UNFULFILLED


async def test_a_stay_that_becomes_permanent_after_its_end_can_be_fetched(work: Work) -> None:
    automat = await make_automat(work)
    home = await make_entity(work)
    key = await make_key(work, home, automat=automat)
    await take_from_locker(work, automat.id)
    await take_back(work, name(key), manual_storage_id=(await make_desk(work)).id)
    stay, _ = await push(work, home, external_id="stay", days=3, automat_id=automat.id)
    begin = stay.starts_at
    later = at(work, begin + 6 * DAY)

    there = {"starts_at": begin, "days": None, "automat_id": automat.id}
    await push(later, home, external_id="stay", **there)
    await look_after(later, stay, at=later.now)
    await transfer(later, name(key), automat_id=automat.id)
    await look_after(later, stay, at=later.now)

    (held,) = await lockers_of(later, stay)
    assert held.locker_id == key.locker_id
    assert held.ends_at is not None
    assert held.ends_at > later.now
