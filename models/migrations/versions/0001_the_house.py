"""The house: organizations, things, promises, decisions and the trail."""

import sqlalchemy as sa
from alembic import op

from models.dialects import nearest_index
from models.dialects.instants import Duration, Instant
from models.dialects.overlaps import NoOverlap
from models.dialects.position import Position
from models.base import JSON_DOCUMENT as JSON

revision = "0001"
down_revision = None

LIVE = "{state} in ('planned', 'syncing', 'ready')"
OVERLAPS = (
    NoOverlap("one_contract_per_locker_at_a_time", "locker_contracts", ("locker_id",), LIVE),
    NoOverlap(
        "one_contract_per_pin_at_a_time", "locker_contracts", ("automat_id", "pin"), LIVE, "sync_at"
    ),
    NoOverlap(
        "one_holder_per_key_at_a_time", "key_allocations", ("key_id",), "{live} and {exclusive}"
    ),
)


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute("create extension if not exists postgis")
        op.execute("create extension if not exists btree_gist")
    create_tables()
    if on_postgresql:
        op.create_index(
            "automats_nearest_index",
            "automats",
            ["organization_id", "position"],
            postgresql_using="gist",
        )
    else:
        run(nearest_index.SQLITE)
    for rule in OVERLAPS:
        run(rule.postgresql() if on_postgresql else rule.sqlite())


def run(statements) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def create_tables() -> None:
    op.create_table(
        "organization_units",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=True),
        sa.Column("least_precision", sa.String(32), nullable=True),
        sa.Column("largest_distance_metres", sa.Double(), nullable=True),
        sa.Column("default_sync_time", Duration(), nullable=True),
        sa.Column("silence_tolerance", Duration(), nullable=True),
        sa.Column("uses_automats", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(parent_id is null) = (id = organization_id)", name="organization_units_root_is_own"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="organization_units_organization_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organization_units.id"], name="organization_units_parent_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="organization_units_pkey"),
        sa.UniqueConstraint(
            "organization_id",
            "customer_id",
            name="organization_units_organization_id_customer_id_key",
        ),
    )
    op.create_index(
        "organization_units_organization_id_index",
        "organization_units",
        ["organization_id"],
        unique=False,
    )
    op.create_index(
        "organization_units_parent_id_index", "organization_units", ["parent_id"], unique=False
    )
    op.create_table(
        "automats",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("model", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("installed_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=True),
        sa.Column("position", Position(), nullable=True),
        sa.Column("placement_precision", sa.String(32), nullable=True),
        sa.Column("placement_confidence", sa.Double(), nullable=True),
        sa.Column("placement_source", sa.String(), nullable=True),
        sa.Column("matched_address", sa.String(), nullable=True),
        sa.Column("placed_at", Instant(), nullable=True),
        sa.Column("placement_problem_code", sa.String(32), nullable=True),
        sa.Column("placement_problem_message", sa.String(), nullable=True),
        sa.Column("address_text", sa.String(), nullable=True),
        sa.Column("street", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="automats_organization_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organization_units.id"], name="automats_unit_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="automats_pkey"),
        sa.UniqueConstraint(
            "organization_id", "device_id", name="automats_organization_id_device_id_key"
        ),
    )
    op.create_index(
        "automats_organization_id_id_index", "automats", ["organization_id", "id"], unique=False
    )
    op.create_index("automats_unit_id_index", "automats", ["unit_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="contacts_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="contacts_pkey"),
    )
    op.create_index(
        "contacts_organization_id_id_index", "contacts", ["organization_id", "id"], unique=False
    )
    op.create_table(
        "device_groups",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("free_locker_limit", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="device_groups_organization_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="device_groups_pkey"),
        sa.UniqueConstraint(
            "organization_id", "name", name="device_groups_organization_id_name_key"
        ),
    )
    op.create_index(
        "device_groups_organization_id_id_index",
        "device_groups",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "events",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="events_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="events_pkey"),
    )
    op.create_index(
        "events_organization_id_id_index", "events", ["organization_id", "id"], unique=False
    )
    op.create_index("events_subject_id_index", "events", ["subject_id"], unique=False)
    op.create_table(
        "idempotent_answers",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_digest", sa.String(), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="idempotent_answers_organization_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="idempotent_answers_pkey"),
        sa.UniqueConstraint(
            "organization_id", "key", name="idempotent_answers_organization_id_key_key"
        ),
    )
    op.create_index(
        "idempotent_answers_organization_id_id_index",
        "idempotent_answers",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "manual_storages",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("instructions", sa.String(), nullable=True),
        sa.Column("address_text", sa.String(), nullable=True),
        sa.Column("street", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="manual_storages_organization_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organization_units.id"], name="manual_storages_unit_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="manual_storages_pkey"),
    )
    op.create_index(
        "manual_storages_organization_id_id_index",
        "manual_storages",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_index("manual_storages_unit_id_index", "manual_storages", ["unit_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="tokens_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="tokens_pkey"),
        sa.UniqueConstraint("digest", name="tokens_digest_key"),
    )
    op.create_index(
        "tokens_organization_id_id_index", "tokens", ["organization_id", "id"], unique=False
    )
    op.create_table(
        "device_group_automats",
        sa.Column("device_group_id", sa.Uuid(), nullable=False),
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["automat_id"], ["automats.id"], name="device_group_automats_automat_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["device_group_id"],
            ["device_groups.id"],
            name="device_group_automats_device_group_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="device_group_automats_organization_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="device_group_automats_pkey"),
        sa.UniqueConstraint(
            "device_group_id",
            "automat_id",
            name="device_group_automats_device_group_id_automat_id_key",
        ),
    )
    op.create_index(
        "device_group_automats_automat_id_index",
        "device_group_automats",
        ["automat_id"],
        unique=False,
    )
    op.create_index(
        "device_group_automats_organization_id_id_index",
        "device_group_automats",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "lockers",
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint('"index" between 0 and 29', name="lockers_index_in_range"),
        sa.ForeignKeyConstraint(["automat_id"], ["automats.id"], name="lockers_automat_id_fkey"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="lockers_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="lockers_pkey"),
        sa.UniqueConstraint("automat_id", "index", name="lockers_automat_id_index_key"),
    )
    op.create_index(
        "lockers_organization_id_id_index", "lockers", ["organization_id", "id"], unique=False
    )
    op.create_table(
        "reservable_entities",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("device_group_id", sa.Uuid(), nullable=True),
        sa.Column("position", Position(), nullable=True),
        sa.Column("placement_precision", sa.String(32), nullable=True),
        sa.Column("placement_confidence", sa.Double(), nullable=True),
        sa.Column("placement_source", sa.String(), nullable=True),
        sa.Column("matched_address", sa.String(), nullable=True),
        sa.Column("placed_at", Instant(), nullable=True),
        sa.Column("placement_problem_code", sa.String(32), nullable=True),
        sa.Column("placement_problem_message", sa.String(), nullable=True),
        sa.Column("address_text", sa.String(), nullable=True),
        sa.Column("street", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_group_id"],
            ["device_groups.id"],
            name="reservable_entities_device_group_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="reservable_entities_organization_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organization_units.id"], name="reservable_entities_unit_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="reservable_entities_pkey"),
        sa.UniqueConstraint(
            "organization_id",
            "external_id",
            name="reservable_entities_organization_id_external_id_key",
        ),
    )
    op.create_index(
        "reservable_entities_device_group_id_index",
        "reservable_entities",
        ["device_group_id"],
        unique=False,
    )
    op.create_index(
        "reservable_entities_organization_id_id_index",
        "reservable_entities",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_index(
        "reservable_entities_unit_id_index", "reservable_entities", ["unit_id"], unique=False
    )
    op.create_table(
        "keys",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("rfid_tag", sa.String(), nullable=True),
        sa.Column("return_code", sa.String(), nullable=True),
        sa.Column("selected_manual_storage_id", sa.Uuid(), nullable=True),
        sa.Column("selected_automat_id", sa.Uuid(), nullable=True),
        sa.Column("selected_locker_id", sa.Uuid(), nullable=True),
        sa.Column("manual_storage_id", sa.Uuid(), nullable=True),
        sa.Column("automat_id", sa.Uuid(), nullable=True),
        sa.Column("locker_id", sa.Uuid(), nullable=True),
        sa.Column("target_manual_storage_id", sa.Uuid(), nullable=True),
        sa.Column("target_automat_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(selected_manual_storage_id is null) <> (selected_automat_id is null)",
            name="keys_selected_storage_is_one",
        ),
        sa.CheckConstraint(
            "locker_id is null or automat_id is not null", name="keys_locker_is_in_an_automat"
        ),
        sa.CheckConstraint(
            "manual_storage_id is null or automat_id is null", name="keys_storage_is_one"
        ),
        sa.CheckConstraint(
            "target_manual_storage_id is null or target_automat_id is null",
            name="keys_target_storage_is_one",
        ),
        sa.ForeignKeyConstraint(["automat_id"], ["automats.id"], name="keys_automat_id_fkey"),
        sa.ForeignKeyConstraint(["locker_id"], ["lockers.id"], name="keys_locker_id_fkey"),
        sa.ForeignKeyConstraint(
            ["manual_storage_id"], ["manual_storages.id"], name="keys_manual_storage_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="keys_organization_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["selected_automat_id"], ["automats.id"], name="keys_selected_automat_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["selected_locker_id"], ["lockers.id"], name="keys_selected_locker_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["selected_manual_storage_id"],
            ["manual_storages.id"],
            name="keys_selected_manual_storage_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["target_automat_id"], ["automats.id"], name="keys_target_automat_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["target_manual_storage_id"],
            ["manual_storages.id"],
            name="keys_target_manual_storage_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="keys_pkey"),
        sa.UniqueConstraint("locker_id", name="keys_locker_id_key"),
        sa.UniqueConstraint("organization_id", "code", name="keys_organization_id_code_key"),
        sa.UniqueConstraint("selected_locker_id", name="keys_selected_locker_id_key"),
    )
    op.create_index("keys_automat_id_index", "keys", ["automat_id"], unique=False)
    op.create_index("keys_manual_storage_id_index", "keys", ["manual_storage_id"], unique=False)
    op.create_index(
        "keys_organization_id_id_index", "keys", ["organization_id", "id"], unique=False
    )
    op.create_index("keys_selected_automat_id_index", "keys", ["selected_automat_id"], unique=False)
    op.create_index(
        "keys_selected_manual_storage_id_index",
        "keys",
        ["selected_manual_storage_id"],
        unique=False,
    )
    op.create_table(
        "reservations",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("unfulfilled_reason", sa.String(32), nullable=True),
        sa.Column("unfulfilled_message", sa.String(), nullable=True),
        sa.Column("wanted_automat_id", sa.Uuid(), nullable=True),
        sa.Column("wanted_device_group_id", sa.Uuid(), nullable=True),
        sa.Column("wanted_key_ids", JSON, nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["reservable_entities.id"], name="reservations_entity_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="reservations_organization_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["wanted_automat_id"], ["automats.id"], name="reservations_wanted_automat_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["wanted_device_group_id"],
            ["device_groups.id"],
            name="reservations_wanted_device_group_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="reservations_pkey"),
        sa.UniqueConstraint(
            "organization_id",
            "source",
            "external_id",
            name="reservations_organization_id_source_external_id_key",
        ),
    )
    op.create_index("reservations_entity_id_index", "reservations", ["entity_id"], unique=False)
    op.create_index(
        "reservations_organization_id_id_index",
        "reservations",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "automat_selections",
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(32), nullable=True),
        sa.Column("automat_id", sa.Uuid(), nullable=True),
        sa.Column("origin", Position(), nullable=True),
        sa.Column("candidates", JSON, nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["automat_id"], ["automats.id"], name="automat_selections_automat_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="automat_selections_organization_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name="automat_selections_reservation_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="automat_selections_pkey"),
    )
    op.create_index(
        "automat_selections_organization_id_id_index",
        "automat_selections",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_index(
        "automat_selections_reservation_id_index",
        "automat_selections",
        ["reservation_id"],
        unique=False,
    )
    op.create_table(
        "entity_keys",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["reservable_entities.id"], name="entity_keys_entity_id_fkey"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="entity_keys_key_id_fkey"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name="entity_keys_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="entity_keys_pkey"),
        sa.UniqueConstraint("entity_id", "key_id", name="entity_keys_entity_id_key_id_key"),
    )
    op.create_index("entity_keys_key_id_index", "entity_keys", ["key_id"], unique=False)
    op.create_index(
        "entity_keys_organization_id_id_index",
        "entity_keys",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "key_contracts",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="key_contracts_organization_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name="key_contracts_reservation_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="key_contracts_pkey"),
        sa.UniqueConstraint(
            "organization_id", "reference", name="key_contracts_organization_id_reference_key"
        ),
        sa.UniqueConstraint("reservation_id", name="key_contracts_reservation_id_key"),
    )
    op.create_index(
        "key_contracts_organization_id_id_index",
        "key_contracts",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "reservation_contacts",
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="reservation_contacts_contact_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="reservation_contacts_organization_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name="reservation_contacts_reservation_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="reservation_contacts_pkey"),
        sa.UniqueConstraint(
            "reservation_id", "place", name="reservation_contacts_reservation_id_place_key"
        ),
    )
    op.create_index(
        "reservation_contacts_contact_id_index",
        "reservation_contacts",
        ["contact_id"],
        unique=False,
    )
    op.create_index(
        "reservation_contacts_organization_id_id_index",
        "reservation_contacts",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "key_allocations",
        sa.Column("key_contract_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=True),
        sa.Column("returned_at", Instant(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "ends_at is null or ends_at > starts_at", name="key_allocations_forwards"
        ),
        sa.ForeignKeyConstraint(
            ["key_contract_id"], ["key_contracts.id"], name="key_allocations_key_contract_id_fkey"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="key_allocations_key_id_fkey"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="key_allocations_organization_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="key_allocations_pkey"),
    )
    op.create_index(
        "key_allocations_key_contract_id_index",
        "key_allocations",
        ["key_contract_id"],
        unique=False,
    )
    op.create_index("key_allocations_key_id_index", "key_allocations", ["key_id"], unique=False)
    op.create_index(
        "key_allocations_organization_id_id_index",
        "key_allocations",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "key_contract_contacts",
        sa.Column("key_contract_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="key_contract_contacts_contact_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["key_contract_id"],
            ["key_contracts.id"],
            name="key_contract_contacts_key_contract_id_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="key_contract_contacts_organization_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="key_contract_contacts_pkey"),
        sa.UniqueConstraint(
            "key_contract_id", "place", name="key_contract_contacts_key_contract_id_place_key"
        ),
    )
    op.create_index(
        "key_contract_contacts_contact_id_index",
        "key_contract_contacts",
        ["contact_id"],
        unique=False,
    )
    op.create_index(
        "key_contract_contacts_organization_id_id_index",
        "key_contract_contacts",
        ["organization_id", "id"],
        unique=False,
    )
    op.create_table(
        "locker_contracts",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key_contract_id", sa.Uuid(), nullable=False),
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("locker_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("pin", sa.String(), nullable=True),
        sa.Column("sync_at", Instant(), nullable=False),
        sa.Column("synced_at", Instant(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "ends_at is null or ends_at > starts_at", name="locker_contracts_forwards"
        ),
        sa.ForeignKeyConstraint(
            ["automat_id"], ["automats.id"], name="locker_contracts_automat_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["key_contract_id"], ["key_contracts.id"], name="locker_contracts_key_contract_id_fkey"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="locker_contracts_key_id_fkey"),
        sa.ForeignKeyConstraint(
            ["locker_id"], ["lockers.id"], name="locker_contracts_locker_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="locker_contracts_organization_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="locker_contracts_pkey"),
    )
    op.create_index(
        "locker_contracts_automat_id_ends_at_index",
        "locker_contracts",
        ["automat_id", "ends_at"],
        unique=False,
    )
    op.create_index(
        "locker_contracts_key_contract_id_index",
        "locker_contracts",
        ["key_contract_id"],
        unique=False,
    )
    op.create_index("locker_contracts_key_id_index", "locker_contracts", ["key_id"], unique=False)
    op.create_index(
        "locker_contracts_locker_id_ends_at_index",
        "locker_contracts",
        ["locker_id", "ends_at"],
        unique=False,
    )
    op.create_index(
        "locker_contracts_organization_id_id_index",
        "locker_contracts",
        ["organization_id", "id"],
        unique=False,
    )
