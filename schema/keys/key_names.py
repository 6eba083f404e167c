"""Keys as people name them who have them in the hand, and what is said of what they tell."""

from collections.abc import Iterable

import strawberry

import models.keys as models
from models.errors import Contradiction
from resolvers.key_names import KeyName
from schema.errors import UserError
from schema.inputs import given
from schema.scalars import from_id


@strawberry.input(
    one_of=True, description="A key that somebody has in the hand: exactly one of the three."
)
class KeyNameInput:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="By its id.")
    code: str | None = strawberry.field(default=strawberry.UNSET, description="By its own number.")
    rfid_tag: str | None = strawberry.field(
        default=strawberry.UNSET, description="By the tag that readers see, in hex."
    )

    def name(self) -> KeyName:
        return KeyName(
            id=from_id(models.Key, given(self.id)),
            code=given(self.code),
            rfid_tag=given(self.rfid_tag),
        )


def warnings_of(contradictions: Iterable[str | None]) -> list[UserError]:
    """Say what contradicts that which was known before; it is believed all the same."""
    return [UserError.of(Contradiction(said)) for said in contradictions if said]
