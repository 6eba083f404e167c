"""Placements that somebody should look at, and what automats say of where they are."""

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT as JSON
from models.dialects.instants import Instant
from models.dialects.position import Position

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("reservable_entities", "automats"):
        op.add_column(table, sa.Column("placement_reason", sa.String(), nullable=True))
        op.add_column(table, sa.Column("placement_accepted_at", Instant(), nullable=True))
        op.add_column(table, sa.Column("placement_accepted_reason", sa.String(), nullable=True))
    op.add_column("automats", sa.Column("reported_position", Position(), nullable=True))
    create_placement_runs()


def create_placement_runs() -> None:
    table = "placement_runs"
    op.create_table(
        table,
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("moves", JSON, nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organization_units.id"], name=f"{table}_unit_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name=f"{table}_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])
