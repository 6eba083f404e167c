"""When and how people get to an automat; unknown for those that there are."""

import sqlalchemy as sa
from alembic import op

from models.events import OPTIONAL

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("automats", sa.Column("opening_hours", OPTIONAL, nullable=True))
    op.add_column("automats", sa.Column("access_instructions", sa.String(), nullable=True))
