"""What a choice saw, so that it can be made again and gives the same answer."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass
