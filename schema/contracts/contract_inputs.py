"""What is asked for when a key contract is made or changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

import models.contracts as models
from models.agreements import Agreement as AgreementRow
from models.automats import Automat as AutomatRow
from models.errors import InvalidInput
from models.keys import Key as KeyRow
from models.keys import KeyRing as KeyRingRow
from models.templates import ContractTemplate as TemplateRow
from resolvers.staff_contracts.asked import Asked
from schema.contacts import ContactInput
from schema.contracts.access_schedules import AccessScheduleInput
from schema.inputs import Repeatable, given, was_given
from schema.scalars import NOBODY, from_id
from schema.signing.signing_enums import Verification


@strawberry.input(description="A PIN that somebody chose for a key of an automat.")
class KeyPinInput:
    key_id: strawberry.ID = strawberry.field(description="For which key.")
    pin: str = strawberry.field(
        description="4 to 9 digits that are not easily guessed and not in use at the automat."
    )


@strawberry.input(
    description="A contract of certain keys. One in an automat keeps its locker all the time; "
    "those at desks are handed over there, unless an automat is named. Never both together. What "
    "is left out is filled in by the templates of the unit where the keys live."
)
class KeyContractInput:
    contacts: list[ContactInput] = strawberry.field(
        description="Who may have the keys; the first is the main contact."
    )
    key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Which keys, also in several automats."
    )
    key_ring_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Key rings, all keys of which are meant."
    )
    starts_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Where it begins; now when left out."
    )
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="The first moment after it; null makes it permanent, and so does leaving it "
        "out where no template says how long contracts last.",
    )
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="To which automat keys at desks are brought to be fetched there.",
    )
    free_locker_after_fetch: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether its locker is free for others once its key is out.",
    )
    pick_up_information: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="How keys at a desk are got; needed when the contract lies ahead.",
    )
    reference: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What people call it: letters of any language, digits and _ / . -; made when "
        "left out or blank.",
    )
    verification: Verification | None = strawberry.field(
        default=strawberry.UNSET, description="How its main contact confirms it; NONE by default."
    )
    language: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="In which language its agreements are offered: a BCP 47 primary tag.",
    )
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Agreements that it carries beside mandatory ones."
    )
    access_schedule: AccessScheduleInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="When its keys may be fetched, where the unit lets it.",
    )
    template_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="A template that comes before the standard one of its unit.",
    )
    pins: list[KeyPinInput] | None = strawberry.field(
        default=strawberry.UNSET, description="PINs for keys in automats; made when left out."
    )

    def asked(self) -> Asked:
        """Turn what was written into what is asked for."""
        said = asked_changes(self)
        for name in ("key_ids", "key_ring_ids"):
            said[name] = said.get(name) or ()
        return Asked(**said, pins=pins_of(self.pins))


@strawberry.input(description="A contract of certain keys, or a draft of one.")
class KeyContractCreateInput(KeyContractInput, Repeatable):
    draft: bool | None = strawberry.field(
        default=False,
        description="True: it is only kept, may be incomplete, and holds no key until "
        "`keyContractActivate`.",
    )


@strawberry.input(
    description="Changes of a contract that staff made; what is left out stays. Of one that holds "
    "these can change: contacts, times, language, verification and pickUpInformation. Of a draft "
    "everything can. Of that of a reservation the verification can, alone."
)
class KeyContractUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key contract.")
    contacts: list[ContactInput] | None = strawberry.field(
        default=strawberry.UNSET, description="All who may have the keys, the main contact first."
    )
    starts_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Where it begins, before a key is fetched."
    )
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="The first moment after it, also while its keys are out; null makes it "
        "permanent.",
    )
    pick_up_information: str | None = strawberry.field(
        default=strawberry.UNSET, description="How keys at a desk are got."
    )
    language: str | None = strawberry.field(
        default=strawberry.UNSET, description="In which language its agreements are offered."
    )
    verification: Verification | None = strawberry.field(
        default=strawberry.UNSET,
        description="How its main contact confirms it; not once it is signed or a key was fetched.",
    )
    key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Which keys; of a draft."
    )
    key_ring_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Key rings, all keys of which are meant; of a draft."
    )
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="To which automat keys are brought; of a draft."
    )
    free_locker_after_fetch: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether its locker is free afterwards; of a draft."
    )
    reference: str | None = strawberry.field(
        default=strawberry.UNSET, description="What people call it; of a draft."
    )
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Agreements beside mandatory ones; of a draft."
    )
    access_schedule: AccessScheduleInput | None = strawberry.field(
        default=strawberry.UNSET, description="When its keys may be fetched; of a draft."
    )
    template_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which template comes first; of a draft."
    )


@strawberry.input(description="A draft that is to hold.")
class KeyContractActivateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which draft.")
    pins: list[KeyPinInput] | None = strawberry.field(
        default=strawberry.UNSET, description="PINs for keys in automats; made when left out."
    )


@strawberry.input(description="A contract that staff made and that is given up.")
class KeyContractCancelInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key contract.")


PLAIN = (
    *("starts_at", "ends_at", "free_locker_after_fetch", "pick_up_information"),
    *("reference", "verification", "language"),
)
LISTS_OF_IDS = {"key_ids": KeyRow, "key_ring_ids": KeyRingRow, "agreement_ids": AgreementRow}
IDS = {"automat_id": AutomatRow, "template_id": TemplateRow}
NEVER_NULL = ("contacts", "starts_at", "verification", "key_ids", "key_ring_ids")


def asked_changes(input: Any) -> dict[str, Any]:
    """Collect what was written, named as in `Asked`."""
    written = {name for name in vars(input) if was_given(getattr(input, name))}
    said = {name: getattr(input, name) for name in PLAIN if name in written}
    for name, model in LISTS_OF_IDS.items():
        if name in written:
            said[name] = ids_of(model, getattr(input, name))
    for name, row in IDS.items():
        if name in written:
            said[name] = from_id(row, getattr(input, name))
    if "contacts" in written:
        said["contacts"] = [contact.details() for contact in input.contacts or ()]
    if "ends_at" in written:
        said["says_end"] = True
    if "access_schedule" in written:
        schedule = input.access_schedule
        said["access_schedule"] = None if schedule is None else schedule.stored()
    return said


def ids_of(model: Any, ids: list[strawberry.ID] | None) -> list[UUID | None] | None:
    """Read ids of things of a kind."""
    return None if ids is None else [from_id(model, id) for id in ids]


def pins_of(pins: list[KeyPinInput] | None) -> dict[UUID, str]:
    """Read PINs by key.

    Raises:
        InvalidInput: A key has two.
    """
    read = {from_id(KeyRow, one.key_id) or NOBODY: one.pin for one in given(pins) or ()}
    if len(read) < len(given(pins) or ()):
        raise InvalidInput("A key has one PIN in a contract.", path=("pins",))
    return read


def changes_of(input: KeyContractUpdateInput) -> dict[str, Any]:
    """Collect the changes of a contract.

    Raises:
        InvalidInput: There is none, or one that must not be null is null.
    """
    for name in NEVER_NULL:
        if getattr(input, name) is None:
            raise InvalidInput(f"The {name.replace('_', ' ')} must not be null.", path=(name,))
    said = asked_changes(input)
    if not said:
        raise InvalidInput("Say what is to be changed, such as endsAt or contacts.")
    return said


def contract_id(id: strawberry.ID) -> UUID | None:
    """Read the id of a key contract."""
    return from_id(models.KeyContract, id)
