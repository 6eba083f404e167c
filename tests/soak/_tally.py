"""What came of the operations of a run."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.errors import LivionKeyError
from models.reservations import Reservation
from resolvers.handover.lockers import Heard
from resolvers.pushing.pushing import Pushed

MOST_FAULTS = 10
"""So many are shown whole."""


@dataclass
class Tally:
    """Operations by kind and answer, and what nobody expected.

    Args:
        answers: How often each kind had each answer.
        timers: What became of the jobs of the workers.
        begun_again: How many transactions the database gave up, which were begun again.
        faults: Tracebacks of errors that are no refusals.
    """

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    timers: Counter[str] = field(default_factory=Counter)
    begun_again: int = 0
    faults: list[str] = field(default_factory=list)

    def note(self, kind: str, answer: object) -> None:
        """Count one operation."""
        self.answers[kind, said(answer)] += 1

    @property
    def operations(self) -> int:
        """How many there were."""
        return self.answers.total()


def together(tallies: Iterable[Tally]) -> Tally:
    """Add up what several processes counted."""
    found = Tally()
    for one in tallies:
        found.answers += one.answers
        found.timers += one.timers
        found.begun_again += one.begun_again
        found.faults += one.faults
    return found


def said(answer: object) -> str:
    """Name an answer by its outcome or its code."""
    match answer:
        case LivionKeyError():
            return answer.code.name
        case Pushed(refusal=LivionKeyError() as refusal):
            return refusal.code.name
        case Pushed():
            waits = answer.reservation is not None and answer.reservation.unfulfilled_reason
            return f"{answer.outcome} {waits or 'fulfilled'}"
        case Heard():
            return heard(answer)
        case Reservation():
            return str(answer.status)
    return "done"


def heard(report: Heard) -> str:
    """Name what was made of a report."""
    if not report.is_news:
        return "known before"
    return "contradicts" if report.contradiction else "believed"
