"""The nearest automats on PostgreSQL by their spots on a map, which have a better index."""

from alembic import op

from models.dialects.nearest_index import POSTGRESQL

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            op.get_bind().exec_driver_sql(statement)
