"""From an address to a place. Geocoders are asked here, and never inside a transaction."""

from datetime import datetime
from typing import Any

from geo.geocoding import Geocoder
from models.addressed import Placed, PlacementProblem
from models.base import Base
from models.errors import AddressAmbiguous, AddressNotFound, GeocoderUnavailable, InvalidInput
from models.events import EventKind
from models.places import Coordinates, Placement, PlacementPrecision, PostalAddress
from resolvers.work import Work

MANUAL = "manual"


async def place(
    geocoder: Geocoder,
    address: PostalAddress | None,
    coordinates: Coordinates | None,
    now: datetime,
) -> Placement | PlacementProblem | None:
    """Find where something stands: where somebody says, else where its address lies.

    An address without a place is no reason to lose the thing: the problem comes back as a value,
    is kept with the thing, told as a warning, and tried again later.
    """
    if coordinates is not None:
        return by_hand(address, coordinates, now)
    if address is None:
        return None
    try:
        match = await geocoder.geocode(address)
    except (AddressNotFound, AddressAmbiguous, GeocoderUnavailable) as refusal:
        return PlacementProblem.of(refusal)
    return Placement(
        coordinates=match.coordinates,
        precision=match.precision,
        confidence=match.confidence,
        source=match.source,
        matched_address=match.matched_address,
        placed_at=now,
    )


def by_hand(address: PostalAddress | None, coordinates: Coordinates, now: datetime) -> Placement:
    """Place something where somebody says that it stands."""
    named = address.text if address else f"{coordinates.latitude}, {coordinates.longitude}"
    return Placement(coordinates, PlacementPrecision.MANUAL, 1.0, MANUAL, named, now)


async def move(
    work: Work,
    thing: Placed,
    kind: EventKind,
    *,
    address: PostalAddress | None,
    found: Placement | PlacementProblem | None,
    reason: str | None = None,
) -> None:
    """Give something another address or another place, which may have a reason."""
    assert isinstance(thing, Base)  # noqa: S101 - all placed things are rows
    if address is not None:
        thing.address = address
    thing.place(found, reason=reason)
    work.record(kind, thing, changed=["address"])
    record_place(work, thing, found, **({} if reason is None else {"reason": reason}))
    await work.save()


def record_place(
    work: Work, thing: Placed, found: Placement | PlacementProblem | None, **more: Any
) -> None:
    """Write down that something was placed, or that it could not be, with more facts of it."""
    assert isinstance(thing, Base)  # noqa: S101 - all placed things are rows
    if isinstance(found, Placement):
        facts = {"precision": found.precision.value, "source": found.source, **more}
        work.record(EventKind.ADDRESS_PLACED, thing, **facts)
    elif isinstance(found, PlacementProblem):
        work.record(EventKind.ADDRESS_NOT_PLACED, thing, code=found.code.value)


def checked_address(
    *,
    text: str | None,
    street: str | None,
    postal_code: str | None,
    city: str | None,
    country_code: str,
) -> PostalAddress:
    """Take an address as somebody sent it: one line, or its parts with at least a street.

    Raises:
        InvalidInput: Neither is there, or the country code is none.
    """
    if not (text or "").strip() and not (street or "").strip():
        raise InvalidInput("An address needs its text or at least a street.", path=("address",))
    if len(country_code) != 2 or not country_code.isalpha():
        raise InvalidInput(
            f"{country_code!r} is not an ISO 3166-1 alpha-2 code such as FI.",
            path=("address", "country_code"),
        )
    town = " ".join(part for part in (postal_code, city) if part)
    whole = (text or "").strip() or ", ".join(part for part in (street, town) if part)
    return PostalAddress(
        text=whole,
        street=street,
        postal_code=postal_code,
        city=city,
        country_code=country_code.upper(),
    )
