"""The settings of signatures: seals, time stamps, and who people are."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr


class SigningSettings(BaseModel):
    """What can be set of signatures."""

    seal_pkcs12: Path | None = Field(
        default=None, description="The certificate that seals documents; a local one when left out."
    )
    seal_pkcs12_password: SecretStr | None = Field(default=None, description="Opens that file.")
    seal_pkcs11_module: Path | None = Field(
        default=None, description="The library of a hardware module that holds the certificate."
    )
    seal_pkcs11_token: str = Field(default="", description="The module's token.")
    seal_pkcs11_certificate: str = Field(default="", description="The label of the certificate.")
    seal_pkcs11_pin: SecretStr | None = Field(default=None, description="Opens the token.")
    timestamp_url: str = Field(
        default="", description="A time-stamping service (RFC 3161); a local one when empty."
    )
    timestamp_timeout_seconds: float = Field(
        default=10.0, gt=0, le=60, description="How long to wait for it."
    )
    oidc_issuer: str = Field(
        default="", description="The identity provider for strong authentication; empty for none."
    )
    oidc_client_id: str = Field(default="", description="Who we are there.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="The secret for it.")
    oidc_acr_values: str = Field(
        default="", description="How strong it has to be, in the provider's words."
    )
