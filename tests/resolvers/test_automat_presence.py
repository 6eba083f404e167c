"""Whether an automat is there, what it says of itself, and that its silence is noticed."""

import pytest
from counting import statements_of
from due_jobs import do_what_is_due
from factories import DAY, HOUR, NOON, make_automat
from inboxes import SECOND, Cabinet, Kind, a_stay, make_cabinet, make_link
from lives import at, trail
from reporting import MINUTE
from sqlalchemy import select
from talking import Client

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automats import Automat, is_online
from models.base import new_id
from models.database import Database, do_last_acts
from models.events import EventKind
from models.jobs import Job, JobKind
from resolvers.automat_reports import links, presence, silence
from resolvers.automat_reports.presence import Said, gone_heard
from resolvers.automat_reports.sensors import SeenLocker
from resolvers.work import Work, system

Alarm = AlarmKind
COMINGS = (EventKind.AUTOMAT_ONLINE, EventKind.AUTOMAT_OFFLINE)


@pytest.fixture
async def cabinet(work: Work) -> Cabinet:
    return await make_cabinet(work)


async def automat_of(cabinet: Cabinet) -> Automat:
    return await cabinet.stay.work.get(Automat, cabinet.automat_id)


async def comings(cabinet: Cabinet) -> list[EventKind]:
    return [event.kind for event in await cabinet.events(*COMINGS)]


# ---------------------------------------------------------------- there and gone


async def test_an_automat_is_online_with_its_first_heartbeat(cabinet: Cabinet) -> None:
    at = cabinet.stay.begins

    await cabinet.beats(at, firmware="1.2", health={"power": "mains"}, revision=None)
    await cabinet.beats(at + 30 * SECOND)

    assert await comings(cabinet) == [EventKind.AUTOMAT_ONLINE]
    link = cabinet.link
    assert (link.connected, link.firmware) == (True, "1.2")
    assert is_online((await automat_of(cabinet)).last_seen_at, at + 2 * MINUTE)


async def test_silence_is_noticed_90_seconds_after_the_last_heartbeat(cabinet: Cabinet) -> None:
    begins, due = cabinet.stay.begins, []
    await cabinet.beats(begins)
    await cabinet.beats(begins + 30 * SECOND)

    for seconds in (90, 119, 120, 500):
        now = cabinet.at(begins + seconds * SECOND)
        due.append(await silence.look_after(now, cabinet.automat_id))

    assert due == [begins + 120 * SECOND, begins + 120 * SECOND, None, None]
    assert await comings(cabinet) == list(COMINGS)
    (alarm,) = await cabinet.alarms()
    assert (alarm.kind, alarm.started_at, alarm.ended_at) == (
        Alarm.DEVICE_DISCONNECTED,
        begins + 120 * SECOND,
        None,
    )
    assert not cabinet.link.connected


async def test_an_automat_that_is_heard_again_is_online_and_missed_no_more(
    cabinet: Cabinet,
) -> None:
    begins = cabinet.stay.begins
    await cabinet.beats(begins)
    await silence.look_after(cabinet.at(begins + HOUR), cabinet.automat_id)

    await cabinet.beats(begins + 2 * HOUR)

    assert await comings(cabinet) == [*COMINGS, EventKind.AUTOMAT_ONLINE]
    assert [one.ended_at for one in await cabinet.alarms()] == [begins + 2 * HOUR]


async def test_a_last_will_is_believed_at_once_and_missed_after_90_seconds(
    cabinet: Cabinet,
) -> None:
    begins = cabinet.stay.begins
    await cabinet.beats(begins)

    for _ in range(2):
        await gone_heard(cabinet.at(begins + SECOND), cabinet.link)
    quiet = await cabinet.alarms_on()
    await silence.look_after(cabinet.at(begins + 90 * SECOND), cabinet.automat_id)

    assert (await comings(cabinet), quiet) == (list(COMINGS), [])
    assert await cabinet.alarms_on() == [Alarm.DEVICE_DISCONNECTED]


async def test_a_short_break_raises_no_alarm(cabinet: Cabinet) -> None:
    begins = cabinet.stay.begins
    await cabinet.beats(begins)
    await gone_heard(cabinet.at(begins + SECOND), cabinet.link)

    await cabinet.beats(begins + 20 * SECOND)
    following = await silence.look_after(cabinet.at(begins + 90 * SECOND), cabinet.automat_id)

    assert following == begins + 110 * SECOND
    assert await cabinet.alarms() == []
    assert await comings(cabinet) == [*COMINGS, EventKind.AUTOMAT_ONLINE]


async def test_what_the_broker_had_kept_is_no_sign_of_life(cabinet: Cabinet) -> None:
    begins = cabinet.stay.begins

    await cabinet.beats(begins, number=7, is_retained=True)

    assert (await automat_of(cabinet)).last_seen_at is None
    assert await comings(cabinet) == []
    assert await cabinet.asked_for() == [1], "but it tells up to where it has reported"


@pytest.mark.parametrize(
    ("number", "oldest"), [(20_001, 1), (1_999_999_999, 2_000_000_000), (1_999_999_999, 1)]
)
async def test_a_number_that_cannot_be_is_not_believed(
    cabinet: Cabinet, number: int, oldest: int
) -> None:
    begins = cabinet.stay.begins

    for _ in range(2):
        await cabinet.beats(begins, number=number, oldest_number=oldest, revision=1)

    link = cabinet.link
    assert (link.last_number, link.oldest_number, link.applied_number) == (0, 1, -1)
    assert await cabinet.alarms_on() == [Alarm.DEVICE_ERROR]
    assert (await automat_of(cabinet)).last_seen_at == begins, "it is there all the same"
    assert await cabinet.says(Kind.DOOR_CLOSED, begins) is not None
    assert link.heard_up_to == 1


async def test_an_automat_that_lost_many_reports_is_believed(cabinet: Cabinet) -> None:
    await cabinet.beats(cabinet.stay.begins, number=99_999, oldest_number=90_000)

    assert (cabinet.link.last_number, cabinet.link.oldest_number) == (99_999, 90_000)
    assert await cabinet.apply(cabinet.stay.begins) == 89_999


async def test_nothing_is_heard_by_revoked_credentials(cabinet: Cabinet) -> None:
    cabinet.link.revoked_at = cabinet.stay.begins

    await cabinet.beats(cabinet.stay.begins, number=3)
    await gone_heard(cabinet.at(cabinet.stay.begins), cabinet.link)

    assert (await automat_of(cabinet)).last_seen_at is None
    assert (await cabinet.asked_for(), await comings(cabinet)) == ([], [])


async def test_the_first_heartbeat_of_credentials_that_wait_activates_them(
    cabinet: Cabinet,
) -> None:
    begins, work = cabinet.stay.begins, cabinet.stay.work
    new = await make_link(work, cabinet.stay.automat, waits=True)

    await presence.state_heard(cabinet.at(begins), new, Said(at=begins, number=0))

    assert (new.activated_at, new.connected) == (begins, True)
    assert (await work.get(AutomatLink, cabinet.link.id)).revoked_at == begins


async def test_an_automat_without_credentials_is_not_missed(work: Work) -> None:
    automat = await make_automat(work)

    assert await silence.look_after(work, automat.id) is None
    assert await silence.look_after(work, new_id()) is None
    assert not {*COMINGS, EventKind.AUTOMAT_ALARM_RAISED} & set(await trail(work, automat))


async def test_an_automat_whose_credentials_were_taken_back_is_missed_no_more(
    cabinet: Cabinet,
) -> None:
    begins = cabinet.stay.begins
    await cabinet.beats(begins)
    await silence.look_after(cabinet.at(begins + HOUR), cabinet.automat_id)
    cabinet.link.revoked_at = begins + HOUR
    await cabinet.stay.work.save()

    assert await silence.look_after(cabinet.at(begins + 2 * HOUR), cabinet.automat_id) is None

    assert await cabinet.alarms_on() == []


async def test_a_worker_notices_the_silence_by_itself(client: Client) -> None:
    async with client.database.writing() as session:
        cabinet = await make_cabinet(Work(session, system(client.organization_id), NOON))
        await cabinet.beats(NOON)

    await do_what_is_due(client, NOON + 89 * SECOND)
    before = await _gone(client)
    await do_what_is_due(client, NOON + 90 * SECOND)

    assert (before, await _gone(client)) == (True, False)


async def _gone(client: Client) -> bool:
    own = AutomatLink.organization_id == client.organization_id
    async with client.database.reading() as connection:
        found = await connection.execute(select(AutomatLink.connected).where(own))
        return bool(found.scalar_one())


# ---------------------------------------------------------------- what it costs


async def test_a_heartbeat_that_says_nothing_new_writes_one_row(
    cabinet: Cabinet, database: Database
) -> None:
    begins, health = cabinet.stay.begins, {"power": "mains", "battery": 1}
    seen = [SeenLocker(index, has_key=index == 0) for index in range(30)]
    said = {
        "lockers": seen,
        "health": health,
        "revision": (await automat_of(cabinet)).code_revision,
    }
    await cabinet.beats(begins, **said)
    await do_last_acts(cabinet.stay.work.session)

    with statements_of(database) as statements:
        await cabinet.beats(begins + 30 * SECOND, **said)

    written = [one for one in statements if not one.lstrip().lower().startswith("select")]
    assert [one.split()[:2] for one in written] == [["UPDATE", "automats"]]
    assert len(statements) <= 5
    with statements_of(database) as statements:
        await cabinet.beats(begins + 31 * SECOND, **said)
    assert all(one.lstrip().lower().startswith("select") for one in statements)


async def test_one_job_looks_after_an_automat(cabinet: Cabinet) -> None:
    work, begins = cabinet.stay.work, cabinet.stay.begins

    for number in range(5):
        await cabinet.beats(begins + number * 30 * SECOND)
    await do_last_acts(work.session)

    jobs = select(Job.due_at).where(
        Job.kind == JobKind.AUTOMAT_LINK, Job.subject_id == cabinet.automat_id
    )
    assert [row.due_at for row in await work.rows(jobs)] == [begins + 90 * SECOND]


async def test_the_timer_asks_again_for_what_is_missing(cabinet: Cabinet) -> None:
    begins, look = cabinet.stay.begins, silence.look_after
    told = a_stay(begins, times=1)
    await cabinet.beats(begins, number=6)
    assert await cabinet.asked_for() == [1]

    await cabinet.keep(begins + SECOND, *told[:3])
    await cabinet.apply(begins + SECOND)
    soon = await look(cabinet.at(begins + 5 * SECOND), cabinet.automat_id)
    asked = await cabinet.asked_for()
    await cabinet.keep(begins + 6 * SECOND, *told)
    await cabinet.apply(begins + 6 * SECOND)
    later = await look(cabinet.at(begins + 10 * SECOND), cabinet.automat_id)

    assert (soon, asked) == (begins + 10 * SECOND, [1, 4])
    assert later == begins + 90 * SECOND


async def test_credentials_are_locked_by_the_clock_of_their_organization(
    cabinet: Cabinet,
) -> None:
    session = cabinet.stay.work.session

    found = await links.locked(session, cabinet.link.id, NOON + DAY)

    assert found is not None
    assert (found[1].id, found[0].now) == (cabinet.link.id, at(cabinet.stay.work, NOON + DAY).now)
    assert await links.locked(session, new_id(), NOON) is None
