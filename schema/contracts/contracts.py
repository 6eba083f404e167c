"""Key contracts and locker contracts as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

import models.contracts as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.automats import Locker as LockerRow
from models.awaiting import covers_content
from models.contracts import key_contract_status_at
from models.keys import Key as KeyRow
from models.reservations import Reservation as ReservationRow
from models.sealed import Sealed
from resolvers import relations
from resolvers.agreements.applying import carried_by
from schema.automats.automats import Automat, Locker
from schema.contacts import Contact
from schema.context import Info
from schema.contracts.access_schedules import SOME, AccessOpening, ShownSchedule, next_openings
from schema.contracts.agreements import Agreement
from schema.contracts.attachments import Attachment, attachments_of_key_contract
from schema.contracts.contract_history import KeyContractKey, shown_keys
from schema.contracts.contract_signatures import pins, return_signed, signed_at
from schema.enums import KeyContractStatus, LockerContractKind, LockerContractState
from schema.execution import batched
from schema.keys.keys import Key
from schema.loaders import to_many, to_one
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First
from schema.permissions import shown_to
from schema.scalars import to_id
from schema.signing.evidence import evidence_urls
from schema.signing.signing_enums import Verification

if TYPE_CHECKING:  # they refer to contracts, and contracts to them
    from schema.contracts.public_links import ContractLink
    from schema.reservations import Reservation
    from schema.signing.signing import Signature, SigningProcess


async def contracts_with_a_key_out(contract_ids: list[UUID], context: Any) -> set[UUID]:
    """Tell which key contracts have a key out; asked only where the answer matters."""
    found = await context.loaders.belonging(relations.KEYS_OUT).load_many(contract_ids)
    return {id for id, out in zip(contract_ids, found, strict=True) if out}


def is_within(contract: Any, now: datetime) -> bool:
    """Tell whether a moment is in the time of a contract."""
    return contract.starts_at <= now and (contract.ends_at is None or now < contract.ends_at)


async def key_contract_statuses(contracts: list[Any], context: Any) -> list[KeyContractStatus]:
    """Tell where key contracts stand now; keys that are out matter before and after the time."""
    now = context.now
    asked = [one.contract_id for one in contracts if not is_within(one, now)]
    out = await contracts_with_a_key_out(asked, context) if asked else set()
    return [
        key_contract_status_at(one.row, now, key_is_out=one.contract_id in out) for one in contracts
    ]


async def agreements(contracts: list[Any], context: Any) -> list[list[Agreement]]:
    """Show what key contracts carry."""
    ids = [contract.contract_id for contract in contracts]
    found = await context.loaders.answers(carried_by).load_many(ids)
    return [[Agreement.of(row) for row in rows] for rows in found]


@shows(models.KeyContract)
@strawberry.type(description="Keys promised to contacts for a time.")
class KeyContract(Node):
    contract_id: strawberry.Private[UUID]
    reservation_id: strawberry.Private[UUID | None]
    row: strawberry.Private[Any]
    reference: str = strawberry.field(description="What people call it, such as KC-7H2K9QZX.")
    starts_at: datetime = strawberry.field(description="Where it begins.")
    ends_at: datetime | None = strawberry.field(
        description="The first moment after it; null when it is permanent."
    )
    overdue_at: datetime | None = strawberry.field(
        description="From when on a key that is not back is overdue; null when it is permanent."
    )
    free_locker_after_fetch: bool = strawberry.field(
        description="Whether its locker is free for others once its key is out; by staff."
    )
    pick_up_information: str | None = strawberry.field(
        description="How its keys are got where they lie at a desk."
    )
    status: KeyContractStatus = batched(key_contract_statuses, description="Where it stands.")
    verification: Verification = strawberry.field(
        description="How its main contact confirms it before it holds."
    )
    language: str | None = strawberry.field(
        description="In which language its agreements are offered, a BCP 47 primary tag; its main "
        "contact's when null."
    )
    waits_since: datetime | None = strawberry.field(
        description="Since when it waits for a signature; null while it does not."
    )
    signed_at: datetime | None = batched(
        signed_at, description="When it was signed last; null when it never was."
    )
    signature_covers_content: bool = strawberry.field(
        description="Whether it was signed as it is now: its time, keys, contacts, "
        "pick-up information, access schedule and agreements have not been changed since. False "
        "when nobody has signed it."
    )
    return_signed: bool = batched(
        return_signed, description="Whether somebody signed that its keys came back."
    )
    reservation: Annotated["Reservation", strawberry.lazy("schema.reservations")] | None = batched(
        to_one(ReservationRow, "reservation_id"), description="The reservation behind it."
    )
    keys: list[Key] = batched(
        shown_keys, description="Its keys; those of a draft are only wished for."
    )
    key_history: list[KeyContractKey] = batched(
        to_many(relations.KEY_HISTORY, "contract_id"),
        description="Its keys over time, those too that were removed or swapped.",
    )
    contacts: list[Contact] = batched(
        to_many(relations.CONTACTS_OF_KEY_CONTRACT, "contract_id"),
        description="Who may have them; the first is the main contact.",
    )
    locker_contracts: list["LockerContract"] = batched(
        to_many(relations.LOCKER_CONTRACTS, "contract_id"),
        description="The lockers that are held for them.",
    )
    agreements: list[Agreement] = batched(
        agreements,
        description="What it would be offered with now: where it is verified the mandatory ones of "
        "its keys' units, then those that were chosen for it. A draft carries "
        "what it wishes for once it holds. What was signed is in its signings.",
    )

    access_schedule: ShownSchedule | None = strawberry.field(
        description="When its keys may be fetched; null when they may be at any time of it."
    )

    @strawberry.field(
        description="When its keys may be fetched next, as far as its own time reaches; null when "
        "it has no access schedule."
    )
    async def next_openings(self, info: Info, first: First = SOME) -> list[AccessOpening] | None:
        return await next_openings(self.row, info, first)

    @strawberry.field(description="Files on it, in the order in which they were announced.")
    async def attachments(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[Attachment]:
        return await attachments_of_key_contract(self.contract_id, info, first, after)

    signings: list[Annotated["SigningProcess", strawberry.lazy("schema.signing.signing")]] = (
        batched(
            to_many(relations.SIGNINGS_OF_KEY_CONTRACT, "contract_id"),
            description="The attempts to have it signed, the oldest first; one is open at most.",
        )
    )
    signatures: list[Annotated["Signature", strawberry.lazy("schema.signing.signing")]] = batched(
        to_many(relations.SIGNATURES_OF_KEY_CONTRACT, "contract_id"),
        description="By whom and when it was signed, the oldest first.",
    )
    evidence_url: str | None = batched(
        evidence_urls,
        description="Where all evidence of it can be fetched for 10 minutes, by whoever has the "
        "address: a ZIP of its documents, agreements, signatures and events, which can be checked "
        "without this server (`livionkey evidence verify`). Null for those who may not see "
        "events.",
        metadata=shown_to(Permission.VIEW_EVENTS),
    )
    links: list[Annotated["ContractLink", strawberry.lazy("schema.contracts.public_links")]] = (
        batched(
            to_many(relations.LINKS_OF_KEY_CONTRACT, "contract_id"),
            description="The links by which its contacts see it, the oldest first.",
        )
    )

    @classmethod
    def of(cls, row: models.KeyContract) -> Self:
        return cls(
            id=to_id(models.KeyContract, row.id),
            contract_id=row.id,
            reservation_id=row.reservation_id,
            row=row,
            reference=row.reference,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            overdue_at=row.overdue_at,
            free_locker_after_fetch=row.free_locker_after_fetch,
            pick_up_information=row.pick_up_information,
            verification=row.verification,
            language=row.language,
            waits_since=row.waits_since,
            signature_covers_content=covers_content(row),
            access_schedule=ShownSchedule.of_any(row.access_schedule),
        )


@shows(models.LockerContract)
@strawberry.type(description="One locker held for contacts for a time, and the PIN that opens it.")
class LockerContract(Node):
    key_contract_id: strawberry.Private[UUID]
    automat_id: strawberry.Private[UUID]
    locker_id: strawberry.Private[UUID | None]
    key_id: strawberry.Private[UUID | None]
    contract_id: strawberry.Private[UUID]
    sealed_pin: strawberry.Private[Sealed | None]
    kind: LockerContractKind = strawberry.field(description="What it is held for.")
    key_contract: KeyContract = batched(
        to_one(models.KeyContract, "key_contract_id"), description="The key contract behind it."
    )
    automat: Automat = batched(to_one(AutomatRow, "automat_id"), description="Which automat.")
    locker: Locker | None = batched(
        to_one(LockerRow, "locker_id"),
        description="Null while it is FAILED: none could be found, or none that is reached.",
    )
    key: Key | None = batched(
        to_one(KeyRow, "key_id"),
        description="Null while any key of the automat will do (electromechanical, not fetched "
        "yet).",
    )
    contacts: list[Contact] = batched(
        to_many(relations.CONTACTS_OF_KEY_CONTRACT, "key_contract_id"),
        description="Who may open it; the first is the main contact.",
    )
    starts_at: datetime = strawberry.field(description="From when it opens.")
    ends_at: datetime | None = strawberry.field(
        description="The first moment after it; null when it is permanent."
    )
    pin: str | None = batched(
        pins,
        description="For those who may see it; null while a signature is awaited and once it opens "
        "nothing any more. Who was shown it is an event, PIN_READ.",
        metadata=shown_to(Permission.SEE_PINS),
    )
    sync_at: datetime = strawberry.field(description="When the PIN goes to the automat.")
    synced_at: datetime | None = strawberry.field(
        description="When the automat said that it has the PIN as it is; null while it has not, "
        "and for an automat without a link, which says nothing."
    )
    state: LockerContractState = strawberry.field(description="How far the automat is with it.")
    return_only: bool = strawberry.field(
        description="Whether its PIN only takes a key back any more, as it is overdue."
    )
    reason: str | None = strawberry.field(description="Why it FAILED or was given up, in words.")

    @classmethod
    def of(cls, row: models.LockerContract) -> Self:
        return cls(
            id=to_id(models.LockerContract, row.id),
            key_contract_id=row.key_contract_id,
            automat_id=row.automat_id,
            locker_id=row.locker_id,
            key_id=row.key_id,
            state=row.state,
            return_only=row.return_only,
            reason=row.reason,
            contract_id=row.id,
            sealed_pin=row.sealed_pin,
            kind=row.kind,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            sync_at=row.sync_at,
            synced_at=row.synced_at,
        )
