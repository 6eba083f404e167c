"""What automats report twice, late or in another order, and by clocks that are wrong."""

from factories import AINO, DAY, HOUR, make_desk
from lives import at, lockers_of, look_after, notices_of
from outcomes import key_contract
from reporting import MINUTE, make_stay

from models.contracts import KeyContractStatus, LockerContractState
from models.keys import KeyStatus
from models.reservations import ReservationStatus
from models.times import Window
from resolvers import contracts
from resolvers.handover import desks, transfers
from resolvers.key_names import KeyName
from resolvers.work import Work

State = LockerContractState


async def test_what_is_heard_twice_happened_once(work: Work) -> None:
    stay = await make_stay(work)

    first = await stay.fetched(stay.begins)
    again = await stay.fetched(stay.begins, told=stay.begins + HOUR)
    back = await stay.returned(stay.begins + 2 * HOUR)
    back_again = await stay.returned(stay.begins + 2 * HOUR, told=stay.begins + DAY)
    fetched_again = await stay.fetched(stay.begins, told=stay.begins + DAY)

    assert (first.is_news, back.is_news) == (True, True)
    for heard in (again, back_again, fetched_again):
        assert (heard.key, heard.is_news, heard.contradiction) == (stay.key, False, None)
        assert heard.key_contract_id == await stay.contract_id()
    assert [entry.number for entry in await stay.chain()] == [1, 2, 3]


async def test_a_return_that_is_heard_before_its_fetch_is_put_in_order(work: Work) -> None:
    stay = await make_stay(work)
    (held,) = await lockers_of(work, stay.reservation)

    early = await stay.returned(stay.begins + 2 * HOUR)
    late = await stay.fetched(stay.begins, told=stay.begins + 3 * HOUR)

    assert early.contradiction == "It was known to lie there already."
    assert "reported after something that happened later" in str(late.contradiction)
    allocation = await stay.allocation()
    assert (allocation.fetched_at, allocation.returned_at, allocation.live) == (
        stay.begins,
        stay.begins + 2 * HOUR,
        False,
    )
    assert held.state is State.COMPLETED
    assert (stay.key.status, stay.key.automat_id) == (KeyStatus.IN_STORAGE, stay.automat.id)
    assert len(await notices_of(work, stay.key)) == 2


async def test_a_late_return_moves_no_key_that_was_taken_again_since(work: Work) -> None:
    stay = await make_stay(work)
    await stay.fetched(stay.begins)
    again = await stay.fetched(stay.begins + 3 * HOUR)

    late = await stay.returned(stay.begins + HOUR, told=stay.begins + 4 * HOUR)

    assert again.contradiction == "Nobody had said that it was put into that locker."
    assert again.key_contract_id == late.key_contract_id == await stay.contract_id()
    assert stay.key.status is KeyStatus.OUT
    assert (await stay.allocation()).live
    entries = [(entry.number, entry.happened_at) for entry in await stay.chain()]
    assert entries[1:] == [
        (2, stay.begins),
        (3, stay.begins + 3 * HOUR),
        (4, stay.begins + HOUR),
    ]


async def test_what_happened_between_two_late_reports_is_late_too(work: Work) -> None:
    stay = await make_stay(work)
    await stay.fetched(stay.begins)
    await stay.returned(stay.begins + 9 * HOUR)
    await stay.returned(stay.begins + HOUR, told=stay.begins + 10 * HOUR)

    late = await stay.fetched(stay.begins + 2 * HOUR, told=stay.begins + 11 * HOUR)

    assert "happened later" in str(late.contradiction)
    assert stay.key.status is KeyStatus.IN_STORAGE


async def test_a_clock_that_is_a_little_behind_makes_nothing_late(work: Work) -> None:
    stay = await make_stay(work)
    there = at(work, stay.begins)
    desk = await make_desk(there)
    await transfers.transfer(there, KeyName(id=stay.key.id), manual_storage_id=desk.id)
    await transfers.transfer(there, KeyName(id=stay.key.id), automat_id=stay.automat.id)

    heard = await stay.fetched(stay.begins - 2 * MINUTE, told=stay.begins + MINUTE)

    assert heard.contradiction is None
    assert stay.key.status is KeyStatus.OUT
    newest = (await stay.chain())[-1]
    assert (newest.happened_at, newest.reported_at) == (stay.begins, stay.begins - 2 * MINUTE)


async def test_a_clock_that_is_far_ahead_does_not_close_the_chain_for_what_follows(
    work: Work,
) -> None:
    stay = await make_stay(work)
    desk = await make_desk(work)
    heard = await stay.fetched(stay.begins + 300 * DAY, told=stay.begins)
    again = await stay.fetched(stay.begins + 300 * DAY, told=stay.begins + MINUTE)

    await desks.take_back(
        at(work, stay.begins + HOUR), KeyName(id=stay.key.id), manual_storage_id=desk.id
    )

    assert heard.contradiction == "The clock by which it happened is ahead of ours."
    assert (again.is_news, again.key) == (False, stay.key)
    assert stay.key.manual_storage_id == desk.id
    assert (await stay.chain())[1].happened_at == stay.begins


async def test_a_key_that_others_had_fetched_since_must_have_been_back(work: Work) -> None:
    stay = await make_stay(work)
    following = await contracts.create(
        work,
        key_ids=[stay.key.id],
        contacts=[AINO],
        window=Window(stay.begins + 2 * DAY, stay.begins + 4 * DAY),
    )
    await stay.fetched(stay.begins)

    heard = await stay.fetched(stay.begins + 2 * DAY + HOUR)

    first = await stay.allocation()
    assert (first.live, first.returned_at) == (False, stay.begins + 2 * DAY + HOUR)
    assert heard.key_contract_id == following.id == await stay.holder()
    then = at(work, stay.begins + 2 * DAY + HOUR)
    await look_after(then, stay.reservation, at=then.now)
    assert stay.reservation.status is ReservationStatus.ENDED
    assert stay.key.status is KeyStatus.OUT


async def test_a_fetch_that_is_heard_after_the_stay_brings_it_back_to_life(work: Work) -> None:
    stay = await make_stay(work)
    assert stay.reservation.ends_at is not None
    over = await look_after(work, stay.reservation, at=stay.reservation.ends_at)
    assert stay.reservation.status is ReservationStatus.ENDED

    heard = await stay.fetched(stay.begins + HOUR, told=over.now + HOUR)

    assert heard.contradiction is None
    assert heard.key_contract_id == await stay.contract_id()
    assert (await stay.allocation()).live
    assert stay.reservation.status is ReservationStatus.ACTIVE
    await look_after(work, stay.reservation, at=over.now + HOUR)
    assert stay.key.status is KeyStatus.OVERDUE
    assert (await key_contract(work, stay.reservation)).status is KeyContractStatus.OVERDUE
