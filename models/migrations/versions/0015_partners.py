"""Partners: tokens that rotate, service accounts, OAuth clients, and what was signed already."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    pass
