"""What comes of a push: what was done, what is kept, and whether the answer is right."""

from dataclasses import replace
from functools import partial
from typing import Any

from stories.before import look
from stories.reasons import duties, problem_with_promise, problem_with_refusal
from stories.room import problem_with_waiting
from stories.stage import Fault, Stage
from stories.truth import TrueStay

from models.errors import ErrorCode, LivionKeyError
from models.organizations import ContactDetails
from resolvers import reservations
from resolvers.planning.stays import Wanted
from resolvers.pushing.pushing import Pushed
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work

REFUSALS = {
    ErrorCode.KEY_TAKEN,
    ErrorCode.KEY_OUT,
    ErrorCode.MIXED_STORAGE,
    ErrorCode.STARTS_IN_PAST,
    ErrorCode.STARTS_AFTER_END,
    ErrorCode.NOT_FOUND,
    ErrorCode.NO_FREE_LOCKER,
}


class Pushes(Stage):
    """Pushing, for the rules of partners."""

    def push(self, wanted: TrueStay) -> None:
        """Push a stay as it is wanted now, and see that the answer is right."""
        known = self.truth.stays.get(wanted.name)
        self.tell(f"the partner pushes {self.described(wanted)}")
        before = look(self, None if known is None else self.contract_id(known))
        waited = known is not None and self.waits(known)
        answer = self.act(partial(_push, request=self.request(wanted)), may_refuse=REFUSALS)
        if isinstance(answer, LivionKeyError):
            self.tell(f"  {answer.code}: {answer}")
            self.no(problem_with_refusal(self, before, known, wanted, answer.code))
            if answer.code == ErrorCode.KEY_TAKEN:
                self.no(problem_with_promise(self, before, wanted, answer.free_from))
            return
        assert answer.reservation is not None
        self.tell(f"  {answer.outcome}, {answer.reservation.status}")
        self.no(", ".join(duties(self, known, wanted)))
        self.check_outcome(known, wanted, answer, waited=waited)
        self.truth.stays[wanted.name] = replace(
            wanted, id=answer.reservation.id, is_cancelled=False
        )
        self.no(problem_with_waiting(self, before, wanted, answer.reservation.unfulfilled_reason))
        self.check_row(self.truth.stays[wanted.name])

    def check_outcome(
        self, known: TrueStay | None, wanted: TrueStay, answer: Pushed, *, waited: bool
    ) -> None:
        """See that the outcome says what was done."""
        expected = {"updated"}
        if known is None:
            expected = {"created"}
        elif known == wanted and not known.is_cancelled:
            expected = {"unchanged", "updated"} if waited else {"unchanged"}
        if answer.outcome not in expected:
            raise Fault(f"the outcome is {answer.outcome}, not {expected}")

    def waits(self, stay: TrueStay) -> bool:
        """Tell whether a reservation waits for something."""
        (row,) = self.rows("select status from reservations where id = :id", id=stay.id)
        return bool(row["status"] == "unfulfilled")

    def check_row(self, stay: TrueStay) -> None:
        """See that what was said is kept."""
        (row,) = self.rows("select * from reservations where id = :id", id=stay.id)
        said = (stay.starts_at, stay.ends_at, self.world.entities[stay.entity or 0])
        if (row["starts_at"], row["ends_at"], row["entity_id"]) != said:
            raise Fault(f"{stay.name} is kept as {row}")

    def request(self, stay: TrueStay) -> Request:
        """Write what is pushed."""
        automat_id = None if stay.automat is None else self.world.automats[stay.automat]
        return Request(
            external_id=stay.name,
            entity_id=self.world.entities[stay.entity or 0],
            contacts=[ContactDetails(stay.contact)],
            times=Times(starts_at=stay.starts_at, ends_at=stay.ends_at),
            wanted=Wanted(automat_id, None, [self.truth.keys[key].id for key in stay.keys]),
        )

    def described(self, stay: TrueStay) -> str:
        """Say a stay in words."""
        end = "for ever" if stay.ends_at is None else f"{stay.ends_at:%d %b %H:%M}"
        words = f"{stay.name} of E{stay.entity}, {stay.starts_at:%d %b %H:%M} - {end}"
        words += f", keys {stay.keys}" if stay.keys else ""
        words += "" if stay.automat is None else f", at automat {stay.automat}"
        return f"{words}, for {stay.contact}"


async def _push(work: Work, request: Request) -> Any:
    return await reservations.push(work, request)
