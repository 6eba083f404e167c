"""Placements that somebody should look at, and what automats say of where they are."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass
