"""The trail: one row for everything that happens, never changed (G26).

Two things may be taken out of it, and the databases see to it that nothing else is: what an event
says of a contact, when the contact is erased, and the oldest events, when their time is over.
Neither can be done unseen, see `models.seals`.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, BigInteger, FetchedValue, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.accounts import WayIn
from models.base import Base, Json, Owned

OPTIONAL = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A document, or null, which is not the same as a document that says null."""


class EventKind(StrEnum):
    """What happened."""

    ORGANIZATION_CREATED = "organization_created"
    ORGANIZATION_UNIT_CREATED = "organization_unit_created"
    ORGANIZATION_UNIT_UPDATED = "organization_unit_updated"
    ORGANIZATION_UNIT_MOVED = "organization_unit_moved"
    ORGANIZATION_UNIT_DELETED = "organization_unit_deleted"
    TOKEN_CREATED = "token_created"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an event
    TOKEN_ROTATED = "token_rotated"  # noqa: S105 - the name of an event
    SERVICE_ACCOUNT_CREATED = "service_account_created"
    SERVICE_ACCOUNT_REVOKED = "service_account_revoked"
    SERVICE_ACCOUNT_KEY_ADDED = "service_account_key_added"
    SERVICE_ACCOUNT_KEY_REVOKED = "service_account_key_revoked"
    PERSON_INVITED = "person_invited"
    PERSON_INVITATION_RENEWED = "person_invitation_renewed"
    PERSON_JOINED = "person_joined"
    PERSON_LINKED = "person_linked"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PERSON_UPDATED = "person_updated"
    PERSON_BLOCKED = "person_blocked"
    PERSON_UNBLOCKED = "person_unblocked"
    PERSON_REMOVED = "person_removed"
    PERSON_SIGNED_IN = "person_signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SESSION_ENDED = "session_ended"
    DOCUMENT_TRUSTED = "document_trusted"
    DOCUMENT_NOT_TRUSTED = "document_not_trusted"
    DOCUMENT_RULE_SET = "document_rule_set"
    CONTACT_CREATED = "contact_created"
    CONTACT_UPDATED = "contact_updated"
    ENTITY_CREATED = "entity_created"
    ENTITY_UPDATED = "entity_updated"
    ADDRESS_PLACED = "address_placed"
    ADDRESS_NOT_PLACED = "address_not_placed"
    PLACEMENT_ACCEPTED = "placement_accepted"
    MANUAL_STORAGE_CREATED = "manual_storage_created"
    MANUAL_STORAGE_UPDATED = "manual_storage_updated"
    AUTOMAT_INSTALLED = "automat_installed"
    AUTOMAT_UPDATED = "automat_updated"
    AUTOMAT_UNINSTALLED = "automat_uninstalled"
    AUTOMAT_FAILED_OVER = "automat_failed_over"
    AUTOMAT_HARDWARE_REPLACED = "automat_hardware_replaced"
    AUTOMAT_CREDENTIALS_ISSUED = "automat_credentials_issued"
    AUTOMAT_CREDENTIALS_REVOKED = "automat_credentials_revoked"
    AUTOMAT_ENROLLED = "automat_enrolled"
    AUTOMAT_ONLINE = "automat_online"
    AUTOMAT_OFFLINE = "automat_offline"
    AUTOMAT_STARTED = "automat_started"
    AUTOMAT_REPORT_NOT_APPLIED = "automat_report_not_applied"
    AUTOMAT_COMMAND_REQUESTED = "automat_command_requested"
    AUTOMAT_COMMAND_ANSWERED = "automat_command_answered"
    AUTOMAT_COMMAND_EXPIRED = "automat_command_expired"
    AUTOMAT_ALARM_RAISED = "automat_alarm_raised"
    AUTOMAT_ALARM_ENDED = "automat_alarm_ended"
    AUTOMAT_ALARM_ACKNOWLEDGED = "automat_alarm_acknowledged"
    CODE_ENTERED = "code_entered"
    WRONG_CODE_ENTERED = "wrong_code_entered"
    BACKUP_CODES_MADE = "backup_codes_made"
    PIN_READ = "pin_read"
    SANDBOX_ADVANCE_BEGUN = "sandbox_advance_begun"
    SANDBOX_ADVANCED = "sandbox_advanced"
    LOCKER_UPDATED = "locker_updated"
    DEVICE_GROUP_CREATED = "device_group_created"
    DEVICE_GROUP_UPDATED = "device_group_updated"
    KEY_REGISTERED = "key_registered"
    KEY_UPDATED = "key_updated"
    KEY_RING_CREATED = "key_ring_created"
    KEY_RING_UPDATED = "key_ring_updated"
    INSERT_KEY = "insert_key"
    RESERVATION_CREATED = "reservation_created"
    RESERVATION_UPDATED = "reservation_updated"
    RESERVATION_CONFIRMED = "reservation_confirmed"
    RESERVATION_ACTIVE = "reservation_active"
    RESERVATION_ENDED = "reservation_ended"
    RESERVATION_UNFULFILLED = "reservation_unfulfilled"
    RESERVATION_CANCELLED = "reservation_cancelled"
    KEY_CONTRACT_CREATED = "key_contract_created"
    KEY_CONTRACT_UPDATED = "key_contract_updated"
    KEY_CONTRACT_DRAFT = "key_contract_draft"
    KEY_CONTRACT_NOT_FAILED_OVER = "key_contract_not_failed_over"
    KEY_CONTRACT_WAITING_FOR_SIGNATURE = "key_contract_awaits_signature"
    KEY_CONTRACT_UPCOMING = "key_contract_upcoming"
    KEY_CONTRACT_ACTIVE = "key_contract_active"
    KEY_CONTRACT_OVERDUE = "key_contract_overdue"
    KEY_CONTRACT_ENDED = "key_contract_ended"
    KEY_CONTRACT_CANCELLED = "key_contract_cancelled"
    KEY_CONTRACT_NOT_SIGNED = "key_contract_not_signed"
    KEY_CONTRACT_KEY_ADDED = "key_contract_key_added"
    KEY_CONTRACT_KEY_REMOVED = "key_contract_key_removed"
    CONTRACT_TEMPLATE_CREATED = "contract_template_created"
    CONTRACT_TEMPLATE_UPDATED = "contract_template_updated"
    CONTRACT_TEMPLATE_DELETED = "contract_template_deleted"
    AGREEMENT_CREATED = "agreement_created"
    AGREEMENT_UPDATED = "agreement_updated"
    AGREEMENT_RETIRED = "agreement_retired"
    AGREEMENT_VERSION_CREATED = "agreement_version_created"
    AGREEMENT_VERSION_UPDATED = "agreement_version_updated"
    AGREEMENT_VERSION_PUBLISHED = "agreement_version_published"
    CONTRACT_AGREEMENTS_CHANGED = "contract_agreements_changed"
    ATTACHMENT_REQUESTED = "attachment_requested"
    ATTACHMENT_STORED = "attachment_stored"
    ATTACHMENT_REFUSED = "attachment_refused"
    ATTACHMENT_REMOVED = "attachment_removed"
    SIGNING_PREPARING = "signing_preparing"
    SIGNING_OFFERED = "signing_offered"
    SIGNING_SEEN = "signing_seen"
    SIGNING_SIGNED = "signing_signed"
    SIGNING_DECLINED = "signing_declined"
    SIGNING_EXPIRED = "signing_expired"
    SIGNING_WITHDRAWN = "signing_withdrawn"
    SIGNATURE_SEALED = "signature_sealed"
    EVIDENCE_EXPORTED = "evidence_exported"
    IDENTITY_CONFIRMED = "identity_confirmed"
    IDENTITY_REFUSED = "identity_refused"
    SIGNATURE_STATION_CREATED = "signature_station_created"
    SIGNATURE_STATION_UPDATED = "signature_station_updated"
    SIGNATURE_STATION_PAIRED = "signature_station_paired"
    SIGNATURE_STATION_UNPAIRED = "signature_station_unpaired"
    CONTRACT_LINK_CREATED = "contract_link_created"
    CONTRACT_LINK_REVOKED = "contract_link_revoked"
    CONTACT_ERASED = "contact_erased"
    CONTACT_DATA_EXPORTED = "contact_data_exported"
    EVENTS_REMOVED = "events_removed"
    START_REMINDER = "start_reminder"
    END_REMINDER = "end_reminder"
    LOCKER_CONTRACT_PLANNED = "locker_contract_planned"
    LOCKER_CONTRACT_SYNCING = "locker_contract_syncing"
    LOCKER_CONTRACT_READY = "locker_contract_ready"
    LOCKER_CONTRACT_NOT_CONFIRMED = "locker_contract_not_confirmed"
    LOCKER_CONTRACT_UNSYNCED = "locker_contract_unsynced"
    LOCKER_CONTRACT_RESYNCED = "locker_contract_resynced"
    LOCKER_CONTRACT_MOVED = "locker_contract_moved"
    LOCKER_CONTRACT_FAILED_OVER = "locker_contract_failed_over"
    LOCKER_CONTRACT_HELD_LONGER = "locker_contract_held_longer"
    LOCKER_CONTRACT_OPENED = "locker_contract_opened"
    LOCKER_CONTRACT_COMPLETED = "locker_contract_completed"
    LOCKER_CONTRACT_FAILED = "locker_contract_failed"
    LOCKER_CONTRACT_CANCELLED = "locker_contract_cancelled"
    KEY_FETCHED = "key_fetched"
    KEY_RETURNED = "key_returned"
    KEY_HANDED_OVER = "key_handed_over"
    KEY_TAKEN_BACK = "key_taken_back"
    KEY_TRANSFERRED = "key_transferred"
    KEY_FOUND = "key_found"
    KEY_MISSED = "key_missed"
    KEY_NOT_FETCHED = "key_not_fetched"
    KEY_NOT_RETURNED = "key_not_returned"
    RETURN_CODE_NOT_USABLE = "return_code_not_usable"
    DEVICE_GROUP_NOT_FOUND = "device_group_not_found"
    FREE_LOCKER_LIMIT_REACHED = "free_locker_limit_reached"
    NO_FREE_LOCKERS = "no_free_lockers"
    JOB_FAILED = "job_failed"


class Event(Owned, Base):
    """One thing that happened to one subject, and who did it. Never holds a PIN or a token.

    Args:
        kind: What.
        at: When, by the clock of the organization.
        subject_type: To what kind of thing; the name of its model.
        subject_id: To which.
        token_id: The token that did it; null for whoever came without one.
        person_id: Who of the staff did it; null when nobody of them did.
        service_account_id: The service account that did it; null when none did.
        way_in: How whoever did it came in.
        request_id: With which request; null for what no request asked for.
        facts: Ids, numbers and codes.
        notice: A sentence for the organization's people, where they have to know of it (R14-R17).
        changes: What changed of the subject since the event about it before: `before` and `after`
            with the values of columns, `hidden` with the names of those whose values are not kept.
            Null for what is new, and where nothing changed.
        personal: The same of columns that say who a contact is, with a random salt; null where
            nothing does, and when the contact is erased.
        personal_digest: What `personal` hashes to, which stays.
        transaction_number: In which transaction it was written, see `models.dialects.commit_order`.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("events_subject_id_index", "subject_id"),
        Index(
            "notices_of_organizations",
            *("organization_id", "id"),
            postgresql_where=text("notice is not null"),
            sqlite_where=text("notice is not null"),
        ),
        Index("events_in_commit_order", "organization_id", "transaction_number", "id"),
        Index("events_of_kinds", "organization_id", "kind", "id"),
        *(
            Index(
                f"events_of_{column}s",
                *(f"{column}_id", "id"),
                postgresql_where=text(f"{column}_id is not null"),
                sqlite_where=text(f"{column}_id is not null"),
            )
            for column in ("token", "person", "service_account", "request")
        ),
    )

    kind: Mapped[EventKind]
    at: Mapped[datetime]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    token_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    service_account_id: Mapped[UUID | None]
    way_in: Mapped[WayIn]
    request_id: Mapped[str | None]
    facts: Mapped[Json]
    notice: Mapped[str | None]
    changes: Mapped[Json | None] = mapped_column(OPTIONAL)
    personal: Mapped[Json | None] = mapped_column(OPTIONAL)
    personal_digest: Mapped[str | None]
    transaction_number: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
