"""Where access reaches: units of tokens, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_token_units()
    add_unit_of_contracts()


def add_unit_of_contracts() -> None:
    name, refers = "key_contracts_unit_id_fkey", "organization_units"
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("key_contracts", sa.Column("unit_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(name, "key_contracts", refers, ["unit_id"], ["id"])
    else:  # which knows no constraint but one that comes with a column
        op.execute(
            "alter table key_contracts add column unit_id char(32) "
            f"constraint {name} references {refers} (id)"
        )


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
