"""What automats say, read from the messages of the broker; what cannot be read is passed over.

What was not sealed by the automat under that very topic cannot be read either: whoever owns the
broker says nothing in its name, and learns nothing of what it says but when, and how long it is.

It is counted, and told once for each automat, without a word of what was in it.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aiomqtt import Message as Received

from automat_link.allowance import Allowance
from automat_link.messages.base import Unreadable
from automat_link.messages.commands import Answer
from automat_link.messages.reports import AnyReport, read_report
from automat_link.messages.states import Online, State
from automat_link.sealing import unseal
from automat_link.topics import IN_CLEAR, Topic, parsed, topic
from models.automat_reports import ReportKind
from resolvers.automat_reports.keeping import Told

MOST_AUTOMATS = 100_000
"""How many are counted one by one; the names of others are not remembered."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Came:
    """One message as it came, not opened yet.

    Args:
        link_id: By which credentials.
        what: Under which topic.
        payload: What came.
        heard_at: When it came, by our clock; it may take effect much later.
        is_retained: Whether the broker had kept it, so that nobody knows how old it is.
    """

    link_id: UUID
    what: Topic
    payload: bytes
    heard_at: datetime
    is_retained: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One message of an automat.

    Args:
        link_id: By which credentials.
        message: What it says.
        heard_at: When it came, by our clock; it may take effect much later.
        is_retained: Whether the broker had kept it, so that nobody knows how old it is.
    """

    link_id: UUID
    message: Told | State | Answer | Online
    heard_at: datetime
    is_retained: bool = False


class Reader:
    """Reads messages, and counts those that cannot be read.

    Args:
        allowance: How much of each automat is read.
    """

    def __init__(self, allowance: Allowance | None = None) -> None:
        self._allowance = allowance or Allowance()
        self.unreadable: Counter[UUID] = Counter()

    def take(self, received: Received, heard_at: datetime) -> Came | None:
        """Take a message; None for one not of this protocol, that says nothing, or is too much."""
        place = parsed(received.topic.value)
        payload = received.payload
        if place is None or not isinstance(payload, bytes) or not payload:
            return None
        link_id, what = place
        if not self._allowance.take(link_id):
            return None
        return Came(link_id, what, payload, heard_at, received.retain)

    def read(self, came: Came, key: bytes) -> Said | None:
        """Open a message with the key of its automat, and read it; None when that cannot be."""
        try:
            said = read(came.what, opened(came, key))
        except Unreadable as error:
            self._count(came.link_id, came.what, error)
            return None
        return Said(came.link_id, said, came.heard_at, came.is_retained)

    def _count(self, link_id: UUID, what: Topic, error: Unreadable) -> None:
        if link_id not in self.unreadable:
            if len(self.unreadable) >= MOST_AUTOMATS:
                return
            words = "link %s says what cannot be read (%s: %s); its next ones are only counted"
            logger.warning(words, link_id, what, error)
        self.unreadable[link_id] += 1


def opened(came: Came, key: bytes) -> bytes:
    """Open what came.

    Raises:
        Unreadable: It was not sealed with this key for the topic under which it came.
    """
    if came.what in IN_CLEAR:
        return came.payload
    return unseal(key, topic(came.link_id, came.what), came.payload)


def read(what: Topic, payload: bytes) -> Told | State | Answer | Online:
    """Read what was said under a topic, opened.

    Raises:
        Unreadable: It is not what this protocol says.
    """
    match what:
        case Topic.REPORT:
            return told(read_report(payload))
        case Topic.STATE:
            return State.read(payload)
        case Topic.ANSWER:
            return Answer.read(payload)
        case Topic.ONLINE:
            return Online.read(payload)
        case _:
            message = "automats say nothing there."
            raise Unreadable(message)


SAID_OF_ALL = {"id", "number", "at", "clock_set", "kind", "locker_index"}


def told(report: AnyReport) -> Told:
    """Take a report apart, as use cases take it."""
    known = report.model_dump()
    facts = report.model_dump(mode="json", exclude=SAID_OF_ALL, exclude_none=True)
    return Told(
        id=known["id"],
        number=known["number"],
        kind=ReportKind(known["kind"]),
        happened_at=known["at"],
        clock_set=known["clockSet"],
        locker_index=known.get("lockerIndex"),
        facts=facts,
    )
