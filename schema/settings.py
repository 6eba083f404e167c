"""The environment, read once into one frozen `Settings`. Nothing else of ours reads it."""

import os
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.accounts import Role
from models.errors import InvalidInput
from schema.limits import OPERATION_SECONDS
from schema.operating_settings import OperatingSettings

PREFIX = "LIVIONKEY_"
COUNTS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Settings(OperatingSettings, BaseSettings):
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
    public_url: str = Field(
        default="",
        description="How people reach this server, for the links that it hands out; "
        "http://HOST:PORT when empty.",
    )
    data_folder: Path = Field(
        default=Path("livionkey-data"),
        description="Where files, the secret and the local seal are kept.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs links, 32 characters or more; several with commas between, the first "
        "one signs and all are accepted. Made once in the data folder when left out.",
    )
    encryption_keys: SecretStr | None = Field(
        default=None,
        description="Encrypt PINs and other secrets in the database, 32 characters or more each; "
        "several with commas between, the first one encrypts and all decrypt. In a file when left "
        "out.",
    )
    encryption_key_file: Path | None = Field(
        default=None,
        description="The file with those keys, one on a line, the newest first. One is made once "
        "in the data folder when left out.",
    )
    mark_key: SecretStr | None = Field(
        default=None,
        description="Makes the marks by which codes that are alike are found, 32 characters or "
        "more; the same for ever. Made once in the data folder when left out.",
    )
    files_url: str = Field(
        default="", description="Where files lie: s3://bucket/prefix, or empty for the data folder."
    )
    s3_endpoint: str = Field(default="", description="The address of an S3 service, if not AWS.")
    s3_region: str = Field(default="", description="The region of the bucket.")
    s3_access_key_id: str = Field(default="", description="Who we are there.")
    s3_secret_access_key: SecretStr | None = Field(default=None, description="The secret for it.")
    file_megabytes: int = Field(
        default=250, ge=1, le=10_000, description="How large a file may be."
    )
    upload_seconds: int = Field(
        default=600, ge=10, le=86_400, description="How long one upload may take."
    )
    scanner: str = Field(
        default="", description="A virus scanner, clamd://host:port; empty for none."
    )
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

    mqtt_url: str = Field(
        default="",
        description="The broker to automats: mqtts://host:port, or mqtt://host:port on this "
        "machine alone; empty for no link.",
    )
    mqtt_username: str = Field(default="", description="Who the link is, where the broker asks.")
    mqtt_password: SecretStr | None = Field(default=None, description="The password for it.")
    mqtt_authority: Path | None = Field(
        default=None,
        description="The certificate (PEM) by which the broker is known; that of our own "
        "authority when left out.",
    )
    mqtt_public_url: str = Field(
        default="",
        description="The broker as automats reach it, mqtts://host:port; it stands in their "
        "credentials. When empty, that of LIVIONKEY_MQTT_URL.",
    )
    broker_folder: Path | None = Field(
        default=None,
        description="Where the link keeps the broker's certificates and the list of revoked ones; "
        "nowhere when left out.",
    )

    points_per_second: float = Field(
        default=10_000,
        gt=0,
        description="How many points each token, service account or person gets back in a second; "
        "a request costs 50, each object in an answer 1, each change 50.",
    )
    points_most: float = Field(
        default=600_000,
        ge=100_000,
        description="How many points they have when they have not asked for a while.",
    )
    operation_seconds: float = Field(
        default=OPERATION_SECONDS, ge=1, le=600, description="How long one operation may take."
    )
    body_seconds: float = Field(
        default=20, ge=1, le=600, description="How long the body of a request may take to come."
    )
    operations_at_once: int = Field(
        default=100,
        ge=1,
        description="Operations of one client at once in one process; twenty times that of all.",
    )
    sockets_at_once: int = Field(
        default=50,
        ge=1,
        description="WebSockets of one client at once in one process; twenty times that of all.",
    )
    introspection: Literal["everybody", "staff", "nobody"] = Field(
        default="everybody",
        description="Who may ask what the schema is: everybody with a token, staff (all roles but "
        "partner, installer and station), or nobody.",
    )
    graphiql: bool = Field(default=True, description="Whether browsers are shown GraphiQL.")
    trusted_documents_only: str = Field(
        default="",
        description="Roles that may ask only for documents that their organization trusts, with "
        "commas between; organizations add to them.",
    )

    @field_validator("trusted_documents_only")
    @classmethod
    def _are_roles(cls, value: str) -> str:
        for one in value.split(",") if value else []:
            Role(one.strip())
        return value

    @property
    def trusted_only_roles(self) -> frozenset[Role]:
        """The roles that may ask only for trusted documents."""
        names = self.trusted_documents_only.split(",") if self.trusted_documents_only else []
        return frozenset(Role(name.strip()) for name in names)

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
