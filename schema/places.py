"""Addresses, coordinates and placements, in and out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import strawberry

from models import addressed, places
from models.addressed import PlacementProblem
from models.errors import LivionKeyError
from resolvers.placing import checked_address
from schema.context import Info
from schema.enums import PlacementPrecision
from schema.errors import UserError
from schema.inputs import given


@strawberry.type(description="WGS 84 degrees.")
class Coordinates:
    latitude: float = strawberry.field(description="From -90 to 90.")
    longitude: float = strawberry.field(description="From -180 to 180.")

    @classmethod
    def of(cls, place: places.Coordinates) -> Self:
        return cls(latitude=place.latitude, longitude=place.longitude)


@strawberry.input(description="WGS 84 degrees.")
class CoordinatesInput:
    latitude: float = strawberry.field(description="From -90 to 90.")
    longitude: float = strawberry.field(description="From -180 to 180.")

    def checked(self) -> places.Coordinates:
        return places.Coordinates.checked(self.latitude, self.longitude)


@strawberry.type(description="An address as it was given; parts that are not known are null.")
class Address:
    text: str = strawberry.field(description="The whole in one line.")
    street: str | None = strawberry.field(description="Street, number, staircase and flat.")
    postal_code: str | None = strawberry.field(description="As the country writes it.")
    city: str | None = strawberry.field(description="The postal town.")
    country_code: str = strawberry.field(description="ISO 3166-1 alpha-2.")

    @classmethod
    def of(cls, row: Any) -> Self | None:
        return cls.of_address(addressed.address_of(row))

    @classmethod
    def of_address(cls, address: places.PostalAddress | None) -> Self | None:
        if address is None:
            return None
        return cls(
            text=address.text,
            street=address.street,
            postal_code=address.postal_code,
            city=address.city,
            country_code=address.country_code,
        )


@strawberry.input(
    description="The parts as far as they are known, or the whole in one line as people write it: "
    "either `text` or at least `street`."
)
class AddressInput:
    text: str | None = strawberry.field(
        default=strawberry.UNSET, description="`Mannerheimintie 12 A 15, 00100 Helsinki`."
    )
    street: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Street, house number, staircase and flat: `Mannerheimintie 12 A 15`.",
    )
    postal_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="As the country writes it."
    )
    city: str | None = strawberry.field(default=strawberry.UNSET, description="The postal town.")
    country_code: str | None = strawberry.field(
        default="FI", description="ISO 3166-1 alpha-2; FI when left out."
    )

    def checked(self) -> places.PostalAddress:
        return checked_address(
            text=given(self.text),
            street=given(self.street),
            postal_code=given(self.postal_code),
            city=given(self.city),
            country_code=given(self.country_code) or "FI",
        )


@strawberry.type(description="Where an address lies and how we know.")
class Placement:
    coordinates: Coordinates = strawberry.field(description="The place.")
    precision: PlacementPrecision = strawberry.field(description="How exactly it is meant.")
    confidence: float = strawberry.field(description="0 to 1.")
    source: str = strawberry.field(description="Which geocoder answered, or `manual`.")
    matched_address: str = strawberry.field(
        description="The address as the geocoder understood it."
    )
    placed_at: datetime = strawberry.field(description="When it was placed.")
    reason: str | None = strawberry.field(
        default=None, description="Why somebody put it there by hand; null when nobody said."
    )

    @classmethod
    def of(cls, placement: places.Placement, *, reason: str | None = None) -> Self:
        return cls(
            coordinates=Coordinates.of(placement.coordinates),
            precision=placement.precision,
            confidence=placement.confidence,
            source=placement.source,
            matched_address=placement.matched_address,
            placed_at=placement.placed_at,
            reason=reason,
        )

    @classmethod
    def of_row(cls, row: Any) -> Self | None:
        placement = addressed.placement_of(row)
        return None if placement is None else cls.of(placement, reason=row.placement_reason)


async def addresses(things: list[Any], _context: Any) -> list[Address | None]:
    """Show addresses of things that keep their rows: only of those that are asked for."""
    return [Address.of(thing.row) for thing in things]


async def placements(things: list[Any], _context: Any) -> list[Placement | None]:
    """Show placements of things that keep their rows: only of those that are asked for."""
    return [Placement.of_row(thing.row) for thing in things]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What an input says of where something stands, and what was found of it."""

    address: places.PostalAddress | None
    place: places.Placement | PlacementProblem | None
    were_given: bool


async def whereabouts(info: Info, input: Any) -> Whereabouts:
    """Read where something stands and look it up, before the transaction of a mutation.

    Raises:
        InvalidInput: The address is none, or the coordinates are out of range.
    """
    said, exact = given(input.address), given(input.coordinates)
    there = said.checked() if said else None
    place = await info.context.place(there, exact.checked() if exact else None)
    return Whereabouts(there, place, were_given=there is not None or exact is not None)


def warnings(found: places.Placement | PlacementProblem | None) -> list[UserError]:
    """Tell what was stored all the same, though its address could not be placed."""
    if not isinstance(found, PlacementProblem):
        return []
    problem = UserError(code=found.code, message=found.message, path=["input", "address"])
    return [problem]


def problem_as_error(problem: PlacementProblem) -> LivionKeyError:
    """Tell it to somebody who only asked where an address lies."""
    return problem.as_error()
