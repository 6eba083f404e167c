"""Stretches of time. All of ours are half-open: the first moment is in, the last is out (G6)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.errors import InvalidInput, StartsAfterEnd

MOMENT = timedelta(microseconds=1)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


class Window(NamedTuple):
    """From `starts_at` on and before `ends_at`; for ever when `ends_at` is None (R60)."""

    starts_at: datetime
    ends_at: datetime | None

    @classmethod
    def checked(cls, starts_at: datetime, ends_at: datetime | None) -> Self:
        """Make a window of what somebody sent.

        Raises:
            InvalidInput: Nothing comes after its start.
            StartsAfterEnd: The end is not after the start.
        """
        if starts_at == LAST_MOMENT:
            message = f"{starts_at.isoformat()} lies at the end of the calendar."
            raise InvalidInput(message, path=("starts_at",))
        if ends_at is not None and ends_at <= starts_at:
            raise StartsAfterEnd(
                f"It would end at {ends_at.isoformat()}, which is not after its start at "
                f"{starts_at.isoformat()}.",
                path=("ends_at",),
            )
        return cls(starts_at, ends_at)

    @classmethod
    def moment(cls, at: datetime) -> Self:
        """Make the window that holds one moment only."""
        return cls(at, at + MOMENT)

    def overlaps(self, other: "Window") -> bool:
        """Tell whether the two share a moment."""
        return (other.ends_at is None or self.starts_at < other.ends_at) and (
            self.ends_at is None or other.starts_at < self.ends_at
        )

    def moved_to(self, starts_at: datetime) -> "Window":
        """Give a window that is as long and starts at another moment."""
        if self.ends_at is None:
            return Window(starts_at, None)
        return Window(starts_at, after(starts_at, self.ends_at - self.starts_at))

    def __str__(self) -> str:
        """Say it in words, with the numbers."""
        end = "without an end" if self.ends_at is None else f"until {self.ends_at.isoformat()}"
        return f"from {self.starts_at.isoformat()} {end}"


def earlier(moment: datetime, end: datetime | None) -> datetime:
    """Give the earlier of a moment and an end; no end is later than any moment."""
    return moment if end is None else min(moment, end)


def after(moment: datetime, duration: timedelta) -> datetime:
    """Give the moment so much later, or the last one of the calendar where that is none."""
    return moment + min(duration, LAST_MOMENT - moment)


def first_gap(wanted: Window, taken: Iterable[Window]) -> datetime | None:
    """Find from when on a stretch as long as the wanted one is free; None when it never is.

    Args:
        wanted: When it was wanted; nothing before its start is looked at.
        taken: What is not free, in the order of the starts.
    """
    starts_at = wanted.starts_at
    for window in taken:
        if not window.overlaps(wanted.moved_to(starts_at)):
            continue
        if window.ends_at is None:
            return None
        starts_at = max(starts_at, window.ends_at)
    return starts_at


def first_gap_of_several(
    wanted: Window, taken: Collection[Sequence[Window]], *, needed: int
) -> datetime | None:
    """Find from when on enough of several things are free at once; None when they never are.

    Args:
        wanted: When it was wanted; nothing before its start is looked at.
        taken: What is not free of each thing, in the order of the starts.
        needed: How many are enough.
    """
    starts_at = wanted.starts_at
    while len(gaps := _gaps(wanted.moved_to(starts_at), taken)) >= needed:
        if gaps[needed - 1] == starts_at:
            return starts_at
        starts_at = gaps[needed - 1]
    return None


def _gaps(wanted: Window, taken: Collection[Sequence[Window]]) -> list[datetime]:
    gaps = (first_gap(wanted, windows) for windows in taken)
    return sorted(gap for gap in gaps if gap is not None)


def time_zone(name: str, *, path: tuple[str, ...] = ("time_zone",)) -> ZoneInfo:
    """Find a time zone by its IANA name.

    Raises:
        InvalidInput: There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            f"{name!r} is not a time zone; give an IANA name such as Europe/Helsinki.", path=path
        ) from error


def instant(local: datetime, zone: ZoneInfo, *, path: tuple[str, ...] = ()) -> datetime:
    """Give the instant of a wall-clock time, in UTC (G30).

    A time that the clock jumps over becomes the first moment after the jump; a time that comes
    twice means the first.

    Raises:
        InvalidInput: The instant would lie outside the years 1 to 9999.
    """
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    try:
        if first.utcoffset() == second.utcoffset() or exists(first):
            return first.astimezone(UTC)
        return _first_after_gap(first, second).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        message = f"{local.isoformat()} lies at the end of the calendar."
        raise InvalidInput(message, path=path) from error


def wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give what the clock on the wall shows; beyond the calendar, its first or last moment."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return datetime.min if moment.year == 1 else datetime.max  # noqa: DTZ901 - of a wall clock


def exists(moment: datetime) -> bool:
    """Tell whether a wall clock ever shows that time."""
    from_utc = datetime.fromtimestamp(moment.timestamp(), moment.tzinfo)
    return from_utc.replace(tzinfo=None) == moment.replace(tzinfo=None)


def _first_after_gap(first: datetime, second: datetime) -> datetime:
    # In a gap fold 0 counts with the offset before the jump and fold 1 with the one after it, so
    # the jump lies between the two instants: halve the stretch until it is a microsecond long.
    early, late = sorted((first.timestamp(), second.timestamp()))
    low, high = int(early), int(late)
    before = datetime.fromtimestamp(low, first.tzinfo).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, first.tzinfo).utcoffset() == before:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, first.tzinfo)
