"""Staff: passkeys, and who they are at a provider of OpenID Connect."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    pass
