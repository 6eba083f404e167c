"""When people get to an automat: weekly hours by the clock on its wall, or at all times.

They follow the rules of access schedules (2.16): which instants they are, also where the clock is
changed, is found out in `models.openings` (G29, G30). Hours that nobody has said are unknown; they
are never guessed. No choice of an automat follows them: a key may be wanted before they are known.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from models.access_schedules import WEEKDAYS, AccessSchedule, Hours
from models.base import Json
from models.openings import MOST_OPENINGS, is_open_at, openings
from models.times import Window, time_zone

AT_ALL_TIMES: Json = {"windows": [{"weekdays": [*WEEKDAYS], "from": "00:00", "to": "24:00"}]}
"""The hours of what never closes, in the form in which they are kept."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When people get to an automat.

    Args:
        schedule: Its weekly windows.
        zone: Whose clocks they go by: the automat's.
    """

    schedule: AccessSchedule
    zone: ZoneInfo

    @classmethod
    def of(cls, automat: Any) -> Self | None:
        """Read the hours of an automat; None when nobody has said them.

        Args:
            automat: The row, or what was read of it: its `opening_hours` and its `time_zone`.
        """
        stored = automat.opening_hours
        if stored is None:
            return None
        schedule = AccessSchedule.read({**stored, "dailyReturn": False})
        return cls(schedule, time_zone(automat.time_zone))

    @property
    def windows(self) -> tuple[Hours, ...]:
        """The windows, as they were given."""
        return self.schedule.windows

    @property
    def never_closes(self) -> bool:
        """Whether people get there at all times."""
        return self.schedule.never_closes

    def is_open_at(self, at: datetime) -> bool:
        """Tell whether people get there at a moment."""
        return is_open_at(self.schedule, self.zone, at)

    def next(
        self, *, after: datetime, until: datetime | None = None, at_most: int = MOST_OPENINGS
    ) -> list[Window]:
        """List the next openings, in order, as instants in UTC; see `models.openings.openings`."""
        return openings(self.schedule, self.zone, after=after, until=until, at_most=at_most)


def checked_hours(written: Json, *, path: tuple[str, ...] = ("opening_hours",)) -> Json:
    """Check opening hours that somebody sent; gives them as they are kept.

    Args:
        written: Their `windows`, each with `weekdays`, `from` and `to`.
        path: The way to them, for a refusal.

    Raises:
        InvalidInput: No window, more than 50, or one that makes no sense.
    """
    return {"windows": AccessSchedule.checked(written, path=path).stored()["windows"]}
