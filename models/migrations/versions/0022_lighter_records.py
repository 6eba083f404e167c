"""What decisions keep is packed by LZ4 where PostgreSQL has it: as small, for a fifth of the work."""

from alembic import op

revision = "0022"
down_revision = "0021"

DOCUMENTS = ("candidates", "notes", "counterfactuals", "shadow", "inputs")
IS_THERE = """
    select exists(
      select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)
    )
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    if not connection.exec_driver_sql(IS_THERE).scalar():
        return
    for column in DOCUMENTS:
        op.execute(f"alter table automat_selections alter column {column} set compression lz4")
