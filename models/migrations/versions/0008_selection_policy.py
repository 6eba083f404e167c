"""How units choose automats: the policy as settings, and every version of it."""

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT as JSON
from models.dialects.instants import Instant

revision = "0008"
down_revision = "0007"

NEW_SETTINGS = {
    "selection_mode": lambda: sa.String(32),
    "spreading_metres": sa.Double,
    "offline_automats": sa.Boolean,
    "excluded_models": lambda: JSON,
    "excluded_automats": lambda: JSON,
    "served_area": sa.String,
    "excluded_area": sa.String,
    "preferred_area": sa.String,
    "return_elsewhere": sa.Boolean,
    "return_elsewhere_metres": sa.Double,
    "failover_extra_metres": sa.Double,
    "walking_distance": sa.Boolean,
}


def upgrade() -> None:
    for table in ("organization_units", "device_groups"):
        for name, kind in NEW_SETTINGS.items():
            op.add_column(table, sa.Column(name, kind(), nullable=True))
        op.add_column(
            table, sa.Column("settings_version", sa.Integer(), nullable=False, server_default="0")
        )
    create_settings_versions()


def create_settings_versions() -> None:
    table = "settings_versions"
    op.create_table(
        table,
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("device_group_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("said", JSON, nullable=False),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        reference(table, "unit_id", "organization_units"),
        reference(table, "device_group_id", "device_groups"),
        reference(table, "organization_id", "organization_units"),
        sa.CheckConstraint(
            "(unit_id is null) <> (device_group_id is null)", name="settings_versions_are_of_one"
        ),
        sa.UniqueConstraint("unit_id", "version", name="settings_versions_unit_id_version_key"),
        sa.UniqueConstraint(
            "device_group_id", "version", name="settings_versions_device_group_id_version_key"
        ),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"{table}_{column}_fkey")
