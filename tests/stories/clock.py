"""What time does, and what becomes of those who look after it."""

from datetime import datetime, timedelta
from typing import cast

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from stories.stage import MINUTE, Fault, Stage
from stories.worlds import DAY, HOUR

from resolvers import claims, waiting
from resolvers.claims import Claim, Holder
from resolvers.timers import HANDLERS

AT_ONCE, IN_ONE_ROUND = 8, 200
MOST_ROUNDS, MOST_ROUNDS_OF_A_MOMENT = 40, 12
"""After so many looks at the jobs on a long way through time the worker takes one long step; and
so many it may need at one moment until nothing is due any more."""

JUMPS = st.sampled_from(
    [
        10 * MINUTE,
        HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        DAY,
        2 * DAY,
        4 * DAY,
        10 * DAY,
        21 * DAY,
    ]
)


class Clock(Stage):
    """Rules of the clock, of workers and of restarts."""

    @rule(by=JUMPS)
    def time_passes(self, by: timedelta) -> None:
        self.tell(f"time passes: {by}")
        self.pass_time(by)

    @rule(by=JUMPS)
    def time_passes_on(self, by: timedelta) -> None:
        self.time_passes(by)

    def pass_time(self, by: timedelta) -> None:
        if self.is_away:
            self.truth.now += by
        else:
            self.work_through(self.truth.now + by)
            self.care()

    @precondition(lambda self: not self.is_away)
    @rule()
    def the_worker_goes_away(self) -> None:
        self.tell("the worker goes away")
        self.is_away = True

    @precondition(lambda self: self.is_away)
    @rule()
    def the_worker_comes_back(self) -> None:
        self.tell("the worker comes back")
        self.is_away = False

    @precondition(lambda self: not self.is_away)
    @rule()
    def a_worker_is_killed(self) -> None:
        """Claim what is due and never do it: when its lease ends, another one does."""
        self.truth.now += MINUTE
        claimed = self.claimed(Holder("killed", frozenset(HANDLERS)))
        self.tell(f"a worker is killed with {len(claimed)} jobs in hand")

    @rule()
    def the_program_begins_anew(self) -> None:
        self.tell("the program begins anew")
        self.theatre.restart()

    # The worker.

    def work_through(self, until: datetime) -> None:
        """Let the timers do all that becomes due, each thing at its time, in order."""
        holder = Holder("worker", frozenset(HANDLERS))
        rounds = of_this_moment = 0
        while (due_at := self._next_due()) is not None and due_at <= until:
            rounds += 1
            moment = max(self.truth.now, due_at) if rounds < MOST_ROUNDS else until
            of_this_moment = of_this_moment + 1 if moment == self.truth.now else 0
            if of_this_moment > MOST_ROUNDS_OF_A_MOMENT:
                raise Fault("the timers do not come to rest")
            self.truth.now = moment
            for claim in self.claimed(holder):
                self._perform(claim)
        self.truth.now = until

    def _next_due(self) -> datetime | None:
        (row,) = self.rows("select min(due_at) as due_at from jobs where organization_id = :owner")
        return cast("datetime | None", row["due_at"])

    def claimed(self, holder: Holder) -> list[Claim]:
        """Claim what is due."""

        async def claimed() -> list[Claim]:
            async with self.theatre.database.writing() as session:
                return await claims.claim(session, holder, self.truth.now, at_most=AT_ONCE)

        return self.theatre.run(claimed)

    def _perform(self, claim: Claim) -> None:
        async def performed() -> None:
            async with self.theatre.database.writing() as session:
                done = await claims.perform(session, claim, HANDLERS[claim.kind], self.truth.now)
            await waiting.follow_up(self.theatre.database, done)

        self.theatre.run(performed)

    def care(self) -> None:
        """Try again what waits, as the caretaker does once a minute."""

        async def cared() -> int:
            owner = self.world.actor
            return await waiting.fulfil(
                self.theatre.database, owner, self.truth.now, at_most=IN_ONE_ROUND
            )

        self.theatre.run(cared)
