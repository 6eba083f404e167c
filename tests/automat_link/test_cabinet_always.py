"""Whatever happens to a cabinet, in whatever order: what always holds."""

from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
from cabinets import HOUR, Time, backup_code, cabinet_at, code, reports, return_code, table
from factories import NOON
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from automat_link.messages.wanted import WantedCode
from automat_link.simulator.cabinet import Cabinet
from models.automat_reports import CodeKind
from models.codes import CodeUse

LOCKERS = 3
PINS, RETURN_CODES, BACKUP_CODES = (
    ["482915", "739264", "615283"],
    ["5817", "9362"],
    ["9182736450", "8271935064"],
)
INDEXES = st.integers(0, LOCKERS - 1)
HOURS = st.integers(-4, 4).map(lambda hours: hours * HOUR)


def typed(wanted: WantedCode) -> str:
    return f"{'*' if wanted.kind is CodeKind.RETURN_CODE else ''}{wanted.code}#"


class AnyLife(RuleBasedStateMachine):
    """A cabinet, people, a server that hears some of it, power cuts and old backups."""

    def __init__(self) -> None:
        super().__init__()
        self.time = Time()
        self.cabinet = cabinet_at(self.time, lockers=LOCKERS)
        self.wanted: list[WantedCode] = []
        self.revision = 0
        self.used: set[str] = set()
        self.told = False
        self.at_server: dict[int, UUID] = {}
        self.backup: tuple[Any, Any, int] | None = None
        self.cabinet.restart()

    @property
    def heard_up_to(self) -> int:
        number = 0
        while number + 1 in self.at_server:
            number += 1
        return number

    @rule(
        pins=st.lists(st.tuples(st.sampled_from(PINS), INDEXES, st.sampled_from(CodeUse), HOURS)),
        returns=st.lists(st.tuples(st.sampled_from(RETURN_CODES), INDEXES)),
        backups=st.lists(st.tuples(st.sampled_from(BACKUP_CODES), INDEXES)),
    )
    def codes_come(self, pins: list[Any], returns: list[Any], backups: list[Any]) -> None:
        made = [
            code(pin, index, use=use, opens_at=NOON + start, closes_at=NOON + start + 2 * HOUR)
            for pin, index, use, start in pins
        ]
        made += [return_code(*one) for one in returns] + [backup_code(*one) for one in backups]
        self.wanted = list({one.code: one for one in made}.values())
        self.revision += 1
        self.cabinet.apply(table(self.revision, *self.wanted))
        self.used &= {one.id for one in self.wanted}

    @rule(minutes=st.integers(1, 240))
    def time_passes(self, minutes: int) -> None:
        self.time.pass_by(timedelta(minutes=minutes))
        self.cabinet.look()

    @rule(place=st.integers(0, 6))
    def somebody_types_a_code(self, place: int) -> None:
        digits = (PINS + RETURN_CODES + BACKUP_CODES)[place]
        wanted = next((one for one in self.wanted if one.code == digits), None)
        before = [(one.has_key, one.door_open) for one in self.cabinet.lockers]
        self.cabinet.press(typed(wanted) if wanted else f"{digits}#")
        for locker, (had_key, was_open) in zip(self.cabinet.lockers, before, strict=True):
            if locker.door_open and not was_open:
                self.check_may_open(locker.index, wanted, had_key=had_key)

    def check_may_open(self, index: int, wanted: WantedCode | None, *, had_key: bool) -> None:
        assert wanted is not None
        assert wanted.locker_index == index
        assert wanted.opens_at <= self.time.now
        assert wanted.closes_at is None or self.time.now < wanted.closes_at
        assert had_key or wanted.use is not CodeUse.FETCH
        assert not had_key or wanted.use is not CodeUse.RETURN
        if wanted.kind is CodeKind.BACKUP_CODE:
            assert wanted.id not in self.used
            self.used.add(wanted.id)

    @rule(index=INDEXES)
    def somebody_is_at_a_locker(self, index: int) -> None:
        locker = self.cabinet.lockers[index]
        if not locker.door_open:
            return
        if locker.key is None:
            self.cabinet.put_key(index, "AB12CD34")
        else:
            self.cabinet.take_key(index)
        self.cabinet.close_door(index)

    @precondition(lambda self: self.told)
    @rule(lost=st.sets(st.integers(0, 5)))
    def reports_are_sent(self, lost: set[int]) -> None:
        self.cabinet.log.sending(self.cabinet.log.last_number)
        for place, report in enumerate(reports(self.cabinet)):
            if place not in lost:
                assert self.at_server.setdefault(report.number, report.id) == report.id

    @rule()
    def the_server_says_what_it_heard(self) -> None:
        self.told = True
        self.cabinet.heard(self.heard_up_to, self.time.now)

    @rule()
    def power_is_cut(self) -> None:
        self.cabinet = self.again(deepcopy(self.cabinet.save()))
        self.begin()

    @rule()
    def a_backup_is_made(self) -> None:
        self.backup = deepcopy(self.cabinet.save()), set(self.used), self.revision

    @precondition(
        lambda self: self.backup is not None and self.heard_up_to == max(self.at_server, default=0)
    )
    @rule()
    def the_backup_is_restored(self) -> None:
        assert self.backup is not None
        saved, used, revision = self.backup
        self.cabinet.restore_memory(saved)
        if revision != self.revision:
            self.revision += 1  # the server sends what it wants again
            self.cabinet.apply(table(self.revision, *self.wanted))
            used = used & {one.id for one in self.wanted}
        self.used = set(used)
        self.begin()

    def again(self, saved: Any) -> Cabinet:
        cabinet = cabinet_at(self.time, lockers=LOCKERS)
        cabinet.restore(saved)
        return cabinet

    def begin(self) -> None:
        self.told = False
        self.cabinet.restart()

    @invariant()
    def numbers_follow_each_other(self) -> None:
        numbers = [report.number for report in reports(self.cabinet)]
        assert numbers == sorted(set(numbers))
        assert not numbers or numbers[-1] == self.cabinet.log.last_number
        assert len(numbers) == self.cabinet.log.last_number + 1 - self.cabinet.log.oldest_number

    def teardown(self) -> None:
        """See that at last everything is at the server, once, without a gap."""
        for _ in range(2):
            self.the_server_says_what_it_heard()
            self.reports_are_sent(set())
        assert sorted(self.at_server) == list(range(1, self.cabinet.log.last_number + 1))


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
