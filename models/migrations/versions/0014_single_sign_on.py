"""Staff: passkeys, and who they are at a provider of OpenID Connect."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.dialects.instants import Instant

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    create_of_person(
        "staff_identities",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.UniqueConstraint("issuer", "subject", name="staff_identities_issuer_subject_key"),
        sa.UniqueConstraint("person_id", "issuer", name="staff_identities_person_id_issuer_key"),
    )
    create_of_person(
        "passkeys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.UniqueConstraint("credential_id", name="passkeys_credential_id_key"),
    )
    op.create_index("passkeys_person_id_index", "passkeys", ["person_id"])
    op.create_table(
        "spent_challenges",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("lapses_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="spent_challenges_pkey"),
        sa.UniqueConstraint("digest", name="spent_challenges_digest_key"),
    )
    op.create_index("spent_challenges_lapses_at_index", "spent_challenges", ["lapses_at"])


def create_of_person(table: str, *parts: Any) -> None:
    op.create_table(
        table,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *parts,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        reference(table, "person_id", "people"),
        reference(table, "organization_id", "organization_units"),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_organization_id_id_index", table, ["organization_id", "id"])


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"{table}_{column}_fkey")
