"""The environment, read once into one frozen `Settings`. Nothing else of ours reads it."""

from functools import cache
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.errors import InvalidInput

PREFIX = "LIVIONKEY_"


class Settings(BaseSettings):
    """What can be set from outside, by variables that begin with `LIVIONKEY_` or in `.env`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore"
    )

    database_url: str = Field(
        default="sqlite:///livionkey.db",
        description="sqlite:///relative.db, sqlite:////absolute.db or postgresql://...",
    )
    database_pool_size: int = Field(
        default=10, ge=1, le=200, description="Connections each worker keeps open to PostgreSQL."
    )
    host: str = Field(default="127.0.0.1", description="Where the API listens.")
    port: int = Field(default=8000, ge=0, le=65535, description="On which port.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged, on standard error."
    )
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


@cache
def settings() -> Settings:
    """Read the settings, once.

    Raises:
        InvalidInput: One of them makes no sense; the message names it, not its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(f"{name}: {first['msg']}.") from None


def described(current: Settings) -> list[tuple[str, str, str, str]]:
    """List every setting: its variable, what it means, its default, and what it is now."""
    return [
        (
            PREFIX + name.upper(),
            field.description or "",
            _shown(name, field.default),
            _shown(name, getattr(current, name)),
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return "-"
    if name == "database_url":
        return without_password(value)
    return str(value)  # a secret shows itself as stars


def without_password(url: str) -> str:
    """Write a database's address for people to read."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return "not an address of a database"
