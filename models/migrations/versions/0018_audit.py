"""The trail: who, by which way, before and after, and the chain that seals it."""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    pass
