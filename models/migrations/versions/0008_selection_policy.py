"""How units choose automats: the policy as settings, and every version of it."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass
