"""Windows of time as arguments: `from` and `to`."""

from datetime import datetime
from typing import Annotated

import strawberry

from models.times import Window

From = Annotated[
    datetime | None,
    strawberry.argument(name="from", description="Where the window begins; now when left out."),
]
To = Annotated[
    datetime | None,
    strawberry.argument(description="The first moment after the window; none when left out."),
]


def window_of(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> Window | None:
    """Read a window; None when neither end is given.

    Raises:
        StartsAfterEnd: The end is not after the start.
    """
    if starts_at is None and ends_at is None:
        return None
    return Window.checked(starts_at or now, ends_at)
