"""Access schedules as clients write them: when the keys of a contract may be fetched (G29)."""

from typing import Any

import strawberry


@strawberry.input(description="A time of the day on certain weekdays, by the automat's clock.")
class AccessWindowInput:
    weekdays: list[int] = strawberry.field(description="From 1, which is Monday, to 7.")
    from_: str = strawberry.field(name="from", description='Where it begins, such as "08:00".')
    to: str = strawberry.field(
        description='The first minute after it, such as "17:00"; over midnight when it is earlier.'
    )


@strawberry.input(description="When the keys of a contract may be fetched.")
class AccessScheduleInput:
    windows: list[AccessWindowInput] = strawberry.field(description="Outside them they may not.")
    daily_return: bool = strawberry.field(
        default=False, description="Whether keys have to be back by the end of each window."
    )

    def stored(self) -> dict[str, Any]:
        """Write it the way it is stored."""
        windows = [
            {"weekdays": one.weekdays, "from": one.from_, "to": one.to} for one in self.windows
        ]
        return {"windows": windows, "dailyReturn": self.daily_return}
