"""Who made a credential, and when staff proved who they are; of those of before nothing tells."""

import sqlalchemy as sa
from alembic import op

from models.dialects.instants import Instant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    for table in ("tokens", "service_accounts", "service_account_keys", "automat_links"):
        op.add_column(table, sa.Column("maker_kind", sa.String(32), nullable=True))
        op.add_column(table, sa.Column("maker_id", sa.Uuid(), nullable=True))
    op.add_column("person_sessions", sa.Column("proved_at", Instant(), nullable=True))
    op.add_column("automats", sa.Column("installation_pin_maker_id", sa.Uuid(), nullable=True))
