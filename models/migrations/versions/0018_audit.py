"""The trail: who, by which way, before and after, and the chain that seals it."""

import sqlalchemy as sa
from alembic import op

from models.dialects import commit_order, sealed
from models.dialects.instants import Duration, Instant
from models.events import OPTIONAL

revision = "0018"
down_revision = "0017"

NOT_NULL = "{} is not null"


def upgrade() -> None:
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    create_seals()
    if on_postgresql:
        for statement in commit_order.functions():
            connection.exec_driver_sql(statement)
    for statement in sealed.before(on_postgresql=on_postgresql):
        connection.exec_driver_sql(statement)
    add_columns(on_postgresql)
    for statement in sealed.statements(on_postgresql=on_postgresql):
        connection.exec_driver_sql(statement)
    create_indexes()
    for table in ("organization_units", "device_groups"):
        op.add_column(table, sa.Column("event_retention", Duration(), nullable=True))


def create_seals() -> None:
    table = "event_seals"
    op.create_table(
        table,
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_transaction", sa.BigInteger(), nullable=False),
        sa.Column("last_event_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed_at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name=f"{table}_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
        sa.UniqueConstraint("organization_id", "number", name="each_seal_once"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])
    op.create_index(f"{table}_in_commit_order", table, ["organization_id", "last_transaction"])


def add_columns(on_postgresql: bool) -> None:
    """Add what events say; those of before came with a token, or by themselves."""
    for name, kind in (
        ("person_id", sa.Uuid()),
        ("service_account_id", sa.Uuid()),
        ("request_id", sa.String()),
        ("changes", OPTIONAL),
        ("personal", OPTIONAL),
        ("personal_digest", sa.String()),
    ):
        op.add_column("events", sa.Column(name, kind, nullable=True))
    for name, kind, default in (
        ("way_in", sa.String(32), "system"),
        ("transaction_number", sa.BigInteger(), "0"),
    ):
        op.add_column("events", sa.Column(name, kind, nullable=False, server_default=default))
    op.execute("update events set way_in = 'bearer' where token_id is not null")
    if on_postgresql:
        op.alter_column("events", "way_in", server_default=None)
        op.alter_column(
            "events", "transaction_number", server_default=sa.text("transaction_number()")
        )


def create_indexes() -> None:
    op.create_index(
        "events_in_commit_order", "events", ["organization_id", "transaction_number", "id"]
    )
    op.create_index("events_of_kinds", "events", ["organization_id", "kind", "id"])
    for column in ("token", "person", "service_account", "request"):
        there = sa.text(f"{column}_id is not null")
        op.create_index(
            f"events_of_{column}s",
            "events",
            [f"{column}_id", "id"],
            postgresql_where=there,
            sqlite_where=there,
        )
