"""Stays through their whole life, in small worlds, against the truth."""

from typing import Any

from hypothesis.stateful import invariant
from stories.always import ALWAYS, together
from stories.before import look
from stories.clock import Clock
from stories.doors import problems_at_doors
from stories.eye import Row
from stories.partners import Partners
from stories.room import is_over, problem_with_waiting
from stories.settled import SETTLED
from stories.signers import Signers
from stories.staff import Staff
from stories.stage import Fault

ALL_THAT_HOLDS = together(ALWAYS)
ALL_THAT_HOLDS_THEN = together(SETTLED)


class Stays(Partners, Staff, Signers, Clock):
    """All rules together, and what holds after each of them."""

    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "world"):
            return
        self.theatre.steps += 1
        if not self.is_away:
            self.work_through(self.truth.now)
        self._check(ALL_THAT_HOLDS)
        self._check_trail()
        self._check_places()
        if self.is_settled:
            self._check(ALL_THAT_HOLDS_THEN)
            self._check_statuses()
        if self.is_settled:
            for problem in problems_at_doors(self):
                raise Fault(problem)

    def _check(self, questions: str) -> None:
        found = self.rows(questions)
        if found:
            raise Fault("; ".join(f"{row['fault']}: {row['id']}" for row in found))

    def _check_trail(self) -> None:
        problems = [*self.trail.read_on(), *self.trail.contradictions()]
        if problems:
            raise Fault("; ".join(problems))

    def _check_places(self) -> None:
        true = [key.place for key in self.truth.keys]
        if self.known_places() != true:
            raise Fault(f"keys are at {true}, and thought to be at {self.known_places()}")

    def _check_statuses(self) -> None:
        """Compare reservations with the model, and see whether anybody waits without need."""
        rows = self.rows("select * from reservations where organization_id = :owner")
        by_id: dict[Any, Row] = {row["id"]: row for row in rows}
        if len(by_id) != len(self.stays(by_staff=False)):
            raise Fault("there are reservations that nobody has pushed")
        for stay in self.stays(by_staff=False):
            row = by_id[stay.id]
            is_out = bool(self.truth.out_with(stay.name))
            if row["status"] == "unfulfilled" and not stay.is_cancelled:
                if not is_over(stay, self.truth.now):
                    self._care()
                    self._check_waiting(stay)
                continue
            expected = stay.status_at(self.truth.now, is_out=is_out)
            if row["status"] != expected:
                raise Fault(f"{stay.name} is {row['status']} and should be {expected}")

    def _care(self) -> None:
        """Let what waits be tried again, and what comes of it be done and read."""
        self.care()
        if not self.is_away:
            self.work_through(self.truth.now)
        self._check_trail()

    def _check_waiting(self, stay: Any) -> None:
        (row,) = self.rows("select * from reservations where id = :id", id=stay.id)
        if row["status"] == "unfulfilled":
            before = look(self, self.contract_id(stay))
            self.no(problem_with_waiting(self, before, stay, row["unfulfilled_reason"]))
