"""Where staff prove who they are, when not here."""

from typing import Literal

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
    staff_oidc_acr_values: str = Field(
        default="",
        description="How strongly staff have to prove there who they are, in the provider's words "
        "and with blanks between them: one of these (`acr`); any will do when empty.",
    )
    staff_oidc_amr_values: str = Field(
        default="",
        description="By which methods (`amr`, RFC 8176), such as `mfa`, with blanks between them: "
        "all of these; any will do when empty.",
    )
    staff_oidc_max_age: int | None = Field(
        default=None,
        ge=0,
        le=31_536_000,
        description="How many seconds ago that may be at most (`auth_time`); any time by default.",
    )
    staff_oidc_prompt: Literal["", "login", "consent", "select_account"] = Field(
        default="",
        description="What the provider asks in any case: `login` for the password and all else "
        "each time; by default whoever is signed in there is let in.",
    )
