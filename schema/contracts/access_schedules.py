"""When the keys of a contract may be fetched, as clients write and see it (2.16, G29)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

import strawberry

from models.access_schedules import AccessSchedule
from models.base import Json
from models.openings import openings
from models.times import Window, time_zone
from resolvers import looking
from resolvers.access_hours import zones_of
from schema.context import Info
from schema.inputs import given
from schema.paging import First
from schema.permissions import NOTHING, query, reached

SOME = 10
SCHEDULE = (
    "When the keys of a contract may be fetched: weekly windows by the clock on the wall of the "
    "automat, or of the desk's unit. Outside them keys can be brought back all the same."
)
WEEKDAYS = "On which days it begins: 1 for Monday to 7 for Sunday."
BEGINS = "From when on: HH:MM, 00:00 to 23:59."
ENDS = "The first minute after it: HH:MM, up to 24:00; on the next day unless it is later."
DAILY = (
    "Whether a key has to be back by the end of the opening in which it was fetched. An opening "
    "lasts a day at most then."
)


@strawberry.input(description="One window of an access schedule.")
class AccessWindowInput:
    weekdays: list[int] = strawberry.field(description=WEEKDAYS)
    from_: str = strawberry.field(name="from", description=BEGINS)
    to: str = strawberry.field(description=ENDS)


@strawberry.input(description=SCHEDULE)
class AccessScheduleInput:
    windows: list[AccessWindowInput] = strawberry.field(
        description="1 to 50 windows; those that overlap or touch are one opening."
    )
    daily_return: bool = strawberry.field(default=False, description=DAILY)

    def stored(self) -> Json:
        """Write it in the form in which it is kept; it is not checked yet."""
        windows = [
            {"weekdays": one.weekdays, "from": one.from_, "to": one.to} for one in self.windows
        ]
        return {"windows": windows, "dailyReturn": self.daily_return}


@reached
@strawberry.type(description="One window of an access schedule.")
class AccessWindow:
    weekdays: list[int] = strawberry.field(description=WEEKDAYS)
    from_: str = strawberry.field(name="from", description=BEGINS)
    to: str = strawberry.field(description=ENDS)


@reached
@strawberry.type(name="AccessSchedule", description=SCHEDULE)
class ShownSchedule:
    windows: list[AccessWindow] = strawberry.field(description="Its windows, as they were given.")
    daily_return: bool = strawberry.field(description=DAILY)

    @classmethod
    def of(cls, stored: Json) -> Self:
        schedule = AccessSchedule.read(stored)
        windows = [
            AccessWindow(weekdays=list(one.weekdays), from_=one.starts, to=one.ends)
            for one in schedule.windows
        ]
        return cls(windows=windows, daily_return=schedule.daily_return)

    @classmethod
    def of_any(cls, stored: Json | None) -> Self | None:
        return None if stored is None else cls.of(stored)


@reached
@strawberry.type(description="A stretch of time over which keys may be fetched.")
class AccessOpening:
    starts_at: datetime = strawberry.field(
        description="Where it begins; where it was asked from when it had begun by then."
    )
    ends_at: datetime | None = strawberry.field(
        description="The first moment after it; null when it never ends."
    )

    @classmethod
    def of(cls, window: Window) -> Self:
        return cls(starts_at=window.starts_at, ends_at=window.ends_at)


def shown_openings(found: Sequence[Window]) -> list[AccessOpening]:
    """Show openings."""
    return [AccessOpening.of(one) for one in found]


async def next_openings(contract: Any, info: Info, first: int | None) -> list[AccessOpening] | None:
    """List when the keys of a contract may be fetched next; None when it has no schedule.

    The time zones of all contracts that are asked about are looked up together.

    Args:
        contract: The row.
        info: Who asks.
        first: How many at most.
    """
    count = looking.checked_count(first, default=SOME)
    if contract.access_schedule is None:
        return None
    zone = await info.context.loaders.answers(zones_of).load(contract.id)
    found = openings(
        AccessSchedule.read(contract.access_schedule),
        time_zone(zone),
        after=max(info.context.now, contract.starts_at),
        until=contract.ends_at,
        at_most=count,
    )
    return shown_openings(found)


@strawberry.type
class AccessScheduleQueries:
    @query(
        permission=NOTHING,
        description="The next openings of an access schedule that nobody has yet.",
    )
    async def access_schedule_preview(
        self,
        info: Info,
        schedule: Annotated[AccessScheduleInput, strawberry.argument(description="The schedule.")],
        time_zone_: Annotated[
            str,
            strawberry.argument(
                name="timeZone", description="By whose clock, such as Europe/Helsinki."
            ),
        ],
        from_: Annotated[
            datetime | None,
            strawberry.argument(name="from", description="From when on; now when left out."),
        ] = None,
        first: First = SOME,
    ) -> list[AccessOpening]:
        found = openings(
            AccessSchedule.checked(schedule.stored(), path=("schedule",)),
            time_zone(time_zone_),
            after=given(from_) or info.context.now,
            at_most=looking.checked_count(first, default=SOME),
        )
        return shown_openings(found)
