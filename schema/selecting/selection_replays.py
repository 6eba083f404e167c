"""Stored choices, made again from what they saw."""

from typing import Annotated, Self

import strawberry

from models.accounts import Permission
from models.reservations import Reservation as ReservationRow
from resolvers import replays
from schema.context import Info
from schema.permissions import query, reached
from schema.scalars import from_id
from schema.selecting.selections import AutomatSelection


@reached
@strawberry.type(description="One part of a choice that comes out otherwise.")
class SelectionDifference:
    name: str = strawberry.field(
        description="Which part, such as `candidates`; called as its column is."
    )
    stored: str = strawberry.field(description="What was decided then, as JSON.")
    replayed: str = strawberry.field(description="What comes out now, as JSON.")

    @classmethod
    def of(cls, difference: replays.Difference) -> Self:
        return cls(name=difference.name, stored=difference.stored, replayed=difference.replayed)


@reached
@strawberry.type(description="A stored choice, made again from what it saw and nothing else.")
class SelectionReplay:
    selection: AutomatSelection = strawberry.field(description="The choice as it was made.")
    same: bool | None = strawberry.field(
        description="Whether the same comes out, byte for byte as canonical JSON; null where it "
        "was made before choices kept what they saw, so that it cannot be made again."
    )
    differences: list[SelectionDifference] = strawberry.field(
        description="What comes out otherwise. Automats may be chosen by better rules than then."
    )
    outcome: str | None = strawberry.field(
        description="What comes out now, as canonical JSON: keys sorted, no blanks."
    )
    inputs: str | None = strawberry.field(
        description="What the choice saw, as canonical JSON: the wish, the settings, and each "
        "automat with its lockers as bits."
    )

    @classmethod
    def of(cls, replay: replays.Replay) -> Self:
        return cls(
            selection=AutomatSelection.of(replay.selection),
            same=None if replay.outcome is None else not replay.differences,
            differences=[SelectionDifference.of(one) for one in replay.differences],
            outcome=replay.outcome,
            inputs=replay.inputs,
        )


@strawberry.type
class SelectionReplayQueries:
    @query(
        permission=Permission.VIEW,
        description="Makes the newest choice of a reservation again from what it saw, to see that "
        "it comes out the same; a choice saw automats of all units, so that only those who reach "
        "the whole organization are told what it saw and what comes out.",
    )
    async def selection_replay(
        self,
        info: Info,
        reservation_id: Annotated[strawberry.ID, strawberry.argument(description="Whose choice.")],
    ) -> SelectionReplay:
        async with info.context.reading() as reading:
            replay = await replays.replayed(reading, from_id(ReservationRow, reservation_id))
        return SelectionReplay.of(replay)
