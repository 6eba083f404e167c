"""Limits: buckets of partners, and documents that are trusted."""

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT as JSON
from models.dialects.instants import Instant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "point_buckets",
        sa.Column("whose", sa.Uuid(), nullable=False),
        sa.Column("full_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="point_buckets_pkey"),
        sa.UniqueConstraint("whose", name="point_buckets_whose_key"),
    )
    op.create_index("point_buckets_full_at_index", "point_buckets", ["full_at"])
    create_owned(
        "trusted_documents",
        "organization_id",
        "digest",
        columns=(
            sa.Column("name", sa.String(), nullable=False),
            sa.Column("digest", sa.String(), nullable=False),
            sa.Column("text", sa.String(), nullable=False),
            sa.Column("trusted_at", Instant(), nullable=False),
        ),
    )
    create_owned(
        "document_rules",
        "organization_id",
        columns=(sa.Column("roles", JSON, nullable=False),),
    )


def create_owned(table: str, *unique: str, columns: tuple[sa.Column, ...]) -> None:
    """Make a table of rows that belong to organizations."""
    op.create_table(
        table,
        *columns,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name=f"{table}_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
        sa.UniqueConstraint(*unique, name=f"{table}_{'_'.join(unique)}_key"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])
