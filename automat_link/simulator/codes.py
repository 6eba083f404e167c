"""The codes that an automat knows, by the last table that it was told."""

from datetime import datetime
from zoneinfo import ZoneInfo

from automat_link.messages.wanted import Hours, WantedCode, WantedCodes
from models.automat_reports import CodeKind
from models.base import Json
from models.doors import Known, WeeklyHours, find
from models.keypads import Typed


class CodeTable:
    """A table with its revision, and which of its backup codes were used (R36)."""

    def __init__(self) -> None:
        self._wanted: WantedCodes | None = None
        self._known: tuple[Known, ...] = ()
        self._used: set[str] = set()

    @property
    def revision(self) -> int | None:
        """Which revision is known; None for none yet."""
        return None if self._wanted is None else self._wanted.revision

    @property
    def known(self) -> tuple[Known, ...]:
        """All codes of it."""
        return self._known

    def apply(self, wanted: WantedCodes) -> bool:
        """Take a table as it is wanted, and forget the one before.

        Returns:
            Whether it is newer; an older one or the same is not taken.
        """
        if self.revision is not None and wanted.revision <= self.revision:
            return False
        self._take(wanted)
        self._used &= {one.id for one in wanted.codes}
        return True

    def find(self, typed: Typed | None) -> Known | None:
        """Find the code that somebody typed."""
        return find(typed, self._known)

    def use(self, code: Known) -> None:
        """Remember of a backup code that it has opened its locker."""
        if code.kind is CodeKind.BACKUP_CODE:
            self._used.add(code.id)

    def was_used(self, code: Known) -> bool:
        """Tell whether a backup code has opened its locker before."""
        return code.id in self._used

    def open_at(self, at: datetime) -> list[Known]:
        """List the codes whose time it is."""
        return [
            one
            for one in self._known
            if one.opens_at <= at and (one.closes_at is None or at < one.closes_at)
        ]

    def save(self) -> Json:
        """Write it down for the flash."""
        wanted = None if self._wanted is None else self._wanted.written().decode()
        return {"wanted": wanted, "used": sorted(self._used)}

    def restore(self, saved: Json) -> None:
        """Take up what `save` wrote down."""
        self._wanted, self._known = None, ()
        if saved["wanted"] is not None:
            self._take(WantedCodes.read(saved["wanted"].encode()))
        self._used = set(saved["used"])

    def _take(self, wanted: WantedCodes) -> None:
        self._wanted = wanted
        self._known = tuple(_known(one) for one in wanted.codes)


def _known(one: WantedCode) -> Known:
    return Known(
        id=one.id,
        code=one.code,
        kind=one.kind,
        use=one.use,
        locker_index=one.locker_index,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        hours=None if one.hours is None else _weekly(one.hours),
    )


def _weekly(hours: Hours) -> WeeklyHours:
    return WeeklyHours(ZoneInfo(hours.time_zone), tuple(hours.stretches))
