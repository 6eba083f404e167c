"""Staff: people, their passwords, second factors, sessions and invitations."""

import sqlalchemy as sa
from alembic import op

from models.dialects.instants import Instant

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    create_people()
    create_units()
    create_invitations()
    create_sessions()
    create_recovery_codes()


def create_people() -> None:
    table = "people"
    op.create_table(
        table,
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("access_ends_at", Instant(), nullable=True),
        sa.Column("blocked_at", Instant(), nullable=True),
        sa.Column("joined_at", Instant(), nullable=True),
        sa.Column("signed_in_at", Instant(), nullable=True),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        *owned(table),
        sa.UniqueConstraint("email", name=f"{table}_email_key"),
        sa.CheckConstraint(
            "(email is null) = (removed_at is not null)", name="people_have_an_email"
        ),
    )
    index(table, "organization_id", "id")


def create_units() -> None:
    table = "person_units"
    op.create_table(
        table,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        *owned(table),
        reference(table, "person_id", "people"),
        reference(table, "unit_id", "organization_units"),
        sa.UniqueConstraint("person_id", "unit_id", name=f"{table}_person_id_unit_id_key"),
    )
    index(table, "organization_id", "id")
    index(table, "unit_id")


def create_invitations() -> None:
    table = "person_invitations"
    op.create_table(
        table,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("totp_secret", sa.String(), nullable=True),
        *owned(table),
        reference(table, "person_id", "people"),
        sa.UniqueConstraint("person_id", name=f"{table}_person_id_key"),
        sa.UniqueConstraint("digest", name=f"{table}_digest_key"),
    )
    index(table, "organization_id", "id")


def create_sessions() -> None:
    table = "person_sessions"
    op.create_table(
        table,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("proved_by", sa.String(32), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        *owned(table),
        reference(table, "person_id", "people"),
        sa.UniqueConstraint("digest", name=f"{table}_digest_key"),
    )
    index(table, "organization_id", "id")
    index(table, "person_id")


def create_recovery_codes() -> None:
    table = "recovery_codes"
    op.create_table(
        table,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        *owned(table),
        reference(table, "person_id", "people"),
        sa.UniqueConstraint("person_id", "digest", name=f"{table}_person_id_digest_key"),
    )
    index(table, "organization_id", "id")


def owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        reference(table, "organization_id", "organization_units"),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    ]


def index(table: str, *columns: str) -> None:
    op.create_index(f"{table}_{'_'.join(columns)}_index", table, list(columns))


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"{table}_{column}_fkey")
