"""What partners do: they push stays, change them, push them again and cancel them."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from stories.pushes import Pushes
from stories.stage import Fault
from stories.truth import TrueStay
from stories.worlds import DAY, HOUR

from models.errors import ErrorCode, LivionKeyError
from resolvers import reservations

MOST_STAYS = 10
WHICH = st.integers(0, 11)
STARTS = st.sampled_from([0, 1, 6, 12, 24, 30, 48, 72, 120, 240]).map(lambda hours: hours * HOUR)
LENGTHS = st.sampled_from(
    [6 * HOUR, 12 * HOUR, DAY, DAY, 2 * DAY, 2 * DAY + HOUR, 3 * DAY, 5 * DAY, 12 * DAY, None]
)
SHIFTS = st.sampled_from([-3 * DAY, -DAY, -HOUR, HOUR, 6 * HOUR, DAY, 3 * DAY, 10 * DAY])


class Partners(Pushes):
    """Rules of partners."""

    @precondition(lambda self: len(self.truth.stays) < MOST_STAYS)
    @rule(
        entity=WHICH,
        begins=STARTS,
        lasts=LENGTHS,
        automat=st.none() | st.none() | WHICH,
        key=st.none() | st.none() | st.none() | WHICH,
    )
    def reserve(
        self,
        entity: int,
        begins: timedelta,
        lasts: timedelta | None,
        automat: int | None,
        key: int | None,
    ) -> None:
        self.next_name += 1
        starts_at = self.truth.now + begins
        stay = TrueStay(
            name=f"R{self.next_name}",
            entity=entity % len(self.world.entities),
            starts_at=starts_at,
            ends_at=None if lasts is None else starts_at + lasts,
            automat=self.an_automat(automat),
        )
        self.push(replace(stay, keys=self.a_key(stay.entity, key)))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH, by=SHIFTS)
    def move_the_end(self, which: int, by: timedelta) -> None:
        stay = self.choose(self.stays(by_staff=False), which)
        before = stay.ends_at if stay.ends_at is not None else max(self.truth.now, stay.starts_at)
        self.push(replace(stay, ends_at=before + by))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH)
    def let_it_be_permanent(self, which: int) -> None:
        self.push(replace(self.choose(self.stays(by_staff=False), which), ends_at=None))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH, by=SHIFTS)
    def move(self, which: int, by: timedelta) -> None:
        stay = self.choose(self.stays(by_staff=False), which)
        ends_at = None if stay.ends_at is None else stay.ends_at + by
        self.push(replace(stay, starts_at=stay.starts_at + by, ends_at=ends_at))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH, entity=WHICH)
    def take_another_entity(self, which: int, entity: int) -> None:
        stay = self.choose(self.stays(by_staff=False), which)
        self.push(replace(stay, entity=entity % len(self.world.entities), keys=()))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH, key=st.none() | WHICH)
    def want_other_keys(self, which: int, key: int | None) -> None:
        stay = self.choose(self.stays(by_staff=False), which)
        self.push(replace(stay, keys=self.a_key(stay.entity, key)))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH, automat=st.none() | WHICH)
    def want_another_automat(self, which: int, automat: int | None) -> None:
        stay = self.choose(self.stays(by_staff=False), which)
        self.push(replace(stay, automat=self.an_automat(automat)))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH, name=st.sampled_from(["Aino Virtanen", "Veikko Korhonen"]))
    def give_it_to_somebody(self, which: int, name: str) -> None:
        self.push(replace(self.choose(self.stays(by_staff=False), which), contact=name))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH)
    def push_it_again(self, which: int) -> None:
        self.push(self.choose(self.stays(by_staff=False), which))

    @precondition(lambda self: self.stays(by_staff=False))
    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        stay = self.choose(self.stays(by_staff=False), which)
        is_out = bool(self.truth.out_with(stay.name))
        self.tell(f"the partner cancels {stay.name}")
        cancelled = partial(reservations.cancel, external_id=stay.name)
        answer = self.act(cancelled, may_refuse={ErrorCode.KEY_OUT})
        if is_out is not isinstance(answer, LivionKeyError):
            raise Fault(f"{stay.name} was cancelled with a key out, or not without one: {answer}")
        if not is_out:
            stay.is_cancelled = True

    def an_automat(self, which: int | None) -> int | None:
        return None if which is None else which % len(self.world.automats)

    def a_key(self, entity: int | None, which: int | None) -> tuple[int, ...]:
        """Choose one of the keys of an entity, or all of them."""
        assert entity is not None
        keys = [key.number for key in self.truth.keys_of(entity)]
        if which is None or not keys:
            return ()
        return tuple(keys) if which % (len(keys) + 1) == len(keys) else (keys[which % len(keys)],)
