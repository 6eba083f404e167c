"""Where access reaches: units of tokens, and until when."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass
