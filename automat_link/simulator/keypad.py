"""The keypad of an automat, and what its display says to whoever types."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from automat_link.messages.reports import CodeAccepted, CodeRefused
from automat_link.simulator.codes import CodeTable
from automat_link.simulator.doors import Doors
from automat_link.simulator.lockers import Impossible
from automat_link.simulator.reports import ReportLog
from models.automat_reports import CodeRefusal
from models.base import Json
from models.doors import Known, judge
from models.keypads import END, RETURN_MARK, Keypad, Typed

KEYS = frozenset("0123456789*#")
FORGOTTEN_AFTER = timedelta(seconds=30)
"""Who stops in the middle of a code and goes away leaves nothing behind."""
MOST_KEYS = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What the display says.

    Args:
        at: Since when.
        refusal: Why the last code opened nothing; None when it opened a locker.
        locker_index: The locker of that code; None when it is unknown.
        rests_until: Until when the keypad takes no more codes; None when it does.
    """

    at: datetime
    refusal: CodeRefusal | None = None
    locker_index: int | None = None
    rests_until: datetime | None = None


class Panel:
    """Keys that are pressed, and the rules about them.

    Args:
        codes: What is known.
        doors: What can be opened.
        log: Where is reported what was typed, never with its digits.
        now: Tells the time of the automat.
        unheard_for: Tells for how long the server has not been heard.
    """

    def __init__(
        self,
        codes: CodeTable,
        doors: Doors,
        log: ReportLog,
        *,
        now: Callable[[], datetime],
        unheard_for: Callable[[], timedelta],
    ) -> None:
        self._codes, self._doors, self._log = codes, doors, log
        self._now, self._unheard_for = now, unheard_for
        self.keypad = Keypad()
        self.shown: Shown | None = None
        self._typed = ""
        self._typed_at: datetime | None = None
        self._told_of: datetime | None = None
        """Of the rest that ends then it was reported that somebody typed a code during it."""

    @property
    def typed(self) -> int:
        """How many keys were pressed since the last code."""
        return len(self._typed)

    def press(self, keys: str) -> None:
        """Press keys one after the other; `#` ends a code, `*` begins a return code.

        A `#` alone says nothing.

        Raises:
            Impossible: There is no such key.
        """
        if not KEYS.issuperset(keys):
            raise Impossible("A keypad has digits, * and #.")
        for key in keys:
            self._press(key)

    def _press(self, key: str) -> None:
        now = self._now()
        if self._typed_at is not None and now - self._typed_at > FORGOTTEN_AFTER:
            self._typed = ""
        self._typed_at = now
        if key == END:
            keys, self._typed = self._typed, ""
            if keys:
                self._enter(keys)
        elif len(self._typed) < MOST_KEYS:
            self._typed = key if key == RETURN_MARK else self._typed + key

    def _enter(self, keys: str) -> None:
        now = self._now()
        if self.keypad.is_resting(now):
            self._rest(now)
            return
        known = self._codes.find(Typed.read(keys))
        if known is None:
            self.keypad = self.keypad.missed(now)
            self._refuse(CodeRefusal.UNKNOWN, None)
            return
        if refusal := self._judge(known, now):
            if refusal is CodeRefusal.LOCKER_BROKEN and self._doors.find(known.locker_index):
                self._doors.does_not_move(known.locker_index)
            self._refuse(refusal, known)
            return
        self._accept(known)

    def _rest(self, now: datetime) -> None:
        """Take no code, and report that once for each rest, however often somebody tries."""
        until = self.keypad.rests_until
        if self._told_of == until:
            self.shown = Shown(now, CodeRefusal.THROTTLED, None, until)
            return
        self._told_of = until
        self._refuse(CodeRefusal.THROTTLED, None)

    def _judge(self, known: Known, now: datetime) -> CodeRefusal | None:
        locker = self._doors.find(known.locker_index)
        return judge(
            known,
            at=now,
            locker_has_key=locker is not None and locker.has_key,
            locker_is_broken=locker is None or locker.is_broken,
            used_before=self._codes.was_used(known),
            unheard_for=self._unheard_for(),
        )

    def _accept(self, known: Known) -> None:
        self.keypad = self.keypad.hit()
        self._codes.use(known)
        self.shown = Shown(self._now(), locker_index=known.locker_index)
        self._log.add(
            CodeAccepted, locker_index=known.locker_index, code_id=known.id, code_kind=known.kind
        )
        self._doors.open(known.locker_index, "code", code_id=known.id)

    def _refuse(self, refusal: CodeRefusal, known: Known | None) -> None:
        rests_until = self.keypad.rests_until if self.keypad.is_resting(self._now()) else None
        index = None if known is None else known.locker_index
        self.shown = Shown(self._now(), refusal, index, rests_until)
        self._log.add(
            CodeRefused,
            refusal=refusal,
            code_id=None if known is None else known.id,
            locker_index=index,
            misses=self.keypad.misses,
            throttled_until=rests_until,
        )

    def save(self) -> Json:
        """Write down for the flash how long it rests: a power cut does not wake it."""
        missed_at = self.keypad.missed_at
        return {
            "misses": self.keypad.misses,
            "missedAt": missed_at and missed_at.isoformat(),
            "toldOf": self._told_of and self._told_of.isoformat(),
        }

    def restore(self, saved: Json) -> None:
        """Take up what `save` wrote down."""
        missed_at = saved["missedAt"] and datetime.fromisoformat(saved["missedAt"])
        self.keypad = Keypad(saved["misses"], missed_at)
        told_of = saved.get("toldOf")
        self._told_of = told_of and datetime.fromisoformat(told_of)
        self.forget()

    def forget(self) -> None:
        """Forget keys that no `#` has followed, and what the display says."""
        self._typed, self.shown = "", None
