"""What units decide for themselves and all below them."""

from datetime import timedelta
from typing import Any, Self

import strawberry

import models.settings as models
from schema.enums import PlacementPrecision
from schema.inputs import changes


@strawberry.type(description="What holds for a unit: its own settings, else those above it.")
class UnitSettings:
    time_zone: str = strawberry.field(description="IANA name.")
    language: str = strawberry.field(description="BCP 47 primary tag.")
    country_code: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    least_precision: PlacementPrecision = strawberry.field(
        description="The coarsest placement that may choose an automat."
    )
    largest_distance_metres: float | None = strawberry.field(
        description="How far an automat may be from an entity; null: any distance."
    )
    default_sync_seconds: int = strawberry.field(
        description="How long before its start a PIN goes to the automat, in seconds."
    )
    silence_tolerance_seconds: int = strawberry.field(
        description="How long an automat may be silent and still be chosen, in seconds."
    )
    uses_automats: bool = strawberry.field(
        description="Whether keys that lie at desks are to be fetched from automats."
    )

    @classmethod
    def of(cls, settings: models.UnitSettings) -> Self:
        return cls(
            time_zone=settings.time_zone,
            language=settings.language,
            country_code=settings.country_code,
            least_precision=settings.least_precision,
            largest_distance_metres=settings.largest_distance_metres,
            default_sync_seconds=int(settings.default_sync_time.total_seconds()),
            silence_tolerance_seconds=int(settings.silence_tolerance.total_seconds()),
            uses_automats=settings.uses_automats,
        )


@strawberry.input(description="Settings of a unit; null inherits, what is left out stays.")
class UnitSettingsInput:
    time_zone: str | None = strawberry.field(default=strawberry.UNSET, description="IANA name.")
    language: str | None = strawberry.field(
        default=strawberry.UNSET, description="BCP 47 primary tag."
    )
    country_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="ISO 3166-1 alpha-2."
    )
    least_precision: PlacementPrecision | None = strawberry.field(
        default=strawberry.UNSET,
        description="The coarsest placement that may choose an automat.",
    )
    largest_distance_metres: float | None = strawberry.field(
        default=strawberry.UNSET, description="How far an automat may be from an entity."
    )
    default_sync_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long before its start a PIN is sent."
    )
    silence_tolerance_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long an automat may be silent."
    )
    uses_automats: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether desk keys are fetched from automats."
    )

    def changes(self) -> dict[str, Any]:
        written: dict[str, Any] = changes(
            self,
            "time_zone",
            "language",
            "country_code",
            "least_precision",
            "largest_distance_metres",
            "uses_automats",
        )
        seconds = changes(self, "default_sync_seconds", "silence_tolerance_seconds")
        for name, column in (
            ("default_sync_seconds", "default_sync_time"),
            ("silence_tolerance_seconds", "silence_tolerance"),
        ):
            if name in seconds:
                value = seconds[name]
                written[column] = None if value is None else timedelta(seconds=value)
        return written
