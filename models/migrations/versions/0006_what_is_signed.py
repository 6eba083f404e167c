"""What is signed: key contracts in full, agreements, attachments, signing, links and erasures."""

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT as JSON
from models.base import new_id
from models.dialects import chains, published
from models.dialects.instants import Duration, Instant

revision = "0006"
down_revision = "0005"

NEW_SETTINGS = {
    "access_schedules": sa.Boolean,
    "strong_authentication": sa.Boolean,
    "contact_retention": Duration,
    "attachment_retention": Duration,
}


def upgrade() -> None:
    for table in ("organization_units", "device_groups"):
        for name, kind in NEW_SETTINGS.items():
            op.add_column(table, sa.Column(name, kind(), nullable=True))
    add_columns()
    create_agreements()
    create_attachments()
    create_templates()
    index_key_contracts()
    create_signing()
    create_links_and_erasures()
    create_installation()


def add_columns() -> None:
    for table, column in (
        (
            "key_contracts",
            sa.Column("verification", sa.String(32), nullable=False, server_default="none"),
        ),
        ("key_contracts", sa.Column("language", sa.String(), nullable=True)),
        ("key_contracts", sa.Column("access_schedule", JSON, nullable=True)),
        ("key_contracts", sa.Column("revision", sa.Integer(), nullable=False, server_default="1")),
        ("key_contracts", sa.Column("signed_revision", sa.Integer(), nullable=True)),
        ("key_contracts", sa.Column("waits_since", Instant(), nullable=True)),
        ("key_contracts", sa.Column("draft", JSON, nullable=True)),
        ("key_allocations", sa.Column("removed_at", Instant(), nullable=True)),
        ("contacts", sa.Column("erased_at", Instant(), nullable=True)),
    ):
        op.add_column(table, column)


def owned(table: str, *columns: sa.schema.SchemaItem) -> None:
    """Make a table whose rows belong to organizations."""
    op.create_table(
        table,
        *columns,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        reference(table, "organization_id", "organization_units"),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"{table}_{column}_fkey")


def partial(name: str, table: str, column: str, where: str, *, unique: bool = False) -> None:
    """Make an index of the rows that fulfil a condition."""
    only = sa.text(where)
    op.create_index(
        name, table, [column], unique=unique, postgresql_where=only, sqlite_where=only
    )


def create_agreements() -> None:
    owned(
        "agreements",
        sa.Column("organization_unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("inherited", sa.Boolean(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        reference("agreements", "organization_unit_id", "organization_units"),
    )
    partial("agreements_of_units", "agreements", "organization_unit_id", "retired_at is null")
    owned(
        "agreement_versions",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        reference("agreement_versions", "agreement_id", "agreements"),
        sa.UniqueConstraint("agreement_id", "number", name="agreement_versions_agreement_id_number_key"),
    )
    owned(
        "agreement_texts",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        reference("agreement_texts", "version_id", "agreement_versions"),
        sa.UniqueConstraint("version_id", "language", name="agreement_texts_version_id_language_key"),
    )
    owned(
        "contract_agreements",
        sa.Column("key_contract_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        reference("contract_agreements", "key_contract_id", "key_contracts"),
        reference("contract_agreements", "agreement_id", "agreements"),
        sa.UniqueConstraint("key_contract_id", "agreement_id", name="contract_agreements_key_contract_id_agreement_id_key"),
    )
    op.create_index("contract_agreements_agreement_id_index", "contract_agreements", ["agreement_id"])
    partial("one_draft_of_an_agreement", "agreement_versions", "agreement_id", "published_at is null", unique=True)
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in (
        *chains.Chain("agreement_versions", "agreement_id", "number").statements(on_postgresql=on_postgresql),
        *published.statements(on_postgresql=on_postgresql),
    ):
        op.execute(statement)


def create_attachments() -> None:
    owned(
        "stored_files",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.UniqueConstraint("organization_id", "digest", name="stored_files_organization_id_digest_key"),
    )
    owned(
        "attachments",
        sa.Column("key_contract_id", sa.Uuid(), nullable=True),
        sa.Column("organization_unit_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("stored_at", Instant(), nullable=True),
        sa.Column("upload_digest", sa.String(), nullable=True),
        sa.Column("upload_expires_at", Instant(), nullable=True),
        sa.Column("remove_at", Instant(), nullable=True),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        reference("attachments", "key_contract_id", "key_contracts"),
        reference("attachments", "organization_unit_id", "organization_units"),
        reference("attachments", "key_id", "keys"),
        reference("attachments", "entity_id", "reservable_entities"),
        reference("attachments", "file_id", "stored_files"),
        sa.CheckConstraint('(case when key_contract_id is null then 0 else 1 end) + (case when organization_unit_id is null then 0 else 1 end) + (case when key_id is null then 0 else 1 end) + (case when entity_id is null then 0 else 1 end) = 1', name="attachments_of_one_thing"),
        sa.UniqueConstraint("upload_digest", name="attachments_upload_digest_key"),
    )
    op.create_index("attachments_entity_id_index", "attachments", ["entity_id"])
    op.create_index("attachments_file_id_index", "attachments", ["file_id"])
    op.create_index("attachments_key_contract_id_index", "attachments", ["key_contract_id"])
    op.create_index("attachments_key_id_index", "attachments", ["key_id"])
    op.create_index("attachments_organization_unit_id_index", "attachments", ["organization_unit_id"])
    partial("attachments_to_be_removed", "attachments", "remove_at", "remove_at is not null and removed_at is null")


def create_templates() -> None:
    owned(
        "contract_templates",
        sa.Column("organization_unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("defaults", JSON, nullable=False),
        sa.Column("enforced", JSON, nullable=False),
        sa.Column("standard", sa.Boolean(), nullable=False),
        reference("contract_templates", "organization_unit_id", "organization_units"),
        sa.UniqueConstraint("organization_unit_id", "name", name="contract_templates_organization_unit_id_name_key"),
    )
    partial("one_standard_template_of_a_unit", "contract_templates", "organization_unit_id", "standard", unique=True)


def index_key_contracts() -> None:
    """Find contracts by where they stand, and those with a key out."""
    op.create_index("key_contracts_by_status", "key_contracts", ["organization_id", "status", "id"])
    out = sa.text("fetched_at is not null and returned_at is null")
    op.create_index(
        "key_allocations_that_are_out",
        "key_allocations",
        ["organization_id", "key_contract_id"],
        postgresql_where=out,
        sqlite_where=out,
    )


def create_signing() -> None:
    owned(
        "signature_stations",
        sa.Column("organization_unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("pairing_digest", sa.String(), nullable=True),
        sa.Column("pairing_expires_at", Instant(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("paired_at", Instant(), nullable=True),
        sa.Column("last_seen_at", Instant(), nullable=True),
        sa.Column("retired_at", Instant(), nullable=True),
        reference("signature_stations", "organization_unit_id", "organization_units"),
        reference("signature_stations", "token_id", "tokens"),
        sa.UniqueConstraint("pairing_digest", name="signature_stations_pairing_digest_key"),
        sa.UniqueConstraint("token_id", name="signature_stations_token_id_key"),
    )
    op.create_index("signature_stations_organization_unit_id_index", "signature_stations", ["organization_unit_id"])
    owned(
        "signing_processes",
        sa.Column("key_contract_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("verification", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("secret_digest", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("offered_at", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.Column("content_digest", sa.String(), nullable=False),
        sa.Column("agreements", JSON, nullable=False),
        sa.Column("offer_file_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        reference("signing_processes", "key_contract_id", "key_contracts"),
        reference("signing_processes", "contact_id", "contacts"),
        reference("signing_processes", "station_id", "signature_stations"),
        reference("signing_processes", "offer_file_id", "stored_files"),
        sa.UniqueConstraint("secret_digest", name="signing_processes_secret_digest_key"),
    )
    partial("one_open_process_at_a_station", "signing_processes", "station_id", "state in ('preparing', 'offered')", unique=True)
    partial("one_open_process_of_a_contract", "signing_processes", "key_contract_id", "state in ('preparing', 'offered')", unique=True)
    op.create_index("signing_processes_offer_file_id_index", "signing_processes", ["offer_file_id"])
    op.create_index("signing_processes_contact_id_index", "signing_processes", ["contact_id"])
    op.create_index("signing_processes_key_contract_id_index", "signing_processes", ["key_contract_id"])
    owned(
        "signatures",
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("key_contract_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("signer_name", sa.String(), nullable=False),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("picture_file_id", sa.Uuid(), nullable=True),
        sa.Column("offer_digest", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("identity", JSON, nullable=True),
        sa.Column("accepted", JSON, nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("sealed_file_id", sa.Uuid(), nullable=True),
        sa.Column("sealed_at", Instant(), nullable=True),
        reference("signatures", "process_id", "signing_processes"),
        reference("signatures", "key_contract_id", "key_contracts"),
        reference("signatures", "contact_id", "contacts"),
        reference("signatures", "picture_file_id", "stored_files"),
        reference("signatures", "station_id", "signature_stations"),
        reference("signatures", "sealed_file_id", "stored_files"),
        sa.UniqueConstraint("process_id", name="signatures_process_id_key"),
    )
    op.create_index("signatures_picture_file_id_index", "signatures", ["picture_file_id"])
    op.create_index("signatures_sealed_file_id_index", "signatures", ["sealed_file_id"])
    op.create_index("signatures_contact_id_index", "signatures", ["contact_id"])
    op.create_index("signatures_key_contract_id_index", "signatures", ["key_contract_id"])
    owned(
        "identifications",
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("state_digest", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("identity", JSON, nullable=True),
        sa.Column("proof_digest", sa.String(), nullable=True),
        reference("identifications", "process_id", "signing_processes"),
        sa.UniqueConstraint("state_digest", name="identifications_state_digest_key"),
    )
    op.create_index("identifications_process_id_index", "identifications", ["process_id"])


def create_links_and_erasures() -> None:
    owned(
        "contract_links",
        sa.Column("key_contract_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=True),
        reference("contract_links", "key_contract_id", "key_contracts"),
        reference("contract_links", "contact_id", "contacts"),
        sa.UniqueConstraint("secret_digest", name="contract_links_secret_digest_key"),
    )
    op.create_index("contract_links_contact_id_index", "contract_links", ["contact_id"])
    op.create_index("contract_links_key_contract_id_index", "contract_links", ["key_contract_id"])
    owned(
        "erasures",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("removed", JSON, nullable=False),
        sa.Column("kept", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        reference("erasures", "contact_id", "contacts"),
    )
    op.create_index("erasures_contact_id_index", "erasures", ["contact_id"])


def create_installation() -> None:
    """Give this database an id of its own."""
    installations = op.create_table(
        "installations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="installations_pkey"),
    )
    op.get_bind().execute(installations.insert(), {"id": new_id()})
