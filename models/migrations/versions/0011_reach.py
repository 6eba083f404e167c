"""Where access reaches: units of tokens, and until when."""

import sqlalchemy as sa
from alembic import op

from models.dialects.instants import Instant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_token_units()
    op.add_column("key_contracts", sa.Column("unit_id", sa.Uuid(), nullable=True))
    for name in ("address_text", "street", "postal_code", "city", "address_country_code"):
        op.add_column("organization_units", sa.Column(name, sa.String(), nullable=True))
    op.add_column("organization_units", sa.Column("removed_at", Instant(), nullable=True))


def create_token_units() -> None:
    table = "token_units"
    op.create_table(
        table,
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name=f"{table}_token_id_fkey"),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organization_units.id"], name=f"{table}_unit_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name=f"{table}_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
        sa.UniqueConstraint("token_id", "unit_id", name=f"{table}_token_id_unit_id_key"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])
    op.create_index(f"{table}_unit_id_index", table, ["unit_id"])
