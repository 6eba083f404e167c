"""Which rows lie in which units: what somebody sees who reaches only some of an organization's.

Each kind of row says by one rule how it is reached, from the units that are told as `reached`.
Access never reaches above or beside (livionkey.md 2.23), with two exceptions that make it usable:

* Places that hold or serve something of theirs (an automat, a locker, a desk) are seen by people of
  other units, as guests have to be sent there; only the place's own unit does anything to it.
* Agreements, contract templates and device groups that hold for a unit are seen there and can be
  chosen; they are changed only where nothing beyond somebody's reach depends on them.
"""

from functools import cache

from sqlalchemy import and_, exists, not_, or_

from models.accounts import Token, TokenUnit
from models.agreements import Agreement, AgreementText, AgreementVersion, ContractAgreement
from models.attachments import Attachment, StoredFile
from models.automat_alarms import AutomatAlarm
from models.automat_commands import AutomatCommand
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.automats import Automat, DeviceGroup, DeviceGroupAutomat, Locker
from models.base import Base, table_of
from models.codes import AutomatCode, BackupCode
from models.contracts import KeyAllocation, KeyContract, KeyContractContact, LockerContract
from models.custody import CustodyEntry
from models.entities import ReservableEntity
from models.erasures import Erasure
from models.events import Event
from models.keys import EntityKey, Key, KeyRing, KeyRingKey, ManualStorage
from models.organizations import Contact, OrganizationUnit
from models.partners import ServiceAccount, ServiceAccountKey
from models.people import Person, PersonInvitation, PersonSession, PersonUnit
from models.placement_reviews import PlacementRun
from models.public_links import ContractLink
from models.reaching import (
    SEEN,
    Columns,
    Condition,
    Rule,
    above,
    at_automat,
    in_unit,
    nobody,
    only_within,
    seen_of,
    some,
    through,
    within,
)
from models.reservations import Reservation, ReservationContact
from models.selections import AutomatSelection
from models.settings_versions import SettingsVersion
from models.signing import Identification, Signature, SigningProcess
from models.stations import SignatureStation
from models.templates import ContractTemplate
from models.ways_in import Passkey, StaffIdentity


@cache
def seen(model: type[Base]) -> Condition:
    """Say of rows of a kind that somebody sees them; `REACHED` is told later."""
    return SEEN.get(model, nobody)(table_of(model).c)


@cache
def named(model: type[Base]) -> Condition:
    """Say of rows that somebody who is about to do something may name them."""
    return PLACES.get(model, SEEN.get(model, nobody))(table_of(model).c)


@cache
def changed(model: type[Base]) -> Condition:
    """Say of rows that somebody may change them, as nothing beyond their reach depends on them."""
    return (CHANGED | PLACES).get(model, SEEN.get(model, nobody))(table_of(model).c)


def in_organization_unit(row: Columns) -> Condition:
    """Reach rows through their unit, which has its whole name there."""
    return within(row.organization_unit_id)


def holds_for_reached(row: Columns) -> Condition:
    """Reach what units say for themselves and those below, also from below."""
    return or_(in_organization_unit(row), row.organization_unit_id.in_(above()))


def inherited(row: Columns) -> Condition:
    """Reach agreements, those of units above where they hold below."""
    from_above = and_(row.inherited, row.organization_unit_id.in_(above()))
    return or_(in_organization_unit(row), from_above)


def key(row: Columns) -> Condition:
    """Reach keys through what they open, or through where they live, lie or are to be brought."""
    automats, desks = some(Automat, in_unit), some(ManualStorage, in_unit)
    return or_(
        row.id.in_(some(EntityKey, through("entity_id", ReservableEntity), column="key_id")),
        *(
            column.in_(automats)
            for column in (row.selected_automat_id, row.automat_id, row.target_automat_id)
        ),
        row.selected_manual_storage_id.in_(desks),
        row.manual_storage_id.in_(desks),
    )


def key_contract(row: Columns) -> Condition:
    """Reach key contracts through their reservation, their keys, or the unit that drafts them."""
    return or_(
        within(row.unit_id),
        row.reservation_id.in_(seen_of(Reservation)),
        row.id.in_(some(KeyAllocation, through("key_id", Key), column="key_contract_id")),
    )


def reservation_contact(row: Columns) -> Condition:
    """Reach whose a reservation is through it, or through its key contract."""
    return or_(
        row.reservation_id.in_(seen_of(Reservation)),
        row.reservation_id.in_(seen_of(KeyContract, column="reservation_id")),
    )


def contact(row: Columns) -> Condition:
    """Reach contacts through what they are named in."""
    return or_(
        row.id.in_(seen_of(ReservationContact, column="contact_id")),
        row.id.in_(seen_of(KeyContractContact, column="contact_id")),
    )


def automat(row: Columns) -> Condition:
    """Reach automats through their unit, and where they hold something for contracts or keys."""
    return or_(
        within(row.unit_id),
        row.id.in_(seen_of(LockerContract, column="automat_id")),
        *(row.id.in_(seen_of(Key, column=name)) for name in ("selected_automat_id", "automat_id")),
        row.id.in_(seen_of(Key, column="target_automat_id")),
        row.id.in_(some(DeviceGroupAutomat, serves_reached, column="automat_id")),
    )


def serves_reached(row: Columns) -> Condition:
    """Reach automats of groups through the entities that these serve."""
    found: Condition = row.device_group_id.in_(
        some(ReservableEntity, in_unit, column="device_group_id")
    )
    return found


def locker(row: Columns) -> Condition:
    """Reach lockers through their automat, and where they hold something."""
    return or_(
        at_automat(row),
        row.id.in_(seen_of(LockerContract, column="locker_id")),
        *(row.id.in_(seen_of(Key, column=name)) for name in ("selected_locker_id", "locker_id")),
    )


def desk(row: Columns) -> Condition:
    """Reach desks through their unit, and where they keep keys."""
    names = ("selected_manual_storage_id", "manual_storage_id", "target_manual_storage_id")
    return or_(within(row.unit_id), *(row.id.in_(seen_of(Key, column=name)) for name in names))


def device_group(row: Columns) -> Condition:
    """Reach groups through their automats, and through what they serve."""
    return or_(
        row.id.in_(some(DeviceGroupAutomat, at_automat, column="device_group_id")),
        row.id.in_(seen_of(ReservableEntity, column="device_group_id")),
    )


def attachment(row: Columns) -> Condition:
    """Reach attachments through what they are on."""
    return or_(
        within(row.organization_unit_id),
        row.key_contract_id.in_(seen_of(KeyContract)),
        row.key_id.in_(seen_of(Key)),
        row.entity_id.in_(seen_of(ReservableEntity)),
    )


def stored_file(row: Columns) -> Condition:
    """Reach files through what they are of."""
    return or_(
        row.id.in_(seen_of(Attachment, column="file_id")),
        row.id.in_(seen_of(Signature, column="picture_file_id")),
        row.id.in_(seen_of(Signature, column="sealed_file_id")),
        row.id.in_(seen_of(SigningProcess, column="offer_file_id")),
    )


def settings_version(row: Columns) -> Condition:
    """Reach what was said of settings through who said it."""
    return or_(within(row.unit_id), row.device_group_id.in_(seen_of(DeviceGroup)))


def event(row: Columns) -> Condition:
    """Reach events through what they are about; nobody's doing is seen of a place beside."""
    rules = SEEN | PLACES
    about = [
        and_(row.subject_type == model.__name__, row.subject_id.in_(some(model, rules[model])))
        for model in SUBJECTS
    ]
    return or_(*about)


def _only_own_automats(row: Columns) -> Condition:
    member, place = table_of(DeviceGroupAutomat).alias(), table_of(Automat).alias()
    own = member.c.device_group_id == row.id
    beyond = place.c.id == member.c.automat_id, not_(within(place.c.unit_id))
    return and_(exists().where(own), ~exists().where(own, *beyond))


def _only_own_keys(row: Columns) -> Condition:
    member = table_of(KeyRingKey).alias()
    own = member.c.key_ring_id == row.id
    return and_(exists().where(own), ~exists().where(own, member.c.key_id.not_in(seen_of(Key))))


SUBJECTS: tuple[type[Base], ...] = (
    *(Agreement, AgreementVersion, Attachment, Automat, AutomatAlarm, AutomatCommand, Contact),
    *(ContractLink, ContractTemplate, DeviceGroup, Key, KeyContract, KeyRing, Locker),
    *(LockerContract, ManualStorage, OrganizationUnit, Person, PersonSession, ReservableEntity),
    *(Reservation, ServiceAccount, Signature, SignatureStation, SigningProcess, Token),
)
"""What events are about."""

OF_KEY_CONTRACT = through("key_contract_id", KeyContract)
OF_PERSON: tuple[type[Base], ...] = (Passkey, PersonInvitation, PersonSession, StaffIdentity)

RULES: dict[type[Base], Rule] = {
    Agreement: inherited,
    AgreementText: through("version_id", AgreementVersion),
    AgreementVersion: through("agreement_id", Agreement),
    Attachment: attachment,
    Automat: automat,
    AutomatAlarm: at_automat,
    AutomatCode: at_automat,
    AutomatCommand: at_automat,
    AutomatLink: at_automat,
    AutomatReport: at_automat,
    AutomatSelection: through("reservation_id", Reservation),
    BackupCode: through("key_id", Key),
    Contact: contact,
    ContractAgreement: OF_KEY_CONTRACT,
    ContractLink: OF_KEY_CONTRACT,
    ContractTemplate: holds_for_reached,
    CustodyEntry: through("key_id", Key),
    DeviceGroup: device_group,
    DeviceGroupAutomat: at_automat,
    EntityKey: through("key_id", Key),
    Erasure: through("contact_id", Contact),
    Event: event,
    Identification: through("process_id", SigningProcess),
    Key: key,
    KeyAllocation: lambda row: and_(OF_KEY_CONTRACT(row), row.key_id.in_(seen_of(Key))),
    KeyContract: key_contract,
    KeyContractContact: OF_KEY_CONTRACT,
    KeyRing: lambda row: row.id.in_(seen_of(KeyRingKey, column="key_ring_id")),
    KeyRingKey: through("key_id", Key),
    Locker: locker,
    LockerContract: OF_KEY_CONTRACT,
    ManualStorage: desk,
    OrganizationUnit: lambda row: within(row.id),
    Person: only_within(PersonUnit, "person_id"),
    **dict.fromkeys(OF_PERSON, through("person_id", Person)),
    PersonUnit: in_unit,
    PlacementRun: in_unit,
    ReservableEntity: in_unit,
    Reservation: through("entity_id", ReservableEntity),
    ReservationContact: reservation_contact,
    ServiceAccount: through("token_id", Token),
    ServiceAccountKey: through("service_account_id", ServiceAccount),
    SettingsVersion: settings_version,
    Signature: OF_KEY_CONTRACT,
    SignatureStation: in_organization_unit,
    SigningProcess: OF_KEY_CONTRACT,
    StoredFile: stored_file,
    Token: only_within(TokenUnit, "token_id"),
    TokenUnit: in_unit,
}
"""How rows are reached that somebody looks at. What is not here is nobody's but the machinery's."""

SEEN.update(RULES)

PLACES: dict[type[Base], Rule] = {Automat: in_unit, Locker: at_automat, ManualStorage: in_unit}
"""How places are reached by whoever is about to do something: through their own unit alone."""

CHANGED: dict[type[Base], Rule] = {
    Agreement: in_organization_unit,
    AgreementVersion: lambda row: row.agreement_id.in_(some(Agreement, in_organization_unit)),
    ContractTemplate: in_organization_unit,
    DeviceGroup: _only_own_automats,
    KeyRing: _only_own_keys,
}
"""How rows are reached by whoever is about to change them, where that is not as far as they see."""
