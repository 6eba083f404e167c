"""Automats that report: what they say is kept and applied, with real commits or without."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from factories import HOUR, NOON
from lives import at as moved_to
from reporting import Stay, make_stay
from sqlalchemy import select

from models.accounts import Actor
from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automat_commands import AutomatCommand, CommandKind
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport, ReportKind
from models.automats import Automat
from models.base import new_id
from models.contracts import KeyContract
from models.custody import CustodyEntry
from models.database import Database
from models.events import Event, EventKind
from resolvers import organizations
from resolvers.automat_reports import keeping, presence, turns
from resolvers.automat_reports.inbox import Inbox
from resolvers.automat_reports.keeping import Kept, Told
from resolvers.automat_reports.presence import Said
from resolvers.work import Work

Kind = ReportKind
SECOND = timedelta(seconds=1)
YEARS = timedelta(days=1_800)


async def make_link(work: Work, automat: Automat, *, waits: bool = False) -> AutomatLink:
    """Give an automat credentials, which no certificate stands behind."""
    link = AutomatLink(
        organization_id=automat.organization_id,
        automat_id=automat.id,
        serial=new_id().hex,
        issued_at=work.now,
        expires_at=work.now + YEARS,
        activated_at=None if waits else work.now,
        codes_key="",
    )
    await work.add(link)
    return link


def report(
    number: int, kind: Kind, at: datetime, locker_index: int | None = None, **facts: Any
) -> Told:
    return Told(new_id(), number, kind, at, locker_index, facts)


@dataclass
class Cabinet:
    """An automat in whose locker 0 the key of a stay lies, inside one transaction.

    Args:
        stay: The stay; its `work` is the transaction.
        link: The credentials of the automat.
    """

    stay: Stay
    link: AutomatLink
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def automat_id(self) -> UUID:
        return self.stay.automat.id

    def at(self, moment: datetime) -> Work:
        return moved_to(self.stay.work, moment)

    def told(self, kind: Kind, at: datetime, index: int | None = 0, **facts: Any) -> Told:
        return report(next(self.numbers), kind, at, index, **facts)

    async def keep(self, now: datetime, *told: Told) -> Kept:
        batch = [(self.link.id, one) for one in told]
        return await keeping.keep(self.stay.work.session, batch, now)

    async def apply(self, now: datetime) -> int:
        work = self.at(now)
        while await Inbox(work, self.link).apply_some():
            pass
        await work.connection()
        return self.link.heard_up_to

    async def says(
        self, kind: Kind, at: datetime, index: int | None = 0, *, heard: Any = None, **facts: Any
    ) -> AutomatReport:
        """Report something, at once or later, and let it take effect."""
        told = self.told(kind, at, index, **facts)
        await self.keep(heard or at, told)
        await self.apply(heard or at)
        return await self.report(told)

    async def report(self, told: Told) -> AutomatReport:
        same = AutomatReport.report_id == told.id, AutomatReport.link_id == self.link.id
        (found,) = await self.stay.work.all(self.stay.work.own(AutomatReport).where(*same))
        return found

    async def beats(self, now: datetime, number: int | None = None, **said: Any) -> Work:
        """Send a heartbeat."""
        work = self.at(now)
        told = {"at": now, "number": self.link.heard_up_to if number is None else number, **said}
        retained = told.pop("is_retained", False)
        await presence.state_heard(work, self.link, Said(**told), is_retained=retained)
        await work.connection()
        return work

    async def events(self, *kinds: EventKind) -> list[Event]:
        work = self.stay.work
        found = await work.all(work.own(Event).where(Event.kind.in_(kinds)).order_by(Event.id))
        return list(found)

    async def alarms(self) -> list[AutomatAlarm]:
        work, row = self.stay.work, AutomatAlarm
        return list(await work.all(work.own(row).order_by(row.id)))

    async def alarms_on(self) -> list[AlarmKind]:
        return [one.kind for one in await self.alarms() if one.ended_at is None]

    async def asked_for(self) -> list[int]:
        """List from which numbers reports were asked for again."""
        work, row = self.stay.work, AutomatCommand
        commands = work.own(row).where(row.kind == CommandKind.REPLAY).order_by(row.id)
        return [one.facts["fromNumber"] for one in await work.all(commands)]


async def make_cabinet(work: Work, **given: Any) -> Cabinet:
    stay = await make_stay(work, **given)
    return Cabinet(stay, await make_link(work, stay.automat))


@dataclass(frozen=True)
class House:
    """The same with real commits, so that several may apply at once.

    Args:
        database: Where it is.
        owner: Whose it is.
        automat_id: The automat.
        link_id: Its credentials.
        key_id: The key in locker 0.
        contract_id: The key contract of the stay.
        begins: When the stay begins; it lasts two days.
    """

    database: Database
    owner: Actor
    automat_id: UUID
    link_id: UUID
    key_id: UUID
    contract_id: UUID
    begins: datetime

    @property
    def later(self) -> datetime:
        """When all of it has been over for long."""
        return self.begins + 100 * HOUR

    async def keep(self, *told: Told, now: datetime | None = None) -> Kept:
        async with self.database.writing() as session:
            batch = [(self.link_id, one) for one in told]
            return await keeping.keep(session, batch, now or self.later)

    async def apply(self, now: datetime | None = None) -> int:
        return await turns.apply(self.database, self.link_id, lambda: now or self.later)

    async def chain(self) -> list[tuple[Any, ...]]:
        """Tell the chain of custody of the key, as far as it says what happened."""
        row = CustodyEntry
        columns = row.number, row.kind, row.happened_at, row.key_contract_id, row.contradiction
        found = select(*columns, row.locker_id.is_not(None)).where(row.key_id == self.key_id)
        async with self.database.reading() as connection:
            rows = (await connection.execute(found.order_by(row.number))).all()
        return [
            (one[0], one[1], one[2] - self.begins, one[3] is not None, *one[4:]) for one in rows
        ]

    async def reports(self) -> Sequence[Any]:
        row = AutomatReport
        columns = row.number, row.kind, row.applied_at, row.moment, row.problem
        found = select(*columns).where(row.link_id == self.link_id).order_by(row.number)
        async with self.database.reading() as connection:
            return (await connection.execute(found)).all()

    async def count(self, *kinds: EventKind) -> int:
        """Count events of some kinds in the organization."""
        owned = Event.organization_id == self.owner.organization_id
        async with self.database.reading() as connection:
            found = await connection.execute(select(Event.id).where(owned, Event.kind.in_(kinds)))
        return len(found.all())


async def make_house(database: Database) -> House:
    """Found an organization that stays: what happens at once must be committed."""
    async with database.writing() as session:
        work = Work(session, organizations.founder(), NOON)
        await organizations.found(work, name="Kotikatu")
        stay = await make_stay(work)
        link = await make_link(work, stay.automat)
        of_stay = work.own(KeyContract).where(KeyContract.reservation_id == stay.reservation.id)
        (contract,) = await work.all(of_stay)
        ids = stay.automat.id, link.id, stay.key.id, contract.id
    return House(database, work.actor, *ids, stay.begins)


def a_stay(begins: datetime, times: int = 2) -> list[Told]:
    """Tell of somebody who takes the key out and brings it back, again and again."""
    numbers, moments = count(1), (begins + number * 61 * SECOND for number in count(1))
    return [
        report(next(numbers), kind, next(moments), 0, **facts)
        for _ in range(times)
        for kind, facts in ROUND
    ]


ROUND: list[tuple[Kind, dict[str, Any]]] = [
    (Kind.DOOR_OPENED, {"cause": "code"}),
    (Kind.KEY_TAKEN, {}),
    (Kind.DOOR_CLOSED, {}),
    (Kind.DOOR_OPENED, {"cause": "code"}),
    (Kind.KEY_RETURNED, {}),
    (Kind.DOOR_CLOSED, {}),
]
