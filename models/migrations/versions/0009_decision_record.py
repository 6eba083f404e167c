"""What a choice saw, so that it can be made again and gives the same answer."""

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT as JSON

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for column in (
        sa.Column("policy_version", sa.String(), nullable=True),
        sa.Column("counterfactuals", JSON, nullable=False, server_default="[]"),
        sa.Column("shadow", JSON, nullable=True),
        sa.Column("inputs", sa.String(), nullable=True),
    ):
        op.add_column("automat_selections", column)
    op.create_table(
        "selection_areas",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization_units.id"],
            name="selection_areas_organization_id_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name="selection_areas_pkey"),
        sa.UniqueConstraint("organization_id", "digest", name="each_area_once"),
    )
    op.create_index(
        "selection_areas_organization_id_id_index", "selection_areas", ["organization_id", "id"]
    )
