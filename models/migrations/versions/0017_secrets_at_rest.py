"""Secrets at rest: PINs and other codes, encrypted, with marks by which they are found."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from models.base import new_id
from models.dialects.instants import Instant
from models.dialects.overlaps import NoOverlap
from models.marks import Mark, Marked
from models.sealed import Sealed, SealedText
from models.sealer import sealer_of

revision = "0017"
down_revision = "0016"

LIVE = "{state} in ('planned', 'syncing', 'ready')"
PINS = NoOverlap(
    name="one_contract_per_pin_at_a_time",
    table="locker_contracts",
    same=("automat_id", "pin_mark"),
    when=LIVE,
    starts="sync_at",
)
CHUNK = 1_000


def upgrade() -> None:
    create_encryption_keys()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.drop_constraint(PINS.name, PINS.table)
    else:
        op.execute("pragma secure_delete = on")  # what was plain is not to stay in free pages
        for occasion in ("insert", "update"):
            op.execute(f"drop trigger {PINS.name}_on_{occasion}")
    replace("locker_contracts", "pin", "automat_id")
    replace("keys", "return_code", "organization_id")
    replace_unique("automat_codes", "automat_id")
    replace_unique("backup_codes", "organization_id")
    for statement in PINS.postgresql() if on_postgresql else PINS.sqlite():
        op.get_bind().exec_driver_sql(statement)


def create_encryption_keys() -> None:
    table = op.create_table(
        "encryption_keys",
        sa.Column("use", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("used_since", Instant(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.UniqueConstraint("name", name="encryption_keys_name_key"),
        sa.PrimaryKeyConstraint("id", name="encryption_keys_pkey"),
    )
    sealer = sealer_of(op.get_bind().dialect)
    uses = [("sealing", sealer.names[0]), ("marking", sealer.marks_with)]
    row = {"used_since": datetime.now(UTC), "retired_at": None}
    op.bulk_insert(table, [{"id": new_id(), "use": use, "name": name, **row} for use, name in uses])


def replace(table: str, column: str, among: str) -> None:
    """Put a sealed column and one of marks in the place of a plain one."""
    sealed, mark = f"sealed_{column}", f"{column}_mark"
    op.add_column(table, sa.Column(sealed, SealedText(f"{table}.{sealed}"), nullable=True))
    op.add_column(table, sa.Column(mark, Mark(), nullable=True))
    write(table, read(table, column, among), sealed, mark)
    op.drop_column(table, column)


def replace_unique(table: str, among: str) -> None:
    """Do the same for codes that are unique; SQLite keeps their constraint, of the mark now."""
    rows, constraint = read(table, "code", among), f"{table}_{among}_code_key"
    text = SealedText(f"{table}.sealed_code")
    op.add_column(table, sa.Column("sealed_code", text, nullable=False, server_default=""))
    if op.get_bind().dialect.name != "postgresql":
        op.execute(f"alter table {table} rename column code to code_mark")
        write(table, rows, "sealed_code", "code_mark")
        return
    op.add_column(table, sa.Column("code_mark", Mark(), nullable=True))
    write(table, rows, "sealed_code", "code_mark")
    op.alter_column(table, "sealed_code", server_default=None)
    op.alter_column(table, "code_mark", nullable=False)
    op.drop_constraint(constraint, table)
    op.drop_column(table, "code")
    op.create_unique_constraint(constraint, table, [among, "code_mark"])


def read(table: str, column: str, among: str) -> list:
    """Read the plain secrets of a table."""
    rows = sa.table(table, sa.column("id", sa.Uuid()), sa.column(among, sa.Uuid()), sa.column(column))
    plain = sa.select(rows.c.id, rows.c[among], rows.c[column]).where(rows.c[column].is_not(None))
    return list(op.get_bind().execute(plain))


def write(table: str, plain: list, sealed: str, mark: str) -> None:
    """Write them sealed and marked."""
    rows = sa.table(
        table,
        sa.column("id", sa.Uuid()),
        sa.column(sealed, SealedText(f"{table}.{sealed}")),
        sa.column(mark, Mark()),
    )
    anew = sa.update(rows).where(rows.c.id == sa.bindparam("row"))
    for start in range(0, len(plain), CHUNK):
        values = [
            {"row": id, sealed: Sealed(text, of=id), mark: Marked(text, of=among)}
            for id, among, text in plain[start : start + CHUNK]
        ]
        op.get_bind().execute(anew.values({sealed: sa.bindparam(sealed), mark: sa.bindparam(mark)}), values)
