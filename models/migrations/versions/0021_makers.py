"""Who made a credential; of those of before nothing tells."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"


def upgrade() -> None:
    for table in ("tokens", "service_accounts", "service_account_keys", "automat_links"):
        op.add_column(table, sa.Column("maker_kind", sa.String(32), nullable=True))
        op.add_column(table, sa.Column("maker_id", sa.Uuid(), nullable=True))
    op.add_column("automats", sa.Column("installation_pin_maker_id", sa.Uuid(), nullable=True))
