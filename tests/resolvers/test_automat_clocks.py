"""When something happened, by clocks that are wrong: numbers decide the order, we the moment."""

from datetime import datetime, timedelta

import pytest
from factories import DAY, HOUR
from inboxes import SECOND, Cabinet, Kind, a_stay, make_cabinet, report
from reporting import MINUTE

from models.automat_alarms import AlarmKind
from models.custody import CustodyKind
from models.keys import KeyStatus
from models.times import LAST_MOMENT
from resolvers.automat_reports.clocks import FIRST_MOMENT, corrected, moment_of
from resolvers.work import Work

Custody = CustodyKind
FAR = [2 * DAY, -2 * DAY, 3 * HOUR, -3 * HOUR]


async def moments(cabinet: Cabinet) -> list[tuple[CustodyKind, datetime]]:
    return [(entry.kind, entry.happened_at) for entry in (await cabinet.stay.chain())[1:]]


@pytest.mark.parametrize("ahead", FAR)
async def test_a_clock_that_is_days_wrong_is_corrected_by_what_heartbeats_say(
    work: Work, ahead: timedelta
) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins
    await cabinet.beats(begins, at=begins + ahead)
    told = a_stay(begins + ahead, times=1)

    await cabinet.keep(begins + HOUR, *told)
    await cabinet.apply(begins + HOUR)

    assert await moments(cabinet) == [
        (Custody.FETCHED, begins + 122 * SECOND),
        (Custody.RETURNED, begins + 305 * SECOND),
    ]
    assert [entry.contradiction for entry in await cabinet.stay.chain()] == [None] * 3
    allocation = await cabinet.stay.allocation()
    assert (allocation.fetched_at, allocation.live) == (begins + 122 * SECOND, False)


@pytest.mark.parametrize("ahead", FAR)
async def test_a_clock_that_is_days_wrong_and_unknown_leaves_the_order_as_it_was(
    work: Work, ahead: timedelta
) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins
    await cabinet.says(Kind.STARTED, begins, None, reason="power")
    told = [
        cabinet.told(Kind.KEY_TAKEN, begins + HOUR + ahead),
        cabinet.told(Kind.KEY_RETURNED, begins + 2 * HOUR),
        cabinet.told(Kind.KEY_TAKEN, begins + 3 * HOUR + ahead),
    ]

    await cabinet.keep(begins + 4 * HOUR, *told)
    await cabinet.apply(begins + 4 * HOUR)

    chain = await moments(cabinet)
    assert [kind for kind, _ in chain] == [Custody.FETCHED, Custody.RETURNED, Custody.FETCHED]
    assert [at for _, at in chain] == sorted(at for _, at in chain)
    assert all(begins <= at <= begins + 4 * HOUR for _, at in chain)
    assert cabinet.stay.key.status is KeyStatus.OUT
    assert not any("late" in str(entry.contradiction) for entry in await cabinet.stay.chain())


async def test_what_happens_again_at_the_same_moment_of_its_clock_happened_again(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    at = cabinet.stay.begins
    kinds = [Kind.KEY_TAKEN, Kind.KEY_RETURNED, Kind.KEY_TAKEN, Kind.KEY_RETURNED]

    await cabinet.keep(at + HOUR, *(cabinet.told(kind, at) for kind in kinds))
    await cabinet.apply(at + HOUR)

    assert [kind for kind, _ in await moments(cabinet)] == [
        Custody.FETCHED,
        Custody.RETURNED,
        Custody.FETCHED,
        Custody.RETURNED,
    ]


async def test_nothing_happened_after_we_were_told_or_before_there_were_credentials(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    at = cabinet.stay.begins

    ahead = await cabinet.says(Kind.KEY_TAKEN, at + 300 * DAY, heard=at)
    behind = await cabinet.says(Kind.DOOR_CLOSED, at - 20_000 * DAY, heard=at + HOUR)

    assert ahead.moment == at
    assert behind.moment == at + timedelta(microseconds=1)
    late = report(1, Kind.DOOR_OPENED, at - 300 * DAY, 0)
    await cabinet.keep(at + HOUR, late)
    await cabinet.apply(at + HOUR)
    assert (await cabinet.report(late)).moment == cabinet.link.issued_at


async def test_a_clock_that_is_wrong_raises_an_alarm_until_it_is_right(work: Work) -> None:
    cabinet = await make_cabinet(work)
    at = cabinet.stay.begins
    skews = [0 * SECOND, 4 * MINUTE, 6 * MINUTE, 6 * MINUTE + SECOND, 4 * MINUTE, -1 * DAY]

    on = []
    for number, skew in enumerate(skews):
        await cabinet.beats(at + number * 30 * SECOND, at=at + number * 30 * SECOND + skew)
        on.append([one.kind for one in await cabinet.alarms() if one.ended_at is None])

    wrong = [AlarmKind.CLOCK_WRONG]
    assert on == [[], [], wrong, wrong, [], wrong]
    assert [one.details for one in await cabinet.alarms()] == [
        "It is 0:06:00 ahead.",
        "It is 1 day, 0:00:00 behind.",
    ]


async def test_a_clock_that_differs_by_the_time_of_a_message_is_left_alone(work: Work) -> None:
    cabinet = await make_cabinet(work)
    at = cabinet.stay.begins
    await cabinet.beats(at, at=at - 3 * SECOND)

    kept = await cabinet.says(Kind.DOOR_CLOSED, at + MINUTE, heard=at + HOUR)

    assert kept.moment == at + MINUTE


async def test_the_ends_of_the_calendar_are_moments_like_others(work: Work) -> None:
    cabinet = await make_cabinet(work)
    link = cabinet.link
    for ahead in (2 * DAY, -2 * DAY):
        link.clock_ahead = ahead
        for end in (FIRST_MOMENT, LAST_MOMENT):
            assert FIRST_MOMENT <= corrected(link, end) <= LAST_MOMENT

    told = await cabinet.says(Kind.DOOR_CLOSED, LAST_MOMENT, heard=cabinet.stay.begins)

    assert moment_of(link, told, None, since=cabinet.stay.begins) == cabinet.stay.begins
