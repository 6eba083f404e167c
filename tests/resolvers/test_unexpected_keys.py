"""What automats report of other keys than expected, and of keys that are missed then."""

from factories import DAY, HOUR, make_desk, make_key
from lives import look_after, notices_of
from outcomes import locker_contract
from reporting import MINUTE, locker, make_stay

from models.automats import LockerState
from models.custody import CustodyKind, CustodySource
from models.entities import ReservableEntity
from models.keys import KeyStatus
from models.reservations import ReservationStatus
from resolvers.handover import transfers
from resolvers.key_names import KeyName
from resolvers.work import Work


async def test_the_tag_says_which_key_was_taken_from_a_locker(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    other = await make_key(work, automat=stay.automat, rfid_tag="b2b2")

    heard = await stay.fetched(stay.begins, tag="b2b2")

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
    stay = await make_stay(work, rfid_tag="a1a1")

    heard = await stay.fetched(stay.begins, tag="ffff")

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


async def test_a_key_is_recognised_in_another_locker_by_its_tag(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY, index=9, tag="a1a1")

    ninth = await locker(work, stay.automat, 9)
    assert heard.contradiction == "Another locker was held for it."
    assert (stay.key.locker_id, stay.key.selected_locker_id) == (ninth.id, ninth.id)
    assert not (await stay.allocation()).live


async def test_a_locker_of_its_own_stays_with_the_key_that_has_it(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    bound = await make_key(work, automat=stay.automat)
    own = stay.key.selected_locker_id
    await stay.fetched(stay.begins)
    await stay.fetched(stay.begins + MINUTE, index=1)

    await stay.returned(stay.begins + DAY, index=1, tag="a1a1")

    assert stay.key.locker_id == bound.selected_locker_id
    assert stay.key.selected_locker_id == own


async def test_a_tag_that_no_key_has_comes_back_as_something_unknown(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY, tag="ffff")

    assert heard.key is None
    assert stay.key.status is KeyStatus.OUT


async def test_another_key_than_expected_is_told(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    other = await make_key(work, rfid_tag="b2b2")
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY, tag="b2b2")

    assert heard.key == other
    assert heard.contradiction == "Another key was expected in that locker."
    assert stay.key.status is KeyStatus.OUT
    assert (await stay.allocation()).live


async def test_a_key_in_whose_locker_another_one_lies_is_missed(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    other = await make_key(work, rfid_tag="b2b2")

    await stay.returned(stay.begins - HOUR, tag="b2b2")

    first = await locker(work, stay.automat, 0)
    assert (other.locker_id, first.state) == (first.id, LockerState.WITH_KEY)
    assert (stay.key.status, stay.key.is_stored) == (KeyStatus.OUT, False)
    (notice,) = await notices_of(work, stay.key)
    assert f"The key {other.code} was in the locker where it should be" in notice


async def test_a_key_is_missed_although_its_own_clock_was_later(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    other = await make_key(work, rfid_tag="b2b2")
    await stay.fetched(stay.begins)
    await stay.returned(stay.begins + HOUR)

    await stay.returned(stay.begins + 30 * MINUTE, told=stay.begins + 2 * HOUR, tag="b2b2")

    assert (other.automat_id, stay.key.is_stored) == (stay.automat.id, False)


async def test_a_stay_that_begins_soon_gets_another_key_for_one_that_is_missed(work: Work) -> None:
    stay = await make_stay(work, rfid_tag="a1a1")
    apartment = await work.get(ReservableEntity, stay.reservation.entity_id)
    spare = await make_key(work, apartment, automat=stay.automat)
    other = await make_key(work, rfid_tag="b2b2")
    await stay.returned(stay.begins - HOUR, tag="b2b2")
    assert other.locker_id is not None

    await look_after(work, stay.reservation, at=stay.begins - HOUR)

    held = await locker_contract(work, stay.reservation)
    assert (held.key_id, held.locker_id) == (spare.id, spare.locker_id)
    assert stay.reservation.status is ReservationStatus.CONFIRMED
