"""Key rings: keys that are handed over as one, as clients see and change them."""

from typing import Self
from uuid import UUID

import strawberry

import models.keys as models
from models.accounts import Permission
from resolvers import key_rings, looking, relations
from resolvers.work import Work
from schema.context import Info
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.keys.keys import Key
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor, pages_of
from schema.permissions import query, reached
from schema.scalars import from_id, to_id

keys_of_ring = pages_of(relations.KEYS_OF_RING, Key.of)


@shows(models.KeyRing)
@strawberry.type(description="Keys that are handed over as one.")
class KeyRing(Node):
    ring_id: strawberry.Private[UUID]
    name: str = strawberry.field(description="What people call it, once in the organization.")

    @strawberry.field(description="The keys on it.")
    async def keys(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Key]:
        return await keys_of_ring(self.ring_id, info, first, after)

    @classmethod
    def of(cls, row: models.KeyRing) -> Self:
        return cls(id=to_id(models.KeyRing, row.id), ring_id=row.id, name=row.name)


@strawberry.input(description="A new key ring.")
class KeyRingCreateInput(Repeatable):
    name: str = strawberry.field(description="What people call it, once in the organization.")
    key_ids: list[strawberry.ID] = strawberry.field(
        description="The keys on it; none of them may be on another ring."
    )


@strawberry.input(description="Changes of a key ring; what is left out stays.")
class KeyRingUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key ring.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The keys on it, all of them; none of them may be on another ring.",
    )


@reached
@strawberry.type(description="What became of a key ring.")
class KeyRingCreatePayload:
    key_ring: KeyRing | None = strawberry.field(
        default=None, description="The key ring; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of a key ring.")
class KeyRingUpdatePayload(KeyRingCreatePayload):
    pass


@strawberry.type
class KeyRingQueries:
    @query(permission=Permission.VIEW, description="The key rings of your organization.")
    async def key_rings(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[KeyRing]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await looking.page(reading, models.KeyRing, first=first, after=behind)
        return connection(part, KeyRing.of, behind)


@strawberry.type
class KeyRingMutations:
    @mutation(
        permission=Permission.EDIT_KEYS,
        description="Put keys on a new ring: they are handed over as one.",
    )
    async def key_ring_create(self, work: Work, input: KeyRingCreateInput) -> KeyRingCreatePayload:
        ring = await key_rings.create(
            work, name=input.name, key_ids=[from_id(models.Key, id) for id in input.key_ids]
        )
        return KeyRingCreatePayload(key_ring=KeyRing.of(ring))

    @mutation(
        permission=Permission.EDIT_KEYS,
        description="Rename a key ring, or say anew which keys are on it.",
    )
    async def key_ring_update(self, work: Work, input: KeyRingUpdateInput) -> KeyRingUpdatePayload:
        key_ids = given(input.key_ids)
        ring = await key_rings.update(
            work,
            from_id(models.KeyRing, input.id),
            name=given(input.name),
            key_ids=None if key_ids is None else [from_id(models.Key, id) for id in key_ids],
        )
        return KeyRingUpdatePayload(key_ring=KeyRing.of(ring))
