"""What automats are told to do: each command once, until its deadline, with its answer."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Owned

OPEN = text("state in ('waiting', 'sent')")
ONE_AT_A_TIME = text("state in ('waiting', 'sent') and kind <> 'replay'")
SHORTEST_DEADLINE, USUAL_DEADLINE = timedelta(seconds=5), timedelta(seconds=30)
LONGEST_DEADLINE = timedelta(minutes=10)
"""A door must not open an hour late: nobody stands there any more."""


class CommandKind(StrEnum):
    """What an automat is told to do."""

    OPEN_LOCKER = "open_locker"
    CLEAR_LOCKER = "clear_locker"
    PROGRAM_KEY = "program_key"
    RESTART = "restart"
    RESYNC = "resync"
    REPLAY = "replay"


class CommandState(StrEnum):
    """How far a command is."""

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"


OPEN_STATES = (CommandState.WAITING, CommandState.SENT)
"""What is under way."""


class CommandRefusal(StrEnum):
    """Why an automat did not do what it was told."""

    BUSY = "busy"
    NO_SUCH_LOCKER = "no_such_locker"
    LOCKER_NOT_EMPTY = "locker_not_empty"
    LOCKER_EMPTY = "locker_empty"
    LOCKER_BROKEN = "locker_broken"
    TOO_LATE = "too_late"
    NOT_UNDERSTOOD = "not_understood"


class AutomatCommand(Owned, Base):
    """One command to one automat.

    The automat acknowledges each id, and does it once however often it comes. At most one command
    of people is under way at an automat: it can do one thing at a time.

    Args:
        link_id: To which credentials it was sent; null while it waits.
        kind: What to do.
        locker_id: With which locker; null for the whole automat.
        key_id: About which key, where it is about one.
        reason: Why, in the words of whoever asked.
        facts: What else the automat has to know, as the protocol says.
        token_id: The token that asked; null for the system.
        expires_at: Its deadline: afterwards it is not done any more.
        sent_at: When it was sent last, by our own clock; null while it waits.
        answered_at: When its answer came, or its deadline passed without one.
        refusal: Why it was not done; null otherwise.
    """

    __tablename__ = "automat_commands"
    __table_args__ = (
        Index(
            "one_command_of_people_at_a_time",
            "automat_id",
            unique=True,
            postgresql_where=ONE_AT_A_TIME,
            sqlite_where=ONE_AT_A_TIME,
        ),
        Index("commands_under_way", "automat_id", "id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("commands_of_automats", "automat_id", "id"),
    )

    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("automat_links.id"))
    kind: Mapped[CommandKind]
    locker_id: Mapped[UUID | None] = mapped_column(ForeignKey("lockers.id"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("keys.id"))
    reason: Mapped[str | None]
    facts: Mapped[Json]
    token_id: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    state: Mapped[CommandState] = mapped_column(default=CommandState.WAITING)
    answered_at: Mapped[datetime | None]
    refusal: Mapped[CommandRefusal | None]
