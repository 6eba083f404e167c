"""What a reservation says of itself at a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from models.base import new_id
from models.errors import ErrorCode, StartsInPast
from models.reservations import MOVING, Reservation, ReservationStatus, check_start, status_at

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def stay(status: ReservationStatus, ends_at: datetime | None = NOON + HOUR) -> Reservation:
    return Reservation(starts_at=NOON, ends_at=ends_at, status=status)


@pytest.mark.parametrize(
    ("now", "out", "expected"),
    [
        (NOON - MINUTE, False, ReservationStatus.CONFIRMED),
        (NOON, False, ReservationStatus.ACTIVE),
        (NOON + HOUR - MINUTE, False, ReservationStatus.ACTIVE),
        (NOON + HOUR, False, ReservationStatus.ENDED),
        (NOON + HOUR, True, ReservationStatus.ACTIVE),
    ],
)
def test_a_reservation_is_active_from_its_start_and_ended_when_nothing_is_out(
    now: datetime, out: bool, expected: ReservationStatus
) -> None:
    for stored in MOVING:
        assert status_at(stay(stored), now, key_is_out=out) is expected


@pytest.mark.parametrize("status", sorted(set(ReservationStatus) - MOVING))
def test_the_clock_does_not_move_what_was_given_up_or_waits(status: ReservationStatus) -> None:
    assert status_at(stay(status), NOON + 2 * HOUR, key_is_out=False) is status


def test_a_permanent_reservation_stays_active() -> None:
    forever = stay(ReservationStatus.CONFIRMED, ends_at=None)

    assert status_at(forever, NOON + 99_999 * HOUR, key_is_out=False).value == "active"


def test_a_start_may_lie_fifteen_minutes_back_and_no_more() -> None:
    check_start(NOON - 15 * MINUTE, NOON)
    with pytest.raises(StartsInPast) as refusal:
        check_start(NOON - 15 * MINUTE - timedelta(seconds=1), NOON)

    assert refusal.value.path == ("starts_at",)
    assert "2027-06-01T12:00" in refusal.value.message


def test_a_reservation_that_waits_says_why_until_it_is_confirmed_or_cancelled() -> None:
    reservation = Reservation(starts_at=NOON)
    reservation.wait(ErrorCode.NO_FREE_LOCKER, "Full until then.", NOON + HOUR)
    assert reservation.unfulfilled_reason is ErrorCode.NO_FREE_LOCKER
    assert reservation.unfulfilled_free_from == NOON + HOUR

    reservation.confirm(NOON - HOUR)

    assert reservation.unfulfilled_reason is reservation.unfulfilled_message is None
    assert reservation.status is ReservationStatus.CONFIRMED
    assert reservation.unfulfilled_free_from is None
    reservation.wait(ErrorCode.NO_KEY_FOR_ENTITY, "No key.")
    reservation.cancel()
    assert reservation.status is ReservationStatus.CANCELLED
    assert reservation.unfulfilled_reason is reservation.unfulfilled_message is None


def test_wanted_keys_are_kept_as_texts() -> None:
    one = new_id()

    assert Reservation(wanted_key_ids=[one.hex]).wanted_keys == [one]


def test_a_reservation_that_is_confirmed_while_its_time_runs_is_active() -> None:
    reservation = Reservation(starts_at=NOON)

    reservation.confirm(NOON)

    assert reservation.status is ReservationStatus.ACTIVE
