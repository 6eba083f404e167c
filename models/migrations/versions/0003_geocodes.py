"""What geocoding services answered, and whose turn it is to ask a public one."""

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT
from models.dialects.instants import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "geocodes",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("country_code", sa.String(2), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("answer", JSON_DOCUMENT, nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("kept_until", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="geocodes_pkey"),
        sa.UniqueConstraint("key", name="one_geocode_for_each_question"),
    )
    op.create_index("geocodes_kept_until_index", "geocodes", ["kept_until"])
    op.create_table(
        "geocoder_turns",
        sa.Column("service", sa.String(255), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="geocoder_turns_pkey"),
        sa.UniqueConstraint("service", name="one_turn_for_each_service"),
    )
