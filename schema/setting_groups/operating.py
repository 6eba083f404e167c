"""The settings of whoever operates a server: logs, metrics, traces, and which sites may ask."""

import re
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

ORIGIN = re.compile(
    r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?"
)
SHORTEST_TOKEN = 16


class OperatingSettings(BaseModel):
    """What can be set of logs, metrics, traces and other sites."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged, on standard error."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Lines for people, or one JSON object a line for machines."
    )
    log_requests: bool = Field(
        default=False,
        description="Whether each request is logged: its method, route, status, milliseconds and "
        "id, and never its address, which may hold variables.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="The bearer token for /metrics (Prometheus), 16 characters or more; without "
        "one there is no /metrics.",
    )
    otlp_endpoint: str = Field(
        default="",
        description="Where traces are sent (OpenTelemetry over HTTP), such as "
        "http://localhost:4318; empty for none. Needs the extra `tracing`.",
    )
    cors_origins: str = Field(
        default="",
        description="The sites whose pages may ask the API with a token, with commas between: "
        "https://app.example.com. Cookies are never taken from them.",
    )

    @field_validator("metrics_token")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_TOKEN:
            message = f"it has fewer than {SHORTEST_TOKEN} characters, which can be guessed"
            raise ValueError(message)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for one in listed(value):
            if not ORIGIN.fullmatch(one):
                message = f"{one} is no origin; write https://name, or http://localhost, no path"
                raise ValueError(message)
        return value

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://\S+", value):
            message = "it is no address; write https://host:port"
            raise ValueError(message)
        return value.rstrip("/")

    @property
    def origins(self) -> list[str]:
        """The sites whose pages may ask."""
        return listed(self.cors_origins)


def listed(value: str) -> list[str]:
    """Take a list apart that has commas between."""
    return [one.strip() for one in value.split(",") if one.strip()]
