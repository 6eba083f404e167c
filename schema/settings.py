"""The environment, read once into one frozen `Settings`. Nothing else of ours reads it."""

import os
from functools import cache
from ipaddress import ip_network
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.errors import InvalidInput
from schema.setting_groups.entering import EnteringSettings
from schema.setting_groups.keeping import KeepingSettings
from schema.setting_groups.limiting import LimitingSettings
from schema.setting_groups.linking import LinkingSettings
from schema.setting_groups.operating import OperatingSettings
from schema.setting_groups.placing import PlacingSettings
from schema.setting_groups.signing import SigningSettings

PREFIX = "LIVIONKEY_"
COUNTS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Settings(
    OperatingSettings,
    PlacingSettings,
    KeepingSettings,
    SigningSettings,
    EnteringSettings,
    LinkingSettings,
    LimitingSettings,
    BaseSettings,
):
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
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="The proxies in front of the API whose word on the address of a client is "
        "believed (X-Forwarded-For): addresses or networks, with commas between.",
    )
    public_url: str = Field(
        default="",
        description="How people and programs reach this server: the links that it hands out, and "
        "the addresses that partners sign, begin with it; http://HOST:PORT when empty.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        for one in value.split(",") if value else []:
            ip_network(one.strip())  # an address is a network of one; everybody is no proxy
        return value


def counts_folder() -> str | None:
    """Name the folder in which several processes of one server keep their counts; see below."""
    return os.environ.get(COUNTS_FOLDER)


def share_counts(folder: str) -> None:
    """Let the processes that a server starts keep their counts in a folder.

    prometheus_client takes it from the environment, and so do processes that are started.
    """
    os.environ[COUNTS_FOLDER] = folder


@cache
def settings() -> Settings:
    """Read the settings, once.

    Raises:
        InvalidInput: Some of them make no sense; the message names all of those, not their values.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidInput(" ".join(map(_wrong, error.errors(include_input=False)))) from None


def _wrong(error: Any) -> str:
    """Say what is wrong with one setting."""
    name = PREFIX + "_".join(str(part) for part in error["loc"]).upper()
    return f"{name}: {error['msg'].removeprefix('Value error, ')}."


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
