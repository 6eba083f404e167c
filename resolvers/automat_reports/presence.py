"""Heartbeats and last wills: whether an automat is there, and what it says of itself.

A message that the broker had kept is no sign of life: it may be days old. Nor is a word that it
could say by itself, or once more: only heartbeats are, which automats seal, and only newer ones. A
heartbeat writes two rows at most, and none that says what is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automats import HEARTBEAT_TOLERANCE, Automat
from models.base import Json
from models.events import EventKind
from models.jobs import JobKind
from resolvers.automat_alarms import end_alarm
from resolvers.automat_codes import confirming
from resolvers.automat_doubts import doubt
from resolvers.automat_reports import clocks, freshness, gaps, positions, power, sensors
from resolvers.automat_reports.links import heard_from, last_believable
from resolvers.automat_reports.sensors import SeenLocker
from resolvers.jobs import schedule
from resolvers.work import About, Work

SEEN_LATELY = timedelta(seconds=10)
"""A sign of life that follows another one so soon is not written down."""
MOST_LOST = 1_000_000
"""No automat loses more reports than that before it is heard: it would take it many years."""


@dataclass(frozen=True, slots=True)
class Said:
    """A heartbeat.

    Args:
        at: What time it is by the automat's clock.
        number: The number of its last report; 0 for none yet.
        oldest_number: The oldest report that it still keeps.
        revision: Which revision of its codes it knows; None for none.
        firmware: What runs on it.
        lockers: What its sensors see.
        health: Of its power, battery and network, by the names of the protocol.
        heard_at: When it came, by our clock; just now when left out.
        told_at: The latest moment of ours that the automat had read; None for none yet.
        clock_set: How often it had set its clock.
    """

    at: datetime
    number: int
    oldest_number: int = 1
    revision: int | None = None
    firmware: str = ""
    lockers: Sequence[SeenLocker] = ()
    health: Json = field(default_factory=dict)
    heard_at: datetime | None = None
    told_at: datetime | None = None
    clock_set: int = 0


async def state_heard(
    work: Work, link: AutomatLink, said: Said, *, is_retained: bool = False
) -> bool:
    """Hear the heartbeat of an automat; one that comes again or is older changes nothing.

    Args:
        work: The transaction, of the system.
        link: Its credentials, locked; see `links.locked`.
        said: What it says. Reports that came before it should be kept before.
        is_retained: Whether the broker had kept it, so that nobody knows how old it is.

    Returns:
        False for one that is older than another that was heard: the clock of the automat went
        back, or somebody sent it once more.
    """
    order = said.told_at, said.at
    if freshness.is_older(link, *order):
        return False
    if link.revoked_at is not None or freshness.is_the_last_one(link, *order):
        return True
    freshness.remember(link, *order)
    await heard_from(work, link)
    if link.revoked_at is not None:
        return True
    counts = await _count(work, link, said)
    if not is_retained:
        await is_there(work, link)
        await _hear(work, link, said, counts=counts)
    await gaps.ask_again(work, link)
    await work.save()
    return True


async def _count(work: Work, link: AutomatLink, said: Said) -> bool:
    """Believe up to which number an automat has reported, and from which on it keeps reports.

    Returns:
        Whether that can be. If not people are told, and what goes by the number says nothing.
    """
    oldest = max(link.oldest_number, min(said.oldest_number, said.number + 1))
    has_lost_too_many = oldest > link.heard_up_to + MOST_LOST
    if has_lost_too_many or said.number > last_believable(link.heard_up_to, oldest):
        details = f"It says that it reported {said.number} times; we heard {link.heard_up_to}."
        await doubt(work, link.automat_id, details)
        return False
    link.last_number = max(link.last_number, said.number)
    link.oldest_number = oldest
    return True


async def _hear(work: Work, link: AutomatLink, said: Said, *, counts: bool) -> None:
    heard_at = work.now if said.heard_at is None else work.actor.time(said.heard_at)
    await clocks.compare(work, link, said.at, heard_at=heard_at, clock_set=said.clock_set)
    if link.health != said.health:
        await power.compare(work, link, said.health)
        await positions.compare(work, link.automat_id, said.health)
        link.health = said.health
    link.firmware = said.firmware or link.firmware
    if not counts:
        return
    if said.revision != link.applied_revision or link.applied_number < 0:
        await confirming.codes_applied(work, link, said.revision, number=said.number)
    await sensors.compare(work, link, said.number, said.lockers)


async def gone_heard(work: Work, link: AutomatLink) -> None:
    """Hear that an automat has gone: by itself or by its last will.

    It is missed by an alarm when nothing is heard of it for `HEARTBEAT_TOLERANCE`, see `silence`.
    That one has come is not heard here, for the broker could say so by itself: its heartbeat tells.

    Args:
        work: The transaction, of the system.
        link: Its credentials, locked.
    """
    if link.revoked_at is None:
        is_gone(work, link)
        await work.save()


async def is_there(work: Work, link: AutomatLink) -> None:
    """Take a sign of life down."""
    (automat,) = await work.all(work.own(Automat).where(Automat.id == link.automat_id))
    seen = automat.last_seen_at
    if seen is None or not seen <= work.now < seen + SEEN_LATELY:
        automat.last_seen_at = work.now
    if link.connected:
        return
    link.connected = True
    work.record(EventKind.AUTOMAT_ONLINE, About(Automat, automat.id), link_id=link.id)
    await end_alarm(work, automat.id, AlarmKind.DEVICE_DISCONNECTED)
    await schedule(work, JobKind.AUTOMAT_LINK, automat.id, work.now + HEARTBEAT_TOLERANCE)


def is_gone(work: Work, link: AutomatLink) -> None:
    """Take down that an automat is not connected any more."""
    if link.connected:
        link.connected = False
        automat = About(Automat, link.automat_id)
        work.record(EventKind.AUTOMAT_OFFLINE, automat, link_id=link.id)
