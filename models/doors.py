"""Whether a code opens its locker now: the one rule of the automats, and of the server about them.

An automat decides alone, with what it knows, also without a network. It goes by its own clock,
which it sets by the server's whenever it hears from it, and by that clock it is exact: no door
opens a moment early or late. The server, which is told afterwards, grants `CLOCK_TOLERANCE` both
ways before it says that a door should not have opened.

Bringing a key back is always easier than taking one: outside the hours of the week, and when the
codes have become old, an empty locker still opens, for nobody can take anything out of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.access_schedules import Stretch
from models.automat_reports import CodeKind, CodeRefusal
from models.codes import CodeUse
from models.keypads import Typed
from models.openings import around

OFFLINE_GRACE = timedelta(days=7)
"""How long an automat that hears nothing from the server lets keys out by its PINs."""
EXACT = timedelta()


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """At which hours of the week a code takes a key out (G29).

    Args:
        zone: The zone by whose clock they go.
        stretches: Minutes of a week from Monday 00:00: the first, and the one after the last,
            which may lie in the next week.
    """

    zone: ZoneInfo
    stretches: tuple[Stretch, ...]

    def include(self, at: datetime, *, tolerance: timedelta = EXACT) -> bool:
        """Tell whether a moment is in them, or no further from them than tolerated."""
        return any(
            _is_within(at, one.starts_at, one.ends_at, tolerance)
            for one in around(self.stretches, self.zone, at)
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one code that opens one locker between two moments.

    Args:
        id: Its id, by which reports name it.
        code: Its digits; they are not shown when it is printed.
        kind: How it is typed, and that a backup code works once (R36).
        use: Whether it takes a key out, brings one back, or both.
        locker_index: Which locker, from 0.
        opens_at: From when on it opens.
        closes_at: From when on it opens no more; None for never.
        hours: At which hours it takes a key out; None for any.
    """

    id: str
    code: str
    kind: CodeKind
    use: CodeUse
    locker_index: int
    opens_at: datetime
    closes_at: datetime | None = None
    hours: WeeklyHours | None = None

    def is_meant_by(self, typed: Typed) -> bool:
        """Tell whether it was this one that somebody typed."""
        return (self.kind, self.code) == (typed.kind, typed.digits)

    def __repr__(self) -> str:
        """Say which code it is without its digits."""
        return f"Known({self.id}, {self.kind.value}, locker {self.locker_index})"


def find(typed: Typed | None, codes: Iterable[Known]) -> Known | None:
    """Find the code that somebody typed; None when it is unknown, and so one more wrong code."""
    return next((one for one in codes if typed is not None and one.is_meant_by(typed)), None)


def judge(
    code: Known,
    *,
    at: datetime,
    locker_has_key: bool,
    locker_is_broken: bool = False,
    used_before: bool = False,
    unheard_for: timedelta = EXACT,
    tolerance: timedelta = EXACT,
) -> CodeRefusal | None:
    """Tell why a known code does not open its locker now; None when it does.

    Args:
        code: The code.
        at: When it was typed, by the automat's clock.
        locker_has_key: Whether a key lies in its locker, as the sensor says.
        locker_is_broken: Whether the locker is out of order.
        used_before: Whether this code has opened its locker before.
        unheard_for: How long ago the automat heard from the server last.
        tolerance: How far the times are taken; nothing at an automat, `CLOCK_TOLERANCE` of
            `models.custody` at the server.
    """
    if refusal := _by_time(code, at, tolerance):
        return refusal
    if used_before and code.kind is CodeKind.BACKUP_CODE:
        return CodeRefusal.TOO_LATE
    if locker_is_broken:
        return CodeRefusal.LOCKER_BROKEN
    if locker_has_key:
        return _taking(code, at, unheard_for, tolerance)
    return CodeRefusal.LOCKER_EMPTY if code.use is CodeUse.FETCH else None


def _by_time(code: Known, at: datetime, tolerance: timedelta) -> CodeRefusal | None:
    if code.opens_at - at > tolerance:
        return CodeRefusal.TOO_EARLY
    if code.closes_at is not None and at - code.closes_at >= tolerance:
        return CodeRefusal.TOO_LATE
    return None


def _taking(
    code: Known, at: datetime, unheard_for: timedelta, tolerance: timedelta
) -> CodeRefusal | None:
    """Tell why a code does not open a locker in which a key lies (R31, G29)."""
    if code.use is CodeUse.RETURN:
        return CodeRefusal.LOCKER_TAKEN
    if code.hours is not None and not code.hours.include(at, tolerance=tolerance):
        return CodeRefusal.OUTSIDE_HOURS
    if code.kind is CodeKind.PIN and unheard_for > OFFLINE_GRACE:
        return CodeRefusal.CODES_TOO_OLD
    return None


def _is_within(
    at: datetime, starts_at: datetime, ends_at: datetime | None, tolerance: timedelta
) -> bool:
    # differences, since a moment less a tolerance may lie before the calendar
    return starts_at - at <= tolerance and (ends_at is None or at - ends_at < tolerance)
