"""Partners: tokens that rotate, service accounts, OAuth clients, and what was signed already."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.base import JSON_DOCUMENT as JSON
from models.dialects.instants import Instant

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for column in (
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("scopes", JSON, nullable=True),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
    ):
        op.add_column("tokens", column)
    create_owned(
        "service_accounts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name="service_accounts_token_id_fkey"),
        sa.UniqueConstraint("token_id", name="service_accounts_token_id_key"),
    )
    create_owned(
        "service_account_keys",
        of_account("service_account_keys"),
        sa.Column("service_account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("thumbprint", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.UniqueConstraint(
            "service_account_id",
            "thumbprint",
            name="service_account_keys_service_account_id_thumbprint_key",
        ),
    )
    create_owned(
        "access_tokens",
        of_account("access_tokens"),
        sa.Column("service_account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.UniqueConstraint("digest", name="access_tokens_digest_key"),
    )
    for name in ("service_account_id", "expires_at"):
        op.create_index(f"access_tokens_{name}_index", "access_tokens", [name])
    create_owned(
        "used_proofs",
        of_account("used_proofs"),
        sa.Column("service_account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("lapses_at", Instant(), nullable=False),
        sa.UniqueConstraint(
            "service_account_id", "digest", name="used_proofs_service_account_id_digest_key"
        ),
    )
    op.create_index("used_proofs_lapses_at_index", "used_proofs", ["lapses_at"])


def of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["service_account_id"],
        ["service_accounts.id"],
        name=f"{table}_service_account_id_fkey",
    )


def create_owned(table: str, *parts: Any) -> None:
    op.create_table(
        table,
        *parts,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization_units.id"], name=f"{table}_organization_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])
