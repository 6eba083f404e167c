"""The address index of the embedded geocoder."""

import sqlalchemy as sa
from alembic import op

from models.dialects.instants import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _id(name: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=primary_key, autoincrement=False, nullable=False)


def _places(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float(53), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "address_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String, nullable=False),
        sa.Column("country_code", sa.String(2), nullable=False),
        sa.Column("licence", sa.String, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("streets", sa.Integer, nullable=False),
        sa.Column("houses", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="address_imports_pkey"),
        sa.UniqueConstraint("fingerprint", name="address_imports_fingerprint_key"),
    )
    op.create_table(
        "address_towns",
        _id("id"),
        sa.Column("country_code", sa.String(2), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        *_places("latitude", "longitude"),
        sa.Column("houses", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="address_towns_pkey"),
    )
    op.create_index("address_towns_country_code_index", "address_towns", ["country_code"])
    op.create_table(
        "address_town_names",
        _id("town_id"),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("country_code", sa.String(2), nullable=False),
        sa.PrimaryKeyConstraint("town_id", "key", name="address_town_names_pkey"),
    )
    op.create_index("address_town_names_country_code_index", "address_town_names", ["country_code"])
    op.create_table(
        "address_postcodes",
        sa.Column("country_code", sa.String(2), nullable=False),
        sa.Column("key", sa.String, nullable=False),
        _id("town_id"),
        sa.Column("postcode", sa.String, nullable=False),
        *_places("latitude", "longitude"),
        sa.Column("houses", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("country_code", "key", "town_id", name="address_postcodes_pkey"),
    )
    op.create_index("address_postcodes_town_id_index", "address_postcodes", ["town_id"])
    op.create_table(
        "address_streets",
        _id("id"),
        _id("town_id"),
        sa.Column("name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="address_streets_pkey"),
    )
    op.create_table(
        "address_names",
        _id("id"),
        sa.Column("country_code", sa.String(2), nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="address_names_pkey"),
    )
    op.create_index("address_names_country_code_index", "address_names", ["country_code"])
    op.create_table(
        "address_name_deletions",
        _id("deletion"),
        _id("name_id"),
        sa.PrimaryKeyConstraint("deletion", "name_id", name="address_name_deletions_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "address_street_names",
        _id("place_id"),
        _id("street_id"),
        _id("name_id"),
        _id("town_id"),
        sa.Column("name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("place_id", "street_id", name="address_street_names_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("address_street_names_name_id_index", "address_street_names", ["name_id"])
    op.create_index("address_street_names_town_id_index", "address_street_names", ["town_id"])
    op.create_table(
        "address_houses",
        _id("street_id"),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("letter", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("ordinal", sa.Integer, autoincrement=False, nullable=False),
        *_places("latitude", "longitude", "south", "west", "north", "east"),
        sa.Column("postcode", sa.String, nullable=False),
        sa.Column("postcode_keys", sa.String, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "street_id", "number", "last_number", "letter", "unit", "ordinal",
            name="address_houses_pkey",
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "address_houses",
        "address_street_names",
        "address_name_deletions",
        "address_names",
        "address_streets",
        "address_postcodes",
        "address_town_names",
        "address_towns",
        "address_imports",
    ):
        op.drop_table(table)
