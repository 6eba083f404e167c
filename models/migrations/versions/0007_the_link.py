"""The link to the automats: credentials, reports, commands, alarms, backup codes and sandboxes."""

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT as JSON
from models.dialects.instants import Duration, Instant

revision = "0007"
down_revision = "0006"

ONE_REASON = (
    "case when locker_contract_id is null then 0 else 1 end"
    " + case when key_id is null then 0 else 1 end"
    " + case when backup_code_id is null then 0 else 1 end = 1"
)


def upgrade() -> None:
    op.add_column("organization_units", sa.Column("clock_ahead", Duration(), nullable=True))
    for column in (
        sa.Column("hardware_id", sa.String(), nullable=True),
        sa.Column("installation_pin", sa.String(), nullable=True),
        sa.Column("installation_pin_until", Instant(), nullable=True),
    ):
        op.add_column("automats", column)
    op.execute("update keys set rfid_tag = lower(rfid_tag)")  # readers write them either way
    create_link_authorities()
    create_automat_links()
    create_automat_reports()
    create_automat_commands()
    create_automat_alarms()
    create_backup_codes()
    create_sandbox_advances()
    change_automat_codes()


def change_automat_codes() -> None:
    """Let codes be there because of a backup code, and say with which revision they came."""
    with op.batch_alter_table("automat_codes") as codes:
        codes.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        codes.add_column(sa.Column("wanted_at", Instant(), nullable=True))
        codes.add_column(sa.Column("backup_code_id", sa.Uuid(), nullable=True))
        codes.create_foreign_key(
            "automat_codes_backup_code_id_fkey", "backup_codes", ["backup_code_id"], ["id"]
        )
        codes.create_unique_constraint("automat_codes_backup_code_id_key", ["backup_code_id"])
        codes.drop_constraint("automat_codes_reason_is_one", type_="check")
        codes.create_check_constraint("automat_codes_reason_is_one", ONE_REASON)


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


def partial(
    name: str, table: str, columns: tuple[str, ...], where: str, *, unique: bool = False
) -> None:
    """Make an index of the rows that fulfil a condition."""
    only = sa.text(where)
    op.create_index(
        name, table, list(columns), unique=unique, postgresql_where=only, sqlite_where=only
    )


def create_link_authorities() -> None:
    op.create_table(
        "link_authorities",
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("private_key", sa.String(), nullable=False),
        sa.Column("revocations", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="link_authorities_pkey"),
        sa.CheckConstraint("place = 1", name="link_authorities_there_is_one"),
        sa.UniqueConstraint("place", name="link_authorities_place_key"),
    )


def create_automat_links() -> None:
    owned(
        "automat_links",
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("activated_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("codes_key", sa.String(), nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("heard_up_to", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("oldest_number", sa.Integer(), nullable=False),
        sa.Column("replay_asked_at", Instant(), nullable=True),
        sa.Column("applied_revision", sa.Integer(), nullable=True),
        sa.Column("applied_number", sa.Integer(), nullable=False),
        sa.Column("clock_ahead", Duration(), nullable=True),
        sa.Column("firmware", sa.String(), nullable=True),
        sa.Column("health", JSON, nullable=True),
        reference("automat_links", "automat_id", "automats"),
        sa.UniqueConstraint("serial", name="automat_links_serial_key"),
    )
    op.create_index("automat_links_automat_id_index", "automat_links", ["automat_id"])
    partial(
        "one_waiting_link_for_each_automat",
        "automat_links",
        ("automat_id",),
        "revoked_at is null and activated_at is null",
        unique=True,
    )
    partial(
        "one_working_link_for_each_automat",
        "automat_links",
        ("automat_id",),
        "revoked_at is null and activated_at is not null",
        unique=True,
    )


def create_automat_reports() -> None:
    owned(
        "automat_reports",
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("moment", Instant(), nullable=True),
        sa.Column("locker_index", sa.Integer(), nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        reference("automat_reports", "automat_id", "automats"),
        reference("automat_reports", "link_id", "automat_links"),
        sa.UniqueConstraint("link_id", "number", name="one_report_for_each_number"),
        sa.UniqueConstraint("link_id", "report_id", name="each_report_once"),
    )
    op.create_index("reports_of_automats", "automat_reports", ["automat_id", "id"])
    partial(
        "reports_to_apply",
        "automat_reports",
        (
            "link_id",
            "number",
        ),
        "applied_at is null",
    )


def create_automat_commands() -> None:
    owned(
        "automat_commands",
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("locker_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("refusal", sa.String(32), nullable=True),
        reference("automat_commands", "automat_id", "automats"),
        reference("automat_commands", "link_id", "automat_links"),
        reference("automat_commands", "locker_id", "lockers"),
        reference("automat_commands", "key_id", "keys"),
    )
    op.create_index("commands_of_automats", "automat_commands", ["automat_id", "id"])
    partial(
        "commands_under_way",
        "automat_commands",
        (
            "automat_id",
            "id",
        ),
        "state in ('waiting', 'sent')",
    )
    partial(
        "one_command_of_people_at_a_time",
        "automat_commands",
        ("automat_id",),
        "state in ('waiting', 'sent') and kind <> 'replay'",
        unique=True,
    )


def create_automat_alarms() -> None:
    owned(
        "automat_alarms",
        sa.Column("automat_id", sa.Uuid(), nullable=False),
        sa.Column("locker_index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("details", sa.String(), nullable=True),
        reference("automat_alarms", "automat_id", "automats"),
    )
    op.create_index("alarms_of_automats", "automat_alarms", ["automat_id", "id"])
    partial(
        "each_alarm_is_on_once",
        "automat_alarms",
        (
            "automat_id",
            "kind",
            "locker_index",
        ),
        "ended_at is null",
        unique=True,
    )


def create_backup_codes() -> None:
    owned(
        "backup_codes",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        reference("backup_codes", "key_id", "keys"),
        sa.UniqueConstraint(
            "organization_id", "code", name="backup_codes_organization_id_code_key"
        ),
    )
    op.create_index("backup_codes_key_id_index", "backup_codes", ["key_id"])


def create_sandbox_advances() -> None:
    owned(
        "sandbox_advances",
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("from_at", Instant(), nullable=False),
        sa.Column("to_at", Instant(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
    )
    partial(
        "one_advance_at_a_time",
        "sandbox_advances",
        ("organization_id",),
        "ended_at is null",
        unique=True,
    )
