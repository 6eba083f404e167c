"""Jobs that have failed are found by when they are tried again, among all that are due one day."""

from alembic import op
from sqlalchemy import text

revision = "0023"
down_revision = "0022"

FAILED = text("failures > 0")


def upgrade() -> None:
    op.create_index(
        "failed_jobs", "jobs", ["due_at"], postgresql_where=FAILED, sqlite_where=FAILED
    )
