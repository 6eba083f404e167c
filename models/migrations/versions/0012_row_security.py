"""Row-level security, the second wall, on PostgreSQL: what the nearest search reads behind it."""

from alembic import op

from models.dialects.nearest_index import VIEW

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Only this view: roles, grants and policies come at the end of every migration."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(VIEW)
