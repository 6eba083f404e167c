"""The reports of many automats, which take effect together as they would one by one."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import pytest
from counting import statements_of
from factories import NOON, make_automat
from inboxes import SECOND, Kind, make_link, report
from racing import by_itself
from sqlalchemy import func, select

from models.accounts import Actor
from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.automats import Locker
from models.base import table_of
from models.database import Database
from models.events import Event, EventKind
from resolvers import organizations
from resolvers.automat_reports import keeping, turns
from resolvers.automat_reports.keeping import Told
from resolvers.work import Work

LATER = NOON + 3600 * SECOND
TIMES = 3


@dataclass(frozen=True)
class Fleet:
    """Automats of one organization, by their links."""

    database: Database
    owner: Actor
    automats: dict[UUID, UUID]

    async def keep(self, told: dict[UUID, list[Told]]) -> None:
        batch = [(link_id, one) for link_id, all_of in told.items() for one in all_of]
        async with self.database.writing() as session:
            await keeping.keep(session, batch, LATER)

    async def take(self, *link_ids: UUID) -> turns.Turn:
        return await turns.take(self.database, link_ids, lambda: LATER)

    async def take_all(self, *link_ids: UUID) -> None:
        again = set(link_ids)
        while again:
            again = (await self.take(*again)).again

    async def heard_up_to(self) -> dict[UUID, int]:
        row = table_of(AutomatLink).c
        found = select(row.id, row.heard_up_to).where(
            row.organization_id == self.owner.organization_id
        )
        async with self.database.reading() as connection:
            return dict((await connection.execute(found)).all())

    async def became(self, link_id: UUID) -> dict[str, list[tuple[object, ...]]]:
        """Tell what became of the reports, the lockers and the alarms of an automat."""
        id, report_, event = self.automats[link_id], table_of(AutomatReport).c, table_of(Event).c
        alarm, locker = table_of(AutomatAlarm).c, table_of(Locker).c
        alarms = alarm.kind, alarm.locker_index, alarm.started_at, alarm.ended_at, alarm.until
        reports = report_.number, report_.moment, report_.applied_at, report_.problem
        async with self.database.reading() as connection:
            asked = {
                "reports": select(*reports)
                .where(report_.link_id == link_id)
                .order_by(*reports[:1]),
                "alarms": select(*alarms).where(alarm.automat_id == id).order_by(alarm.id),
                "lockers": select(locker.index, locker.state)
                .where(locker.automat_id == id)
                .order_by(locker.index),
                "events": select(event.kind, func.coalesce(event.notice, ""))
                .where(event.subject_id == id, event.kind != EventKind.AUTOMAT_INSTALLED)
                .order_by(event.id),
            }
            return {
                name: [tuple(row) for row in await connection.execute(found)]
                for name, found in asked.items()
            }


async def make_fleet(database: Database, count: int) -> Fleet:
    owner = organizations.founder()

    async def prepare(work: Work) -> dict[UUID, UUID]:
        await organizations.found(work, name="Kotikatu")
        automats = [await make_automat(work, "Station") for _ in range(count)]
        return {(await make_link(work, one)).id: one.id for one in automats}

    return Fleet(database, owner, await by_itself(database, owner, prepare))


def a_day(times: int = TIMES) -> list[Told]:
    """Tell of doors that are forced and closed, wrong codes, and something of it that is broken."""
    words = [
        (Kind.DOOR_OPENED, 1, {"cause": "forced"}),
        (Kind.DOOR_CLOSED, 1, {}),
        (Kind.CODE_REFUSED, None, {"refusal": "unknown", "misses": 5, "throttledUntil": None}),
        (Kind.ALARM_RAISED, 2, {"alarm": "device_error"}),
        (Kind.DOOR_OPENED, 2, {"cause": "code"}),
        (Kind.ALARM_CLEARED, 2, {"alarm": "device_error"}),
        (Kind.DOOR_OPENED, 1, {"cause": "forced"}),
    ]
    told = [(NOON + number * SECOND, *one) for number, one in enumerate(words * times, 1)]
    return [
        report(number, kind, at, index, **facts)
        for number, (at, kind, index, facts) in enumerate(told, 1)
    ]


async def test_reports_of_many_automats_do_together_what_they_do_one_by_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = await make_fleet(database, 4)
    alone, *together = fleet.automats
    await fleet.keep({link_id: a_day() for link_id in fleet.automats})

    await fleet.take_all(*together)
    monkeypatch.setattr("resolvers.automat_reports.around.WORTH_IT", 1_000)
    await fleet.take_all(alone)

    one_by_one = await fleet.became(alone)
    assert Counter(kind for kind, *_ in one_by_one["alarms"]) == {
        AlarmKind.DOOR_FORCED: TIMES + 1,
        AlarmKind.DEVICE_ERROR: TIMES,
    }
    for link_id in together:
        assert await fleet.became(link_id) == one_by_one


async def test_the_number_of_statements_does_not_grow_with_the_automats(database: Database) -> None:
    fleet = await make_fleet(database, 8)
    few, many = list(fleet.automats)[:2], list(fleet.automats)[2:]
    await fleet.keep({link_id: a_day(2) for link_id in fleet.automats})

    with statements_of(database) as for_few:
        await fleet.take(*few)
    with statements_of(database) as for_many:
        await fleet.take(*many)

    assert set((await fleet.heard_up_to()).values()) == {14}
    assert len(for_many) == len(for_few)


async def test_a_report_that_cannot_be_applied_holds_up_its_own_automat_alone(
    database: Database,
) -> None:
    fleet = await make_fleet(database, 3)
    broken, *others = fleet.automats
    nowhere = report(1, Kind.DOOR_CLOSED, NOON, 29_999)
    await fleet.keep({link_id: a_day(1) for link_id in others} | {broken: [nowhere]})

    turn = await fleet.take(*fleet.automats)

    assert turn.failed == {}
    assert await fleet.heard_up_to() == dict.fromkeys(others, 7) | {broken: 0}


@pytest.mark.parametrize("links_at_once", [1, 3])
async def test_what_is_about_keys_waits_for_a_transaction_of_its_own(
    database: Database, links_at_once: int
) -> None:
    fleet = await make_fleet(database, links_at_once)
    words = [(Kind.DOOR_OPENED, {"cause": "code"}), (Kind.KEY_TAKEN, {}), (Kind.DOOR_CLOSED, {})]
    told = {
        link_id: [
            report(number, kind, NOON + number * SECOND, 0, **facts)
            for number, (kind, facts) in enumerate(words, 1)
        ]
        for link_id in fleet.automats
    }
    await fleet.keep(told)

    await fleet.take_all(*fleet.automats)

    assert await fleet.heard_up_to() == dict.fromkeys(fleet.automats, 3)
