"""Staff: people, their passwords, second factors, sessions and invitations."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass
