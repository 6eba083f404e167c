"""The topics of the protocol, version 1: `keys/v1/LINK/...`, where LINK names the credentials.

The broker lets an automat read and write below its own name alone, which is the common name of its
certificate. What is wanted of it is retained, so that it is told as soon as it connects. All but
whether it is connected is sealed (`automat_link.sealing`): who merely owns the broker gives no
orders, reads nothing, and says nothing in its name.
"""

from enum import StrEnum
from uuid import UUID

ROOT = "keys/v1"


class Topic(StrEnum):
    """What is said at the end of a topic."""

    WANT_CODES = "want/codes"
    """To the automat, retained, sealed: the codes that it should know."""
    WANT_HEARD = "want/heard"
    """To the automat, retained, sealed: how far its reports were heard, and what time it is."""
    COMMAND = "command"
    """To the automat, sealed: one thing to do until a deadline."""
    ANSWER = "answer"
    """From the automat, sealed: what became of a command."""
    REPORT = "report"
    """From the automat, sealed: one thing that happened, numbered."""
    STATE = "state"
    """From the automat, retained, sealed: its heartbeat, every 30 seconds and after changes."""
    ONLINE = "online"
    """From the automat, retained, in clear: whether it is connected; false is its last will."""


FROM_AUTOMATS = (Topic.ANSWER, Topic.REPORT, Topic.STATE, Topic.ONLINE)
TO_AUTOMATS = (Topic.WANT_CODES, Topic.WANT_HEARD, Topic.COMMAND)
IN_CLEAR = frozenset({Topic.ONLINE})
"""A last will lies at the broker from the beginning of a connection, so it says nothing new."""


def topic(link_id: UUID, what: Topic) -> str:
    """Name the topic of one automat."""
    return f"{ROOT}/{link_id}/{what}"


def of_all(what: Topic) -> str:
    """Name the topic of all automats, to subscribe to."""
    return f"{ROOT}/+/{what}"


def parsed(name: str) -> tuple[UUID, Topic] | None:
    """Take a topic apart; None for one that is not of this protocol, or is spelt otherwise."""
    parts = name.split("/", 3)
    if len(parts) != 4:
        return None
    try:
        found = UUID(parts[2]), Topic(parts[3])
    except ValueError:
        return None
    return found if topic(*found) == name else None
