"""The whole life of a stay: settings, jobs, custody, codes, and what contracts keep of their way."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from models.base import new_id
from models.dialects import chains
from models.dialects.instants import Duration, Instant

revision = "0005"
down_revision = "0004"

LIVE = sa.text("state in ('planned', 'syncing', 'ready')")
PAST = sa.text("state in ('completed', 'failed', 'cancelled')")
NOTICES = sa.text("notice is not null")
CLAIMED = sa.text("worker is not null")
NEW_SETTINGS = {
    "one_device_group": sa.Boolean,
    "pin_length": sa.Integer,
    "default_duration": Duration,
    "fetch_duration": Duration,
    "fetch_sync_time": Duration,
    "return_duration": Duration,
    "return_sync_time": Duration,
    "overdue_delay": Duration,
    "start_reminder_time": Duration,
    "end_reminder_time": Duration,
}
OLD_SETTINGS = {
    "time_zone": sa.String,
    "language": sa.String,
    "country_code": sa.String,
    "least_precision": lambda: sa.String(32),
    "largest_distance_metres": sa.Double,
    "silence_tolerance": Duration,
    "uses_automats": sa.Boolean,
    "default_sync_time": Duration,
}


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    add_settings()
    add_columns(on_postgresql)
    create_key_rings()
    create_jobs()
    create_codes()
    create_custody()
    keep_only_what_is_live_in_indexes()
    find_what_waits()
    find_keys_on_their_way()
    tidy_up()
    for statement in (
        *chains.append_only("custody_entries", on_postgresql=on_postgresql),
        *chains.append_only("events", on_postgresql=on_postgresql),
        *chains.Chain("custody_entries", "key_id", "number").statements(
            on_postgresql=on_postgresql
        ),
    ):
        op.get_bind().exec_driver_sql(statement)


def add_settings() -> None:
    for name, kind in NEW_SETTINGS.items():
        op.add_column("organization_units", sa.Column(name, kind(), nullable=True))
    for name, kind in (OLD_SETTINGS | NEW_SETTINGS).items():
        op.add_column("device_groups", sa.Column(name, kind(), nullable=True))


def add_columns(on_postgresql: bool) -> None:
    no = sa.false()
    for table, column in (
        ("automats", sa.Column("usable_lockers", sa.Integer(), nullable=False, server_default="0")),
        ("automats", sa.Column("code_revision", sa.Integer(), nullable=False, server_default="0")),
        ("events", sa.Column("notice", sa.String(), nullable=True)),
        ("reservations", sa.Column("time_zone", sa.String(), nullable=True)),
        ("reservations", sa.Column("unfulfilled_free_from", Instant(), nullable=True)),
        ("key_contracts", sa.Column("overdue_at", Instant(), nullable=True)),
        (
            "key_contracts",
            sa.Column("free_locker_after_fetch", sa.Boolean(), nullable=False, server_default=no),
        ),
        ("key_contracts", sa.Column("pick_up_information", sa.String(), nullable=True)),
        ("key_contracts", sa.Column("remind_of_start_at", Instant(), nullable=True)),
        ("key_contracts", sa.Column("remind_of_end_at", Instant(), nullable=True)),
        (
            "locker_contracts",
            sa.Column("return_only", sa.Boolean(), nullable=False, server_default=no),
        ),
        ("locker_contracts", sa.Column("opened_at", Instant(), nullable=True)),
        ("locker_contracts", sa.Column("unused_at", Instant(), nullable=True)),
        ("locker_contracts", sa.Column("reason", sa.String(), nullable=True)),
        (
            "reservable_entities",
            sa.Column("key_rule", sa.String(32), nullable=False, server_default="one"),
        ),
    ):
        op.add_column(table, column)
    rule = "(key_rule = 'some') = (key_count is not null)"
    if on_postgresql:
        op.add_column("reservable_entities", sa.Column("key_count", sa.Integer(), nullable=True))
        op.create_check_constraint("reservable_entities_key_count", "reservable_entities", rule)
    else:  # which knows no constraint but one that comes with a column
        op.execute(
            "alter table reservable_entities add column key_count integer "
            f"constraint reservable_entities_key_count check ({rule})"
        )
    op.create_index(
        "notices_of_organizations",
        "events",
        ["organization_id", "id"],
        postgresql_where=NOTICES,
        sqlite_where=NOTICES,
    )


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


def create_key_rings() -> None:
    owned(
        "key_rings",
        sa.Column("name", sa.String(), nullable=False),
        sa.UniqueConstraint("organization_id", "name", name="key_rings_organization_id_name_key"),
    )
    owned(
        "key_ring_keys",
        sa.Column("key_ring_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        reference("key_ring_keys", "key_ring_id", "key_rings"),
        reference("key_ring_keys", "key_id", "keys"),
        sa.UniqueConstraint("key_id", name="key_ring_keys_key_id_key"),
    )
    op.create_index("key_ring_keys_key_ring_id_index", "key_ring_keys", ["key_ring_id"])


def create_jobs() -> None:
    owned(
        "jobs",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.UniqueConstraint("kind", "subject_id", name="one_job_for_each_subject"),
    )
    op.create_index("jobs_due_at_index", "jobs", ["due_at"])
    op.create_index(
        "claimed_jobs", "jobs", ["due_at"], postgresql_where=CLAIMED, sqlite_where=CLAIMED
    )


def create_codes() -> None:
    owned(
        "automat_codes",
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("locker_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("use", sa.String(32), nullable=False),
        sa.Column("locker_contract_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(locker_contract_id is null) <> (key_id is null)", name="automat_codes_reason_is_one"
        ),
        reference("automat_codes", "automat_id", "automats"),
        reference("automat_codes", "locker_id", "lockers"),
        reference("automat_codes", "locker_contract_id", "locker_contracts"),
        reference("automat_codes", "key_id", "keys"),
        sa.UniqueConstraint("automat_id", "code", name="automat_codes_automat_id_code_key"),
        sa.UniqueConstraint("locker_contract_id", name="automat_codes_locker_contract_id_key"),
        sa.UniqueConstraint("key_id", name="automat_codes_key_id_key"),
    )


def create_custody() -> None:
    owned(
        "custody_entries",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("reported_at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("automat_id", sa.Uuid(), nullable=True),
        sa.Column("locker_id", sa.Uuid(), nullable=True),
        sa.Column("manual_storage_id", sa.Uuid(), nullable=True),
        sa.Column("left_locker_id", sa.Uuid(), nullable=True),
        sa.Column("key_contract_id", sa.Uuid(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("contradiction", sa.String(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "manual_storage_id is null or automat_id is null", name="custody_entries_place_is_one"
        ),
        sa.CheckConstraint(
            "locker_id is null or automat_id is not null", name="custody_entries_locker_in_automat"
        ),
        reference("custody_entries", "key_id", "keys"),
        reference("custody_entries", "automat_id", "automats"),
        reference("custody_entries", "locker_id", "lockers"),
        reference("custody_entries", "left_locker_id", "lockers"),
        reference("custody_entries", "manual_storage_id", "manual_storages"),
        reference("custody_entries", "key_contract_id", "key_contracts"),
        sa.UniqueConstraint("key_id", "number", name="custody_entries_key_id_number_key"),
    )
    op.create_index(
        "custody_entries_key_contract_id_index", "custody_entries", ["key_contract_id"]
    )
    op.create_index(
        "custody_entries_key_id_happened_at_index", "custody_entries", ["key_id", "happened_at"]
    )
    for name, column in (("came_to", "locker_id"), ("left", "left_locker_id")):
        there = sa.text(f"{column} is not null")
        op.create_index(
            f"custody_entries_that_{name}_lockers",
            "custody_entries",
            [column, "reported_at"],
            postgresql_where=there,
            sqlite_where=there,
        )


def keep_only_what_is_live_in_indexes() -> None:
    for old in ("automat_id_ends_at", "locker_id_ends_at", "key_id"):
        op.drop_index(f"locker_contracts_{old}_index", "locker_contracts")
    op.create_index(
        "past_locker_contracts_of_automats",
        "locker_contracts",
        ["automat_id", "ends_at"],
        postgresql_where=PAST,
        sqlite_where=PAST,
    )
    op.drop_index("key_allocations_key_id_index", "key_allocations")
    op.create_index(
        "key_allocations_key_id_starts_at_index", "key_allocations", ["key_id", "starts_at"]
    )
    for what, columns in (
        ("lockers", ["locker_id", "ends_at"]),
        ("automats", ["automat_id", "ends_at"]),
        ("keys", ["key_id", "starts_at"]),
    ):
        op.create_index(
            f"live_locker_contracts_of_{what}",
            "locker_contracts",
            columns,
            postgresql_where=LIVE,
            sqlite_where=LIVE,
        )


def find_what_waits() -> None:
    for name, table, waiting in (
        ("waiting_reservations", "reservations", sa.text("status = 'unfulfilled'")),
        ("locker_contracts_without_locker", "locker_contracts", sa.text("state = 'failed'")),
    ):
        columns = ["organization_id", "starts_at"]
        op.create_index(name, table, columns, postgresql_where=waiting, sqlite_where=waiting)


def find_keys_on_their_way() -> None:
    for name, column, where in (
        ("keys_that_are_out", "id", "automat_id is null and manual_storage_id is null"),
        ("keys_that_have_to_be_brought", "target_automat_id", "target_automat_id is not null"),
    ):
        columns, there = ["organization_id", column], sa.text(where)
        op.create_index(name, "keys", columns, postgresql_where=there, sqlite_where=there)


def tidy_up() -> None:
    """Give what is there already its jobs and the beginning of its chains."""
    op.execute(
        "delete from key_contract_contacts where key_contract_id in "
        "(select id from key_contracts where reservation_id is not null)"
    )
    op.execute("update key_contracts set overdue_at = ends_at")
    op.execute(
        "update automats set usable_lockers = (select coalesce(sum(1 << lockers.\"index\"), 0) "
        "from lockers where lockers.automat_id = automats.id and lockers.state <> 'out_of_order')"
    )
    bind = op.get_bind()
    now = datetime.now(UTC)
    rows = sa.table(
        "key_contracts",
        sa.column("id", sa.Uuid()),
        sa.column("organization_id", sa.Uuid()),
        sa.column("status", sa.String()),
    )
    jobs = sa.table(
        "jobs",
        sa.column("id", sa.Uuid()),
        sa.column("organization_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("subject_id", sa.Uuid()),
        sa.column("due_at", Instant()),
        sa.column("attempt", sa.Integer()),
        sa.column("failures", sa.Integer()),
    )
    upcoming = bind.execute(sa.select(rows).where(rows.c.status == "upcoming")).all()
    if upcoming:
        bind.execute(
            jobs.insert(),
            [
                {
                    "id": new_id(),
                    "organization_id": row.organization_id,
                    "kind": "key_contract",
                    "subject_id": row.id,
                    "due_at": now,
                    "attempt": 0,
                    "failures": 0,
                }
                for row in upcoming
            ],
        )
    begin_chains(bind, now)


def begin_chains(bind: sa.Connection, now: datetime) -> None:
    places = ("automat_id", "locker_id", "manual_storage_id")
    keys = sa.table("keys", *(sa.column(c, sa.Uuid()) for c in ("id", "organization_id", *places)))
    entries = sa.table(
        "custody_entries",
        *(sa.column(c, sa.Uuid()) for c in ("id", "organization_id", "key_id", *places)),
        sa.column("number", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("source", sa.String()),
        sa.column("happened_at", Instant()),
        sa.column("reported_at", Instant()),
        sa.column("recorded_at", Instant()),
    )
    registered = bind.execute(sa.select(keys)).all()
    if registered:
        bind.execute(
            entries.insert(),
            [
                {
                    "id": new_id(),
                    "organization_id": key.organization_id,
                    "key_id": key.id,
                    **{place: getattr(key, place) for place in places},
                    "number": 1,
                    "kind": "registered",
                    "source": "system",
                    "happened_at": now,
                    "reported_at": now,
                    "recorded_at": now,
                }
                for key in registered
            ],
        )
