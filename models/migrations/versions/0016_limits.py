"""Limits: buckets of partners, and documents that are trusted."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    pass
