"""What automats report: twice, late, in another order, of other keys; believed, never dropped."""

from datetime import timedelta
from typing import Any

import pytest
from factories import (
    AINO,
    DAY,
    HOUR,
    acting_as,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_stranger,
    push,
)
from lives import at, lockers_of, look_after, notices_of
from outcomes import key_contract, locker_contract, undone

from models.accounts import Role
from models.automats import Automat, Locker, LockerState
from models.contracts import KeyAllocation, KeyContractStatus, LockerContractState
from models.custody import CustodyEntry, CustodyKind, CustodySource
from models.entities import ReservableEntity
from models.errors import InvalidInput, NotAllowed, NotFound
from models.events import Event, EventKind
from models.keys import Key, KeyStatus
from models.reservations import Reservation, ReservationStatus
from models.times import Window
from resolvers import contracts, keys
from resolvers.custody_chains import holder_in, in_force
from resolvers.handover import desks, transfers
from resolvers.handover.lockers import Heard, key_fetched, key_returned
from resolvers.key_names import KeyName
from resolvers.work import Work

State = LockerContractState
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


async def test_a_fetch_says_who_has_the_key(work: Work) -> None:
    stay = await make_stay(work)

    heard = await stay.fetched(stay.begins + HOUR)

    contract = await key_contract(work, stay.reservation)
    assert (heard.key, heard.contradiction, heard.is_news) == (stay.key, None, True)
    assert heard.key_contract_id == contract.id == await stay.holder()
    assert contract.status is KeyContractStatus.ACTIVE
    assert (stay.key.status, stay.key.is_stored) == (KeyStatus.OUT, False)
    assert (await locker(work, stay.automat, 0)).state is LockerState.EMPTY
    registered, fetched = await stay.chain()
    assert (registered.kind, fetched.kind) == (CustodyKind.REGISTERED, CustodyKind.FETCHED)
    assert (fetched.source, fetched.happened_at) == (CustodySource.AUTOMAT, stay.begins + HOUR)


async def test_a_return_says_where_the_key_is(work: Work) -> None:
    stay = await make_stay(work)
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY)

    assert (heard.key, heard.contradiction) == (stay.key, None)
    assert heard.key_contract_id == await stay.contract_id()
    assert await stay.holder() is None
    assert (stay.key.status, stay.key.automat_id) == (KeyStatus.IN_STORAGE, stay.automat.id)
    assert (await locker(work, stay.automat, 0)).state is LockerState.WITH_KEY


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


async def test_a_key_that_nobody_was_promised_is_out_all_the_same(work: Work) -> None:
    stay = await make_stay(work)

    heard = await stay.fetched(work.now + HOUR)

    assert heard.contradiction == "Nobody had a contract for it."
    assert (heard.key_contract_id, stay.key.status) == (None, KeyStatus.OUT)
    assert not (await stay.allocation()).fetched_at
    (notice,) = await notices_of(work, stay.key)
    assert "Look after it." in notice


async def test_the_tag_says_which_key_was_taken_from_a_locker(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    other = await make_key(work, automat=stay.automat, rfid_tag="B2")

    heard = await stay.fetched(stay.begins, tag="B2")

    assert heard.key == other
    assert heard.contradiction == "It was not known to lie in that locker."
    assert heard.key_contract_id == await stay.contract_id()
    assert (other.status, other.is_stored) == (KeyStatus.OUT, False)
    assert (stay.key.status, stay.key.is_stored) == (KeyStatus.OUT, False)
    missed = (await stay.chain())[-1]
    assert (missed.kind, missed.source) == (CustodyKind.MISSED, CustodySource.SYSTEM)
    assert other.code in str(missed.contradiction)
    assert not (await stay.allocation()).fetched_at


async def test_a_tag_that_no_key_has_is_told(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")

    heard = await stay.fetched(stay.begins, tag="FF")

    assert (heard.key, heard.contradiction) == (
        stay.key,
        "The tag that was read is that of no key.",
    )


async def test_a_key_that_was_known_elsewhere_is_believed_to_be_where_its_pin_is_typed(
    work: Work,
) -> None:
    stay = await make_stay(work)
    desk = await make_desk(work)
    await transfers.transfer(work, KeyName(id=stay.key.id), manual_storage_id=desk.id)

    heard = await stay.fetched(stay.begins)

    assert heard.contradiction == "Nobody had said that it was put into that locker."
    assert (await stay.allocation()).fetched_at == stay.begins
    assert stay.key.status is KeyStatus.OUT


@pytest.mark.parametrize("report", ["fetched", "returned"])
async def test_what_nobody_can_explain_is_kept_and_told_once(work: Work, report: str) -> None:
    stay = await make_stay(work)
    say = getattr(stay, report)

    first = await say(stay.begins, index=7)
    again = await say(stay.begins, told=stay.begins + HOUR, index=7)
    later = await say(stay.begins + DAY, index=7)

    state = LockerState.EMPTY if report == "fetched" else LockerState.WITH_KEY
    door = await locker(work, stay.automat, 7)
    assert (first.key, first.is_news, door.state) == (None, True, state)
    assert (again.is_news, later.is_news) == (False, True)
    assert "nobody knows which key" in str(first.contradiction)
    assert len(await notices_of(work, door)) == 2


async def test_a_key_is_recognised_in_another_locker_by_its_tag(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY, index=9, tag="A1")

    ninth = await locker(work, stay.automat, 9)
    assert heard.contradiction == "Another locker was held for it."
    assert (stay.key.locker_id, stay.key.selected_locker_id) == (ninth.id, ninth.id)
    assert not (await stay.allocation()).live


async def test_a_locker_of_its_own_stays_with_the_key_that_has_it(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    bound = await make_key(work, automat=stay.automat)
    own = stay.key.selected_locker_id
    await stay.fetched(stay.begins)
    await stay.fetched(stay.begins + MINUTE, index=1)

    await stay.returned(stay.begins + DAY, index=1, tag="A1")

    assert stay.key.locker_id == bound.selected_locker_id
    assert stay.key.selected_locker_id == own


async def test_a_tag_that_no_key_has_comes_back_as_something_unknown(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY, tag="FF")

    assert heard.key is None
    assert stay.key.status is KeyStatus.OUT


async def test_another_key_than_expected_is_told(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    other = await make_key(work, rfid_tag="B2")
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY, tag="B2")

    assert heard.key == other
    assert heard.contradiction == "Another key was expected in that locker."
    assert stay.key.status is KeyStatus.OUT
    assert (await stay.allocation()).live


async def test_a_key_in_whose_locker_another_one_lies_is_missed(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    other = await make_key(work, rfid_tag="B2")

    await stay.returned(stay.begins - HOUR, tag="B2")

    first = await locker(work, stay.automat, 0)
    assert (other.locker_id, first.state) == (first.id, LockerState.WITH_KEY)
    assert (stay.key.status, stay.key.is_stored) == (KeyStatus.OUT, False)
    (notice,) = await notices_of(work, stay.key)
    assert f"The key {other.code} was in the locker where it should be" in notice


async def test_a_key_is_missed_although_its_own_clock_was_later(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    other = await make_key(work, rfid_tag="B2")
    await stay.fetched(stay.begins)
    await stay.returned(stay.begins + HOUR)

    await stay.returned(stay.begins + 30 * MINUTE, told=stay.begins + 2 * HOUR, tag="B2")

    assert (other.automat_id, stay.key.is_stored) == (stay.automat.id, False)


async def test_a_stay_that_begins_soon_gets_another_key_for_one_that_is_missed(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="A1")
    apartment = await work.get(ReservableEntity, stay.reservation.entity_id)
    spare = await make_key(work, apartment, automat=stay.automat)
    other = await make_key(work, rfid_tag="B2")
    await stay.returned(stay.begins - HOUR, tag="B2")
    assert other.locker_id is not None

    await look_after(work, stay.reservation, at=stay.begins - HOUR)

    held = await locker_contract(work, stay.reservation)
    assert (held.key_id, held.locker_id) == (spare.id, spare.locker_id)
    assert stay.reservation.status is ReservationStatus.CONFIRMED


async def test_a_key_is_put_where_people_were_asked_to_put_it(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment)
    reservation, _ = await push(work, apartment)
    held = await locker_contract(work, reservation)
    stay = Stay(work, automat, key, reservation)

    heard = await stay.returned(work.now + HOUR)

    assert (heard.key, heard.contradiction, heard.key_contract_id) == (key, None, None)
    assert (await stay.chain())[-1].kind is CustodyKind.TRANSFERRED
    assert (key.locker_id, key.target_automat_id) == (held.locker_id, None)


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


async def test_a_key_out_of_use_goes_its_way_and_stays_out_of_use(work: Work) -> None:
    stay = await make_stay(work)
    key = await make_key(work, automat=stay.automat)
    await keys.update(work, key.id, {"status": KeyStatus.RETIRED})

    await stay.fetched(work.now + HOUR, index=1)
    assert (key.status, key.is_stored) == (KeyStatus.RETIRED, False)
    await keys.update(at(work, work.now + HOUR), key.id, {"status": KeyStatus.IN_STORAGE})
    assert key.status is KeyStatus.OUT
    await stay.returned(work.now + 2 * HOUR, index=1)
    assert key.status is KeyStatus.IN_STORAGE


async def test_a_locker_out_of_order_stays_so(work: Work) -> None:
    stay = await make_stay(work)
    first = await locker(work, stay.automat, 0)
    first.state = LockerState.OUT_OF_ORDER
    await work.save()

    await stay.fetched(stay.begins)
    await stay.returned(stay.begins + HOUR)

    assert first.state is LockerState.OUT_OF_ORDER
    assert stay.key.locker_id == first.id


@pytest.mark.parametrize("report", [key_fetched, key_returned])
async def test_a_report_names_a_locker_that_there_is(work: Work, report: Any) -> None:
    automat = await make_automat(work)
    theirs = await make_automat(await make_stranger(work))

    for id, index, wrong in ((automat.id, 30, InvalidInput), (theirs.id, 0, NotFound)):
        refusal = await undone(work, report(work, automat_id=id, locker_index=index, at=work.now))
        assert isinstance(refusal, wrong)
    clerk = acting_as(work, Role.USER)
    refusal = await undone(clerk, report(clerk, automat_id=automat.id, locker_index=0, at=work.now))
    assert isinstance(refusal, NotAllowed)


async def test_each_step_of_a_key_is_in_the_trail_with_the_state_before(work: Work) -> None:
    stay = await make_stay(work)
    await stay.fetched(stay.begins)

    of_key = Event.subject_id == stay.key.id, Event.kind == EventKind.KEY_FETCHED
    (event,) = await work.all(work.own(Event).where(*of_key))

    assert (event.facts["before"], event.facts["status"]) == ("in_storage", "out")
