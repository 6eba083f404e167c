"""Whoever is wrong too often has to wait, and nobody else has to."""

import pytest

from schema.answers import Refused
from schema.doors.throttling import MOST_ADDRESSES, Throttle


def is_free(throttle: Throttle, address: str | None, now: float) -> bool:
    """Tell whether somebody may be wrong at that moment; then they were."""
    try:
        throttle.wrong(address, now)
    except Refused:
        return False
    return True


def wrong(throttle: Throttle, address: str | None, *moments: float) -> None:
    for moment in moments:
        throttle.wrong(address, moment)


def test_somebody_may_be_wrong_so_often_within_a_minute() -> None:
    throttle = Throttle(3)
    wrong(throttle, "192.0.2.1", 0.0, 10.0)
    assert is_free(throttle, "192.0.2.1", 20.0)

    assert not is_free(throttle, "192.0.2.1", 59.9)
    assert is_free(throttle, "192.0.2.1", 60.1)
    assert is_free(throttle, "192.0.2.2", 30.0)


def test_the_refusal_says_how_long_to_wait() -> None:
    throttle = Throttle(1)
    wrong(throttle, "192.0.2.1", 0.0)

    with pytest.raises(Refused) as refused:
        throttle.wrong("192.0.2.1", 45.0)

    assert refused.value.status == 429
    assert refused.value.headers == {"retry-after": "16"}


def test_the_time_may_be_another_one() -> None:
    throttle = Throttle(1, 3600)
    wrong(throttle, "000331", 0.0)

    with pytest.raises(Refused, match="within 60 minutes") as refused:
        throttle.wrong("000331", 3000.0)

    assert refused.value.headers == {"retry-after": "601"}
    assert is_free(throttle, "000331", 3600.0)


def test_what_was_right_is_forgiven_and_nothing_else() -> None:
    throttle = Throttle(2)
    wrong(throttle, "192.0.2.1", 0.0, 1.0)

    throttle.forgive("192.0.2.1", 1.0)
    throttle.forgive("192.0.2.1", 7.0)
    throttle.forgive("192.0.2.2", 0.0)

    assert is_free(throttle, "192.0.2.1", 2.0)
    assert not is_free(throttle, "192.0.2.1", 3.0)


def test_one_household_of_ipv6_counts_as_one() -> None:
    throttle = Throttle(1)
    wrong(throttle, "2001:db8:1:2::1", 0.0)

    assert not is_free(throttle, "2001:db8:1:2:ffff::7", 1.0)
    assert is_free(throttle, "2001:db8:1:3::1", 1.0)


def test_those_without_an_address_count_as_one() -> None:
    throttle = Throttle(1)
    wrong(throttle, None, 0.0)

    assert not is_free(throttle, None, 1.0)
    assert is_free(throttle, "a socket", 1.0)


def test_no_more_addresses_are_remembered_than_there_is_room_for() -> None:
    throttle = Throttle(1)

    for number in range(MOST_ADDRESSES + 1):
        throttle.wrong(f"house {number}", 0.0)

    assert not is_free(throttle, f"house {MOST_ADDRESSES}", 1.0)
    assert is_free(throttle, "house 0", 1.0)
