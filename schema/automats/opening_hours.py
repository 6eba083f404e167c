"""When people get to an automat, as clients write and see it."""

from datetime import datetime
from typing import Annotated, Any, Self

import strawberry

from models.base import Json
from models.errors import InvalidInput
from models.opening_hours import AT_ALL_TIMES
from models.opening_hours import OpeningHours as Hours
from resolvers import looking
from schema.context import Info
from schema.contracts.access_schedules import (
    SOME,
    AccessOpening,
    AccessWindow,
    AccessWindowInput,
    shown_openings,
    shown_windows,
    stored_windows,
)
from schema.inputs import given
from schema.paging import First
from schema.permissions import reached
from schema.scalars import write_instant

OPENING_HOURS = (
    "When people get to an automat, such as a kiosk in a shop or in the lobby of an office: weekly "
    "windows by the clock of its time zone. No choice of an automat follows them."
)
ALWAYS = "Whether people get there at all times."
ACCESS = "How people get to it, such as through which door; at most 500 characters."


@strawberry.input(one_of=True, description=f"{OPENING_HOURS} Exactly one of the two.")
class OpeningHoursInput:
    always_open: bool | None = strawberry.field(
        default=strawberry.UNSET, description="True: people get there at all times."
    )
    windows: list[AccessWindowInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="1 to 50 windows; those that overlap or touch are one opening.",
    )

    def stored(self) -> Json:
        """Write them in the form in which they are kept; they are not checked yet.

        Raises:
            InvalidInput: `alwaysOpen` is false, which says nothing of when it is open.
        """
        windows = given(self.windows)
        if windows is not None:
            return {"windows": stored_windows(windows)}
        if self.always_open:
            return AT_ALL_TIMES
        message = "Give the windows of what is not always open; null for openingHours not known."
        raise InvalidInput(message, path=("opening_hours", "always_open"))


def hours_given(hours: OpeningHoursInput | None) -> Json | None:
    """Give hours in the form in which they are kept; None for hours that are not known."""
    return None if hours is None or hours is strawberry.UNSET else hours.stored()


At = Annotated[
    datetime | None, strawberry.argument(description="At which moment; now when left out.")
]
AfterMoment = Annotated[
    datetime | None,
    strawberry.argument(
        name="from", description="From when on; now when left out. What has begun begins there."
    ),
]


@reached
@strawberry.type(description=OPENING_HOURS)
class OpeningHours:
    hours: strawberry.Private[Hours]
    always_open: bool = strawberry.field(description=ALWAYS)
    windows: list[AccessWindow] = strawberry.field(description="The windows, as they were given.")
    time_zone: str = strawberry.field(
        description="By whose clock they go: the IANA name of the automat's time zone."
    )

    @strawberry.field(
        name="open",
        description="Whether people get there at a moment: from the first of an opening on, and "
        "not at its end. A time that the clock jumps over is the first moment after the jump, and "
        "one that comes twice the first of the two.",
    )
    def is_open(self, info: Info, at: At = None) -> bool:
        return self.hours.is_open_at(at or info.context.now)

    @strawberry.field(description="The next openings, as moments; one that never ends is the only.")
    def next_openings(
        self, info: Info, first: First = SOME, from_: AfterMoment = None
    ) -> list[AccessOpening]:
        count = looking.checked_count(first, default=SOME)
        after = from_ or info.context.now
        return shown_openings(self.hours.next(after=after, at_most=count))

    @classmethod
    def of(cls, hours: Hours) -> Self:
        return cls(
            hours=hours,
            always_open=hours.never_closes,
            windows=shown_windows(hours.windows),
            time_zone=hours.zone.key,
        )


async def hours_of(automats: list[Any], _context: Any) -> list[OpeningHours | None]:
    """Show when people get to each of several automats; None where that is unknown."""
    found = [Hours.of(automat.row) for automat in automats]
    return [None if hours is None else OpeningHours.of(hours) for hours in found]


def on_map(automat: Any, at: datetime) -> dict[str, object]:
    """Write for a map when and how people get to an automat, and whether they do at a moment."""
    hours = Hours.of(automat)
    known = {"openingHours": None, "open": None, "nextOpening": None}
    return {
        **(known if hours is None else _known_on_map(hours, at)),
        "accessInstructions": automat.access_instructions,
    }


def _known_on_map(hours: Hours, at: datetime) -> dict[str, object]:
    windows = stored_windows(shown_windows(hours.windows))
    following = [
        {
            "startsAt": write_instant(one.starts_at),
            "endsAt": one.ends_at and write_instant(one.ends_at),
        }
        for one in hours.next(after=at, at_most=1)
    ]
    return {
        "openingHours": {
            "alwaysOpen": hours.never_closes,
            "windows": windows,
            "timeZone": hours.zone.key,
        },
        "open": hours.is_open_at(at),
        "nextOpening": next(iter(following), None),
    }
