"""Reports that are missing: asked for again, waited for, and given up when they are gone."""

from factories import HOUR
from inboxes import SECOND, a_stay, make_cabinet

from models.automat_alarms import AlarmKind
from models.custody import CustodyKind
from resolvers.work import Work

Custody = CustodyKind


async def test_what_is_lost_waits_for_its_replay_and_is_asked_for_every_five_seconds(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    told, begins = a_stay(cabinet.stay.begins), cabinet.stay.begins + HOUR
    lost = [one for one in told if one.number % 3 == 0]
    await cabinet.keep(begins, *(one for one in told if one not in lost))

    assert await cabinet.apply(begins) == 2
    await cabinet.apply(begins + 4 * SECOND)
    assert await cabinet.asked_for() == [3]
    await cabinet.keep(begins + 5 * SECOND, lost[0])
    assert await cabinet.apply(begins + 5 * SECOND) == 5
    assert await cabinet.asked_for() == [3, 6]
    assert cabinet.link.replay_asked_at == begins + 5 * SECOND

    await cabinet.keep(begins + 6 * SECOND, *lost)
    assert await cabinet.apply(begins + 6 * SECOND) == 12
    assert cabinet.link.replay_asked_at is None
    assert len(await cabinet.stay.chain()) == 5


async def test_a_tail_that_is_missing_is_noticed_by_the_heartbeat(work: Work) -> None:
    cabinet = await make_cabinet(work)
    told, begins = a_stay(cabinet.stay.begins), cabinet.stay.begins + HOUR
    await cabinet.keep(begins, *told[:4])
    await cabinet.apply(begins)
    assert await cabinet.asked_for() == []

    await cabinet.beats(begins, number=12)

    assert await cabinet.asked_for() == [5]


async def test_a_tail_that_is_kept_and_waits_to_be_applied_is_not_asked_for(work: Work) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins + HOUR
    await cabinet.keep(begins, *a_stay(cabinet.stay.begins))

    await cabinet.beats(begins, number=12)

    assert await cabinet.asked_for() == []


async def test_what_an_automat_does_not_keep_any_more_is_given_up_with_an_alarm(
    work: Work,
) -> None:
    cabinet = await make_cabinet(work)
    told, begins = a_stay(cabinet.stay.begins), cabinet.stay.begins + HOUR
    await cabinet.keep(begins, *told[:1], *told[3:5])
    assert await cabinet.apply(begins) == 1

    await cabinet.beats(begins, number=12, oldest_number=9)
    heard = await cabinet.apply(begins + 5 * SECOND)

    assert heard == 8
    (alarm,) = await cabinet.alarms()
    assert (alarm.kind, alarm.details) == (
        AlarmKind.REPORTS_LOST,
        "The reports 2 to 3 will not come.",
    )
    assert (await cabinet.report(told[4])).applied_at == begins + 5 * SECOND
    assert await cabinet.asked_for() == [2, 9]


async def test_what_was_given_up_and_comes_all_the_same_is_applied_late(work: Work) -> None:
    cabinet = await make_cabinet(work)
    told, begins = a_stay(cabinet.stay.begins, times=1), cabinet.stay.begins + HOUR
    await cabinet.keep(begins, *told[3:])
    await cabinet.beats(begins, number=6, oldest_number=4)
    assert await cabinet.apply(begins) == 6

    await cabinet.keep(begins + SECOND, told[1])
    await cabinet.apply(begins + SECOND)

    kinds = [(entry.kind, entry.happened_at) for entry in await cabinet.stay.chain()]
    assert kinds[1:] == [
        (Custody.FOUND, told[4].happened_at),
        (Custody.FETCHED, told[1].happened_at),
    ]
    allocation = await cabinet.stay.allocation()
    assert (allocation.fetched_at, allocation.live) == (told[1].happened_at, False)


async def test_what_was_kept_of_revoked_credentials_is_applied_over_its_gaps(work: Work) -> None:
    cabinet = await make_cabinet(work)
    begins = cabinet.stay.begins
    told = a_stay(begins, times=1)
    await cabinet.keep(begins + HOUR, told[1], told[4])
    cabinet.link.revoked_at = begins + HOUR
    await work.connection()

    heard = await cabinet.apply(begins + HOUR)

    assert heard == 5
    assert [entry.kind for entry in await cabinet.stay.chain()][1:] == [
        Custody.FETCHED,
        Custody.RETURNED,
    ]
    assert await cabinet.asked_for() == []
