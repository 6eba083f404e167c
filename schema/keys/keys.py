"""Keys as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

import models.keys as models
from models.accounts import Permission
from models.contracts import KeyContract as KeyContractRow
from resolvers import backup_codes, relations
from resolvers.custody_pages import holders
from resolvers.pin_reads import Shown
from schema.context import Info
from schema.contracts.attachments import Attachment, attachments_of_key
from schema.enums import KeyKind, KeyStatus
from schema.execution import batched
from schema.keys.custody import CustodyEntry, chain_of, link_at
from schema.keys.storages import KeyStorage, kept_at
from schema.loaders import to_answer, to_first
from schema.nodes import Node, object_of, shows
from schema.paging import FIRST, After, Connection, First, pages_of
from schema.permissions import shown_to
from schema.scalars import to_id

if TYPE_CHECKING:  # contracts, entities and key rings refer to keys, and keys to them
    from schema.contracts.contracts import KeyContract
    from schema.entities import ReservableEntity
    from schema.keys.key_rings import KeyRing


async def backup_codes_of(keys: list[Any], context: Any) -> list[list[str] | None]:
    """Show backup codes to those who may see PINs; who is shown some is noted first."""
    if not context.actor.may(Permission.SEE_PINS):
        return [None] * len(keys)
    found: list[list[str] | None] = await context.loaders.answers(backup_codes.shown).load_many(
        [key.key_id for key in keys]
    )
    shown = [key.key_id for key, codes in zip(keys, found, strict=True) if codes]
    await context.pins_shown.note([Shown(models.Key, id) for id in shown])
    return found


@shows(models.Key)
@strawberry.type(description="A key: where it is meant to live, where it is, where it should go.")
class Key(Node):
    key_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    code: str = strawberry.field(
        description="The key's own number on its tag, unique in the organization."
    )
    kind: KeyKind = strawberry.field(description="How it opens.")
    shared: bool = strawberry.field(description="Whether its contracts may overlap.")
    status: KeyStatus = strawberry.field(description="Where it stands in its life.")
    rfid_tag: str | None = strawberry.field(description="The tag that readers see, in hex.")
    selected_storage: KeyStorage = batched(
        kept_at("selected_"), description="Where it is meant to live."
    )
    storage: KeyStorage | None = batched(
        kept_at(""), description="Where it is now; null while somebody has it."
    )
    target_storage: KeyStorage | None = batched(
        kept_at("target_"), description="Where it should go next; null when it need not move."
    )
    key_ring: Annotated["KeyRing", strawberry.lazy("schema.keys.key_rings")] | None = batched(
        to_first(relations.RING_OF_KEY, "key_id"),
        description="The ring that it is on; null when it is handed over by itself.",
    )

    backup_codes: list[str] | None = batched(
        backup_codes_of,
        description="The ten digits that open its own locker without a contract, each once, also "
        "when the automat cannot be reached; none while it has no locker of its own in an automat. "
        "For those who may see PINs; null for others.",
        metadata=shown_to(Permission.SEE_PINS),
    )

    holder: Annotated["KeyContract", strawberry.lazy("schema.contracts.contracts")] | None = (
        batched(
            to_answer(KeyContractRow, holders, "key_id"),
            description="The contract under which somebody has it now; null when it lies "
            "somewhere, and when nobody knows who has it.",
        )
    )

    @strawberry.field(
        description="Its chain of custody in the order in which things happened: where it was "
        "when, and who had it. With `from`, the link that holds at that moment is the first."
    )
    async def custody(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        from_: Annotated[
            datetime | None,
            strawberry.argument(name="from", description="From when on; from the beginning."),
        ] = None,
        to: Annotated[
            datetime | None,
            strawberry.argument(description="Links from that moment on are left out."),
        ] = None,
    ) -> Connection[CustodyEntry]:
        return await chain_of(self.key_id, info, first=first, after=after, since=from_, until=to)

    @strawberry.field(
        description="The link of its chain that holds at a moment: where it was then, and who had "
        "it; null before it was registered."
    )
    async def custody_at(
        self,
        info: Info,
        at: Annotated[datetime, strawberry.argument(description="The moment.")],
    ) -> CustodyEntry | None:
        return await link_at(self.key_id, info, at)

    @strawberry.field(description="What it opens.")
    async def entities(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Annotated["ReservableEntity", strawberry.lazy("schema.entities")]]:
        return await entities_of_key(self.key_id, info, first, after)

    @strawberry.field(description="Files on it, in the order in which they were announced.")
    async def attachments(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Attachment]:
        return await attachments_of_key(self.key_id, info, first, after)

    @classmethod
    def of(cls, row: models.Key) -> Self:
        return cls(
            id=to_id(models.Key, row.id),
            key_id=row.id,
            row=row,
            code=row.code,
            kind=row.kind,
            shared=row.shared,
            status=row.status,
            rfid_tag=row.rfid_tag,
        )


def _entity(row: Any) -> Any:
    return object_of(relations.ENTITIES_OF_KEY.model, row)


entities_of_key = pages_of(relations.ENTITIES_OF_KEY, _entity)
