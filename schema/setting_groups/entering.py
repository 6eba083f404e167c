"""Where staff prove who they are, when not here."""

from pydantic import BaseModel, Field, SecretStr


class EnteringSettings(BaseModel):
    """How staff come in."""

    staff_oidc_issuer: str = Field(
        default="", description="The provider at which staff sign in; empty for none."
    )
    staff_oidc_client_id: str = Field(default="", description="Who we are there.")
    staff_oidc_client_secret: SecretStr | None = Field(
        default=None, description="The secret for it."
    )
