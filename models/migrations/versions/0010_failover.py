"""Moving what is to come away from an automat that fails."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass
