"""Registering keys and desks: queries and mutations."""

from typing import Annotated

import strawberry

import models.keys as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.entities import ReservableEntity as EntityRow
from models.organizations import OrganizationUnit as UnitRow
from models.tags import same_tag
from resolvers import backup_codes, desks, keys, looking
from resolvers.checks import exactly_one
from resolvers.work import Work
from schema.context import Info
from schema.enums import KeyKind, KeyStatus
from schema.errors import UserError
from schema.inputs import Repeatable, changes, given
from schema.keys.keys import Key
from schema.keys.storages import ManualStorage
from schema.mutations import mutation
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.places import AddressInput
from schema.scalars import from_id


@strawberry.input(description="A new desk.")
class ManualStorageCreateInput(Repeatable):
    name: str = strawberry.field(description="What people call it.")
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it is."
    )
    instructions: str | None = strawberry.field(
        default=strawberry.UNSET, description="How to find it, and when."
    )
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its unit; the organization when left out."
    )


@strawberry.input(description="Changes of a desk; what is left out stays.")
class ManualStorageUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which desk.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    instructions: str | None = strawberry.field(
        default=strawberry.UNSET, description="How to find it, and when."
    )


@reached
@strawberry.type(description="What became of a desk.")
class ManualStorageCreatePayload:
    manual_storage: ManualStorage | None = strawberry.field(
        default=None, description="The desk; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of a desk.")
class ManualStorageUpdatePayload(ManualStorageCreatePayload):
    pass


@strawberry.input(one_of=True, description="Exactly one of the two.")
class KeyStorageInput:
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="In this automat."
    )
    manual_storage_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="At this desk."
    )


@strawberry.input(
    description="A new key. Registered with an automat, it gets the given locker or the lowest "
    "free one and counts as inside it."
)
class KeyRegisterInput(Repeatable):
    kind: KeyKind = strawberry.field(description="How it opens.")
    entity_ids: list[strawberry.ID] = strawberry.field(description="What it opens.")
    storage: KeyStorageInput = strawberry.field(description="Where it lies.")
    code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The number on its tag; made when left out."
    )
    locker_index: int | None = strawberry.field(
        default=strawberry.UNSET, description="The locker in which it lies."
    )
    shared: bool | None = strawberry.field(
        default=False, description="Whether its contracts may overlap."
    )
    return_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="Four to nine digits that only take it back."
    )
    rfid_tag: str | None = strawberry.field(
        default=strawberry.UNSET, description="The tag that readers see, in hex."
    )


@strawberry.input(description="Changes of a key; what is left out stays.")
class KeyUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key.")
    code: str | None = strawberry.field(default=strawberry.UNSET, description="Its number.")
    entity_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="What it opens, all of it."
    )
    shared: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether its contracts may overlap."
    )
    return_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="Four to nine digits that only take it back."
    )
    rfid_tag: str | None = strawberry.field(
        default=strawberry.UNSET, description="The tag that readers see, in hex."
    )
    retired: bool | None = strawberry.field(
        default=strawberry.UNSET, description="True takes it out of use, false back into it."
    )


@reached
@strawberry.type(description="What became of a key.")
class KeyRegisterPayload:
    key: Key | None = strawberry.field(
        default=None, description="The key; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of a key.")
class KeyUpdatePayload(KeyRegisterPayload):
    pass


@strawberry.input(description="Which key is to have new backup codes.")
class KeyBackupCodesRenewInput(Repeatable):
    key_id: strawberry.ID = strawberry.field(description="The key.")


@reached
@strawberry.type(description="What became of a key's backup codes.")
class KeyBackupCodesRenewPayload(KeyRegisterPayload):
    pass


@strawberry.type
class KeyQueries:
    @query(permission=Permission.VIEW, description="One key, by its id, its code or its tag.")
    async def key(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = None,
        code: Annotated[str | None, strawberry.argument(description="Its own number.")] = None,
        rfid_tag: Annotated[
            str | None, strawberry.argument(description="The tag that readers see, in hex.")
        ] = None,
    ) -> Key | None:
        exactly_one(id=id, code=code, rfidTag=rfid_tag)
        row = models.Key
        async with info.context.reading() as reading:
            if id is not None:
                found = await looking.find(reading, row, from_id(row, id))
            else:
                by_tag = row.rfid_tag == same_tag(rfid_tag or "")
                same = by_tag if code is None else row.code == code
                found = await looking.find_by(reading, row, same)
        return None if found is None else Key.of(found)

    @query(permission=Permission.VIEW, description="The keys of your organization.")
    async def keys(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        search: Annotated[
            str | None, strawberry.argument(description="Part of a code or of a tag.")
        ] = None,
        automat_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those in this automat.")
        ] = None,
    ) -> Connection[Key]:
        behind = from_cursor(after)
        conditions = looking.matching(search, models.Key.code, models.Key.rfid_tag)
        if automat_id is not None:
            conditions.append(models.Key.automat_id == from_id(AutomatRow, automat_id))
        async with info.context.reading() as reading:
            part = await looking.page(reading, models.Key, *conditions, first=first, after=behind)
        return connection(part, Key.of, behind)

    @query(permission=Permission.VIEW, description="The desks of your organization.")
    async def manual_storages(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[ManualStorage]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await looking.page(reading, models.ManualStorage, first=first, after=behind)
        return connection(part, ManualStorage.of, behind)


@strawberry.type
class KeyMutations:
    @mutation(
        permission=Permission.EDIT_KEYS, description="Make a desk where keys are handed over."
    )
    async def manual_storage_create(
        self, work: Work, input: ManualStorageCreateInput
    ) -> ManualStorageCreatePayload:
        address = given(input.address)
        desk = await desks.create(
            work,
            name=input.name,
            address=address.checked() if address else None,
            instructions=given(input.instructions),
            unit_id=from_id(UnitRow, input.organization_unit_id),
        )
        return ManualStorageCreatePayload(manual_storage=ManualStorage.of(desk))

    @mutation(permission=Permission.EDIT_KEYS, description="Change a desk.")
    async def manual_storage_update(
        self, work: Work, input: ManualStorageUpdateInput
    ) -> ManualStorageUpdatePayload:
        desk = await desks.update(
            work,
            from_id(models.ManualStorage, input.id),
            name=given(input.name),
            instructions=given(input.instructions),
        )
        return ManualStorageUpdatePayload(manual_storage=ManualStorage.of(desk))

    @mutation(permission=Permission.EDIT_KEYS, description="Register a key where it lies.")
    async def key_register(self, work: Work, input: KeyRegisterInput) -> KeyRegisterPayload:
        key = await keys.register(
            work,
            kind=input.kind,
            entity_ids=[from_id(EntityRow, id) for id in input.entity_ids],
            automat_id=from_id(AutomatRow, input.storage.automat_id),
            manual_storage_id=from_id(models.ManualStorage, input.storage.manual_storage_id),
            locker_index=given(input.locker_index),
            code=given(input.code),
            shared=bool(given(input.shared)),
            return_code=given(input.return_code),
            rfid_tag=given(input.rfid_tag),
        )
        return KeyRegisterPayload(key=Key.of(key))

    @mutation(permission=Permission.EDIT_KEYS, description="Change a key, or what it opens.")
    async def key_update(self, work: Work, input: KeyUpdateInput) -> KeyUpdatePayload:
        written = changes(
            input, "code", "shared", "return_code", "rfid_tag", required=("code", "shared")
        )
        retired, entity_ids = given(input.retired), given(input.entity_ids)
        if retired is not None:
            written["status"] = KeyStatus.RETIRED if retired else KeyStatus.IN_STORAGE
        key = await keys.update(
            work,
            from_id(models.Key, input.id),
            written,
            entity_ids=None
            if entity_ids is None
            else [from_id(EntityRow, id) for id in entity_ids],
        )
        return KeyUpdatePayload(key=Key.of(key))

    @mutation(
        permission=Permission.EDIT_KEYS,
        description="Give a key new backup codes, which only those may do who may see them; the "
        "ones that it had open nothing any more.",
    )
    async def key_backup_codes_renew(
        self, work: Work, input: KeyBackupCodesRenewInput
    ) -> KeyBackupCodesRenewPayload:
        key = await backup_codes.renew(work, from_id(models.Key, input.key_id))
        return KeyBackupCodesRenewPayload(key=Key.of(key))
