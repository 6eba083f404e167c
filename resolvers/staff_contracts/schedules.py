"""Whether a contract may have an access schedule (2.16)."""

import re
from uuid import UUID

from models.base import Json
from models.errors import InvalidInput
from models.organizations import OrganizationUnit
from models.settings import UnitSettings
from resolvers.work import Work

PATH = ("access_schedule",)
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def checked_schedule(schedule: Json, *, path: tuple[str, ...] = PATH) -> Json:
    """Check that a schedule has weekdays from 1 to 7, and times of the day.

    Raises:
        InvalidInput: It has others, or no window.
    """
    windows = schedule["windows"]
    days_fit = all(one["weekdays"] and set(one["weekdays"]) <= set(range(1, 8)) for one in windows)
    times_fit = all(TIME.fullmatch(one[name]) for one in windows for name in ("from", "to"))
    if not windows or not days_fit or not times_fit:
        message = "A schedule has windows of weekdays from 1 to 7 and times such as 08:00."
        raise InvalidInput(message, path=path)
    return schedule


async def check_allowed(work: Work, schedule: Json | None, here: UnitSettings, unit: UUID) -> None:
    """Refuse a schedule where the unit does not let contracts have one.

    Raises:
        InvalidInput: With the name of the unit; or the schedule makes no sense.
    """
    if schedule is None:
        return
    checked_schedule(schedule)
    if not here.access_schedules:
        name = (await work.get(OrganizationUnit, unit)).name
        message = f"Contracts of {name} cannot have an access schedule: its settings say so."
        raise InvalidInput(message, path=PATH)
