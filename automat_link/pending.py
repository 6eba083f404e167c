"""What an automat said that did not take effect yet; however much it says, this stays little."""

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from automat_link.messages.commands import Answer
from automat_link.messages.states import Online, State
from automat_link.said import Said

MOST_ANSWERS = 100


@dataclass(slots=True)
class Pending:
    """What an automat said that did not take effect yet.

    Args:
        online: What it said last of its connection.
        state: Its last state, as it came.
        answers: Its answers, by the id of the command.
        reports: Whether there may be reports of it in the database that wait.
    """

    online: bool | None = None
    state: tuple[State, Said] | None = None
    answers: dict[UUID, Answer] = field(default_factory=dict)
    reports: bool = False

    def add(self, said: Said) -> None:
        """Take one more message in."""
        match said.message:
            case Online(online=online):
                self.online = online
            case State() as state:
                self.state = state, said
            case Answer() as answer if len(self.answers) < MOST_ANSWERS:
                self.answers[answer.id] = answer

    def add_before(self, before: Self) -> None:
        """Take in what was said before this."""
        self.online = before.online if self.online is None else self.online
        self.state = self.state or before.state
        self.answers = before.answers | self.answers
        self.reports = self.reports or before.reports
