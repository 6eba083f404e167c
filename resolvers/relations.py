"""What belongs to what: the relations that fields of the schema follow."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, union_all

from models.accounts import TokenUnit
from models.agreements import AgreementText, AgreementVersion
from models.attachments import Attachment
from models.automat_alarms import AutomatAlarm
from models.automat_links import AutomatLink
from models.automats import Automat, DeviceGroup, DeviceGroupAutomat, Locker
from models.contracts import (
    KeyAllocation,
    KeyContract,
    KeyContractContact,
    KeyContractStatus,
    LockerContract,
    LockerContractState,
)
from models.entities import ReservableEntity
from models.erasures import Erasure
from models.keys import EntityKey, Key, KeyRing, KeyRingKey
from models.organizations import Contact, OrganizationUnit
from models.partners import ServiceAccountKey
from models.people import PersonInvitation
from models.public_links import ContractLink
from models.reservations import ReservationContact
from models.selections import AutomatSelection
from models.settings_versions import SettingsVersion
from models.signing import Signature, SigningProcess, SigningState
from resolvers.work import owned


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that belong to rows of another kind.

    Args:
        name: What it is called in logs and loaders.
        model: What belongs.
        parent: The column with the id of what it belongs to.
        link: The table between the two, joined by its second column; None when there is none.
        order: In which order they come.
        conditions: Which of them count.
    """

    name: str
    model: type[Any]
    parent: Any
    order: Any
    link: tuple[Any, Any] | None = None
    conditions: tuple[Any, ...] = ()

    def statement(self) -> Select[Any]:
        """Select the rows with the id of what each belongs to; see `owned`."""
        statement = owned(self.model).add_columns(self.parent.label("belongs_to"))
        if self.link is not None:
            statement = statement.join(self.link[0], self.link[1])
        return statement.where(*self.conditions)


UNITS_OF_TOKEN = Relation(
    "units of token",
    OrganizationUnit,
    TokenUnit.token_id,
    OrganizationUnit.id,
    link=(TokenUnit, TokenUnit.unit_id == OrganizationUnit.id),
)
KEYS_OF_SERVICE_ACCOUNT = Relation(
    "keys of service account",
    ServiceAccountKey,
    ServiceAccountKey.service_account_id,
    ServiceAccountKey.id,
    conditions=(ServiceAccountKey.revoked_at.is_(None),),
)
"""A few at most: those that have lapsed are taken back when the next one comes."""
LOCKERS = Relation("lockers", Locker, Locker.automat_id, Locker.index)
GOOD_LINKS_OF_AUTOMAT = Relation(
    "good links of automat",
    AutomatLink,
    AutomatLink.automat_id,
    AutomatLink.id,
    conditions=(AutomatLink.revoked_at.is_(None),),
)
"""The one by which it works, and the one that waits, if any."""
ALARMS_ON_AT_AUTOMAT = Relation(
    "alarms on at automat",
    AutomatAlarm,
    AutomatAlarm.automat_id,
    AutomatAlarm.id,
    conditions=(AutomatAlarm.ended_at.is_(None),),
)
SETTINGS_VERSIONS_OF_UNIT = Relation(
    "settings versions of unit", SettingsVersion, SettingsVersion.unit_id, SettingsVersion.id
)
SETTINGS_VERSIONS_OF_GROUP = Relation(
    "settings versions of group",
    SettingsVersion,
    SettingsVersion.device_group_id,
    SettingsVersion.id,
)
KEY_IN_LOCKER = Relation("key in locker", Key, Key.locker_id, Key.id)
GROUPS_OF_AUTOMAT = Relation(
    "groups of automat",
    DeviceGroup,
    DeviceGroupAutomat.automat_id,
    DeviceGroup.id,
    link=(DeviceGroupAutomat, DeviceGroupAutomat.device_group_id == DeviceGroup.id),
)
AUTOMATS_OF_GROUP = Relation(
    "automats of group",
    Automat,
    DeviceGroupAutomat.device_group_id,
    Automat.id,
    link=(DeviceGroupAutomat, DeviceGroupAutomat.automat_id == Automat.id),
)
KEYS_OF_ENTITY = Relation(
    "keys of entity",
    Key,
    EntityKey.entity_id,
    Key.id,
    link=(EntityKey, EntityKey.key_id == Key.id),
)
ENTITIES_OF_KEY = Relation(
    "entities of key",
    ReservableEntity,
    EntityKey.key_id,
    ReservableEntity.id,
    link=(EntityKey, EntityKey.entity_id == ReservableEntity.id),
)
KEYS_OF_RING = Relation(
    "keys of ring",
    Key,
    KeyRingKey.key_ring_id,
    Key.id,
    link=(KeyRingKey, KeyRingKey.key_id == Key.id),
)
RING_OF_KEY = Relation(
    "ring of key",
    KeyRing,
    KeyRingKey.key_id,
    KeyRing.id,
    link=(KeyRingKey, KeyRingKey.key_ring_id == KeyRing.id),
)
CONTACTS_OF_RESERVATION = Relation(
    "contacts of reservation",
    Contact,
    ReservationContact.reservation_id,
    ReservationContact.place,
    link=(ReservationContact, ReservationContact.contact_id == Contact.id),
)
CONTACT_LINKS = union_all(
    select(
        KeyContract.id.label("key_contract_id"),
        ReservationContact.contact_id,
        ReservationContact.place,
    ).join(ReservationContact, ReservationContact.reservation_id == KeyContract.reservation_id),
    select(
        KeyContractContact.key_contract_id,
        KeyContractContact.contact_id,
        KeyContractContact.place,
    ),
).subquery("contact_links")
"""Who may have the keys of which contract: its reservation's contacts, or its own."""
CONTACTS_OF_KEY_CONTRACT = Relation(
    "contacts of key contract",
    Contact,
    CONTACT_LINKS.c.key_contract_id,
    CONTACT_LINKS.c.place,
    link=(CONTACT_LINKS, CONTACT_LINKS.c.contact_id == Contact.id),
)
"""Its reservation's contacts, or its own where staff made it."""
KEYS_OF_KEY_CONTRACT = Relation(
    "keys of key contract",
    Key,
    KeyAllocation.key_contract_id,
    Key.id,
    link=(KeyAllocation, KeyAllocation.key_id == Key.id),
    conditions=(KeyAllocation.removed_at.is_(None),),
)
KEY_HISTORY = Relation(
    "key history",
    KeyAllocation,
    KeyAllocation.key_contract_id,
    KeyAllocation.id,
)
"""Also keys that were removed or swapped since."""
KEYS_OUT = Relation(
    "keys out",
    KeyAllocation,
    KeyAllocation.key_contract_id,
    KeyAllocation.id,
    conditions=(KeyAllocation.fetched_at.is_not(None), KeyAllocation.returned_at.is_(None)),
)
LOCKER_CONTRACTS = Relation(
    "locker contracts",
    LockerContract,
    LockerContract.key_contract_id,
    LockerContract.id,
    link=(KeyContract, LockerContract.key_contract_id == KeyContract.id),
    conditions=(
        (LockerContract.state != LockerContractState.CANCELLED)
        | (KeyContract.status == KeyContractStatus.CANCELLED),
    ),
)
KEY_CONTRACT_OF_RESERVATION = Relation(
    "key contract of reservation", KeyContract, KeyContract.reservation_id, KeyContract.id
)
SELECTIONS = Relation(
    "selections of reservation",
    AutomatSelection,
    AutomatSelection.reservation_id,
    AutomatSelection.id.desc(),
)
VERSIONS_OF_AGREEMENT = Relation(
    "versions of agreement", AgreementVersion, AgreementVersion.agreement_id, AgreementVersion.id
)
DRAFT_OF_AGREEMENT = Relation(
    "draft of agreement",
    AgreementVersion,
    AgreementVersion.agreement_id,
    AgreementVersion.id,
    conditions=(AgreementVersion.published_at.is_(None),),
)
TEXTS_OF_VERSION = Relation(
    "texts of agreement version",
    AgreementText,
    AgreementText.version_id,
    AgreementText.language,
)
ATTACHMENTS_OF_KEY_CONTRACT = Relation(
    "attachments of key contract", Attachment, Attachment.key_contract_id, Attachment.id
)
ATTACHMENTS_OF_UNIT = Relation(
    "attachments of unit", Attachment, Attachment.organization_unit_id, Attachment.id
)
ATTACHMENTS_OF_KEY = Relation("attachments of key", Attachment, Attachment.key_id, Attachment.id)
ATTACHMENTS_OF_ENTITY = Relation(
    "attachments of entity", Attachment, Attachment.entity_id, Attachment.id
)
ERASURE_OF_CONTACT = Relation("erasure of contact", Erasure, Erasure.contact_id, Erasure.id)
SIGNINGS_OF_KEY_CONTRACT = Relation(
    "signings of key contract", SigningProcess, SigningProcess.key_contract_id, SigningProcess.id
)
SIGNATURES_OF_KEY_CONTRACT = Relation(
    "signatures of key contract", Signature, Signature.key_contract_id, Signature.id
)
SIGNATURE_OF_SIGNING = Relation(
    "signature of signing", Signature, Signature.process_id, Signature.id
)
SIGNING_AT_STATION = Relation(
    "signing at station",
    SigningProcess,
    SigningProcess.station_id,
    SigningProcess.id,
    conditions=(SigningProcess.state.in_((SigningState.PREPARING, SigningState.OFFERED)),),
)
"""The one that is open there, if any."""
LINKS_OF_KEY_CONTRACT = Relation(
    "links of key contract", ContractLink, ContractLink.key_contract_id, ContractLink.id
)
INVITATION_OF_PERSON = Relation(
    "invitation of person", PersonInvitation, PersonInvitation.person_id, PersonInvitation.id
)
