"""What takes keys out of lockers, by locker: an index that is much smaller than that of all."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

LIVE_FETCHES = sa.text("state in ('planned', 'syncing', 'ready') and kind = 'fetch'")


def upgrade() -> None:
    op.create_index(
        "live_fetches_of_lockers",
        "locker_contracts",
        ["locker_id", "ends_at"],
        postgresql_where=LIVE_FETCHES,
        sqlite_where=LIVE_FETCHES,
    )
