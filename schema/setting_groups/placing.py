"""The settings of the geocoding service behind the embedded geocoder."""

from pydantic import BaseModel, Field, SecretStr


class PlacingSettings(BaseModel):
    """What can be set of the geocoding service."""

    geocoder: str = Field(
        default="",
        description="A geocoding service behind the embedded one: nominatim, photon, pelias, "
        "google or here; empty for none.",
    )
    geocoder_domain: str | None = Field(
        default=None, description="The service's own domain, where it is not the public one."
    )
    geocoder_api_key: SecretStr | None = Field(
        default=None, description="The key that the service asks for."
    )
    geocoder_user_agent: str = Field(
        default="", description="Who you are, with a way to reach you; Nominatim asks for it."
    )
    geocoder_timeout_seconds: float = Field(
        default=5.0, gt=0, le=60, description="How long to wait for the service."
    )
