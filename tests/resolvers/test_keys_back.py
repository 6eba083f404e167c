"""Keys that are back: what is said of their stays before and after the timers come."""

from datetime import timedelta

import pytest
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from lives import at, fetch, give_back, lockers_of, look_after, trail
from outcomes import key_contract, locker_contracts
from promising import lockers_of as lockers_by_staff
from promising import made

from models.contracts import KeyContractStatus
from models.entities import ReservableEntity
from models.events import EventKind
from models.reservations import Reservation, ReservationStatus
from resolvers import contracts, reservations
from resolvers.work import Work

STAY = "stay"


async def overdue_and_back(work: Work) -> tuple[Work, ReservableEntity, Reservation]:
    """Let a key come back that was overdue; the timers have not come since."""
    home = await make_entity(work)
    await make_key(work, home, automat=await make_automat(work))
    stay, _ = await push(work, home, external_id=STAY)
    (held,) = await lockers_of(work, stay)
    await fetch(work, held, at=stay.starts_at)
    late = await look_after(work, stay, at=stay.ends_at)
    assert (await key_contract(work, stay)).status is KeyContractStatus.OVERDUE
    return await give_back(late, held, at=late.now + HOUR), home, stay


async def test_a_stay_whose_overdue_key_is_back_is_given_up_before_the_timers_come(
    work: Work,
) -> None:
    back, _, stay = await overdue_and_back(work)

    await reservations.cancel(back, id=stay.id)

    contract = await key_contract(back, stay)
    assert (stay.status, contract.status) == (
        *(ReservationStatus.CANCELLED, KeyContractStatus.CANCELLED),
    )
    ends = [EventKind.KEY_CONTRACT_ENDED, EventKind.KEY_CONTRACT_CANCELLED]
    assert (await trail(back, contract))[-2:] == ends


async def test_a_stay_whose_overdue_key_is_back_is_moved_before_the_timers_come(work: Work) -> None:
    back, home, stay = await overdue_and_back(work)

    await push(back, home, external_id=STAY, starts_at=back.now + DAY)

    assert (await key_contract(back, stay)).status is KeyContractStatus.UPCOMING


async def test_a_contract_by_staff_whose_overdue_key_is_back_is_given_up_before_the_timers_come(
    work: Work,
) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key, starts_at=work.now)
    (held,) = await lockers_by_staff(work, contract)
    await fetch(work, held, at=work.now)
    late = await look_after(work, contract, at=contract.ends_at)
    back = await give_back(late, held, at=late.now + HOUR)

    await contracts.cancel(back, contract.id)

    assert contract.status is KeyContractStatus.CANCELLED


@pytest.mark.parametrize("ago", [timedelta(0), HOUR])
async def test_nothing_is_planned_for_a_stay_that_was_over_sooner(
    work: Work, ago: timedelta
) -> None:
    home = await make_entity(work)
    key = await make_key(work, home, automat=await make_automat(work))
    stay, _ = await push(work, home, external_id=STAY, days=5)
    begin = stay.starts_at
    (held,) = await lockers_of(work, stay)
    await fetch(work, held, at=begin)
    await give_back(work, held, at=begin + 2 * DAY)
    known = at(work, begin + 3 * DAY)

    await push(known, home, external_id=STAY, starts_at=begin, ends_at=known.now - ago)
    await look_after(known, stay, at=known.now)

    contract = await key_contract(known, stay)
    assert EventKind.KEY_NOT_FETCHED not in await trail(known, key)
    assert await locker_contracts(known, stay) == []
    assert (contract.status, contract.ends_at) == (KeyContractStatus.ENDED, known.now - ago)
    assert stay.status is ReservationStatus.ENDED
