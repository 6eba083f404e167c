"""When and how people get to an automat, and why something stays at one that has failed."""

import sqlalchemy as sa
from alembic import op

from models.events import OPTIONAL

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("automats", sa.Column("opening_hours", OPTIONAL, nullable=True))
    op.add_column("automats", sa.Column("access_instructions", sa.String(), nullable=True))
    op.add_column("locker_contracts", sa.Column("stays_at_id", sa.Uuid(), nullable=True))
    op.add_column("locker_contracts", sa.Column("stays_because", sa.String(), nullable=True))
    there = sa.text("stays_at_id is not null")
    op.create_index(
        "locker_contracts_that_stay",
        "locker_contracts",
        ["stays_at_id"],
        postgresql_where=there,
        sqlite_where=there,
    )
