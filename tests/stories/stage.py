"""What every rule of the stories stands on: a world, acting as the API does, and looking."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, initialize
from stories.building import World, build, keys_of, true_picture
from stories.eye import Row
from stories.theatre import Theatre
from stories.trail import Trail
from stories.truth import Place, TrueStay, Truth
from stories.worlds import WorldPlan, worlds

from models.errors import ErrorCode, LivionKeyError
from resolvers import organizations
from resolvers.work import Work
from schema.context import Context

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Done = TypeVar("Done")


class Fault(AssertionError):
    """The product is not as it should be."""


class Stage(RuleBasedStateMachine):
    """A small world, the product beside its true picture, and a clock that only rules move."""

    theatre: ClassVar[Theatre]
    world: World
    truth: Truth
    trail: Trail
    locker_ids: dict[tuple[int, int], UUID]

    def __init__(self) -> None:
        super().__init__()
        self.theatre.story = []
        self.theatre.runs += 1
        self.is_away = False
        self.next_name = 0

    @initialize(plan=worlds())
    def begin(self, plan: WorldPlan) -> None:
        actor, now = organizations.founder(), NOON

        async def built() -> World:
            async with self.theatre.database.writing() as session:
                return await build(Work(session, actor, now), plan)

        self.world = self.theatre.run(built)
        self.truth = true_picture(self.theatre.eye, self.world, plan, now)
        self.trail = Trail(self.theatre.eye, self.world.owner)
        self.locker_ids = self._lockers()
        self.tell(plan.in_words())

    def _lockers(self) -> dict[tuple[int, int], UUID]:
        rows = self.rows(
            'select id, automat_id, "index" from lockers where organization_id = :owner'
        )
        number = self.world.automats.index
        return {(number(row["automat_id"]), row["index"]): row["id"] for row in rows}

    def teardown(self) -> None:
        """Leave no job behind: the worker of the next world would find it."""
        if hasattr(self, "world"):
            self.theatre.events += self.trail.count
            self.theatre.eye.execute(
                "delete from jobs where organization_id = :owner", owner=self.world.owner
            )

    # What rules are made of.

    def no(self, problem: str | None) -> None:
        """Stop where there is a problem."""
        if problem:
            raise Fault(problem)

    def tell(self, sentence: str) -> None:
        """Go on with the story."""
        line = f"{self.truth.now:%a %d %b %H:%M} {sentence}"
        self.theatre.story.append(line)
        note(line)

    def rows(self, sql: str, **told: Any) -> list[Row]:
        """Look at the database."""
        return self.theatre.eye.rows(sql, owner=self.world.owner, now=self.truth.now, **told)

    def act(
        self, act: Callable[[Work], Awaitable[Done]], *, may_refuse: set[ErrorCode] | None = None
    ) -> Done | LivionKeyError:
        """Do something as the API does; gives the refusal where it is one that may be.

        Each act takes a minute, and the timers then do what it made due.
        """
        self.truth.now += MINUTE

        async def done() -> Done:
            context = Context(
                self.theatre.database,
                cast("Any", None),
                cast("Any", None),
                self.world.actor,
                self.truth.now,
            )
            return await context.writing(act)

        try:
            return self.theatre.run(done)
        except LivionKeyError as refusal:
            if refusal.code not in (may_refuse or ()):
                raise Fault(f"refused with {refusal.code}: {refusal}") from refusal
            self.theatre.refusals += 1
            return refusal

    def sure(self, act: Callable[[Work], Awaitable[Done]]) -> Done:
        """Do something that is never refused."""
        return cast("Done", self.act(act))

    def choose(self, things: list[Any], which: int) -> Any:
        """Choose one of some things."""
        return things[which % len(things)]

    def stays(self, *, by_staff: bool | None = None) -> list[TrueStay]:
        """List the stays."""
        every = self.truth.stays.values()
        return [one for one in every if by_staff is None or one.by_staff is by_staff]

    def contract_id(self, stay: TrueStay) -> UUID | None:
        """Find the key contract of a stay."""
        if stay.by_staff:
            return stay.id
        found = self.rows("select id from key_contracts where reservation_id = :id", id=stay.id)
        return found[0]["id"] if found else None

    def known_keys(self) -> list[Row]:
        """Read the keys as the product knows them."""
        rows: list[Row] = keys_of(self.theatre.eye, self.world)
        return [row | {"number": number} for number, row in enumerate(rows)]

    def known_places(self) -> list[Place]:
        """Say where the product thinks that the keys are."""
        return [
            self.world.place(row["automat_id"], row["locker_index"], row["desk_id"])
            for row in self.known_keys()
        ]

    @property
    def is_settled(self) -> bool:
        """Whether the timers have done what is due."""
        due = self.rows(
            "select id from jobs where organization_id = :owner "
            "and (due_at <= :now or worker is not null)"
        )
        return not due
