"""The settings of the link to automats."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr


class LinkingSettings(BaseModel):
    """What can be set of the broker."""

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
