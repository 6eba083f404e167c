"""A geocoding service on this machine: a real HTTP server that answers what a test tells it to.

The answers have the shapes that the services really send, shortened to what a reader may look at.
"""

import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geo.geocoding import Match
from geo.services.asking import ProviderGeocoder
from geo.services.providers import make_provider
from models.database import Database
from models.places import Coordinates, PostalAddress

KEY = "secret-key-4711"
PLACE = Coordinates(60.169, 24.94)
MANNERHEIMINTIE = PostalAddress(
    text="Mannerheimintie 12 A 15, 00100 Helsinki",
    street="Mannerheimintie 12 A 15",
    postal_code="00100",
    city="Helsinki",
)
Answer = Callable[[dict[str, str]], Response]


class Peer:
    """What the service answers, and what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Request] = []
        self.answer: Answer = nothing

    def anew(self) -> Self:
        """Forget what was asked and what to answer."""
        self.asked, self.answer = [], nothing
        return self

    @property
    def questions(self) -> list[dict[str, str]]:
        return [dict(request.query_params) for request in self.asked]

    def says(self, content: Any, *, status: int = 200, **headers: str) -> None:
        self.answer = lambda _: JSONResponse(content, status_code=status, headers=headers)

    def respond(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answer(dict(request.query_params))


def nothing(_: dict[str, str]) -> Response:
    return JSONResponse([])


@contextmanager
def geocoding_peer() -> Iterator[Peer]:
    """Serve on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = Peer(f"http://127.0.0.1:{listening.getsockname()[1]}")
        app = Starlette(routes=[Route("/{path:path}", peer.respond)])
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield peer
        server.should_exit = True
        thread.join()


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def asking(
    peer: Peer, name: str = "nominatim", *, clock: Callable[[], datetime] = now, seconds: float = 5
) -> AsyncIterator[ProviderGeocoder]:
    unused = Database("sqlite:///unused.db")
    geocoder = make_provider(
        name,
        domain=peer.address,
        api_key=KEY,
        user_agent="livionkey-tests/1.0",
        timeout_seconds=seconds,
        database=unused,
        clock=clock,
    )
    try:
        yield geocoder
    finally:
        await geocoder.close()
        await unused.dispose()


async def placed(peer: Peer, address: PostalAddress = MANNERHEIMINTIE) -> Match:
    async with asking(peer) as nominatim:
        return await nominatim.geocode(address)


def nominatim_place(number: str | None = "12", *, rank: int = 30, **changes: Any) -> dict[str, Any]:
    """Make a place of Nominatim's /search?format=json&addressdetails=1."""
    address = {
        "road": changes.pop("road", "Mannerheimintie"),
        "suburb": "Kluuvi",
        "city": changes.pop("city", "Helsinki"),
        "postcode": changes.pop("postcode", "00100"),
        "country": "Suomi / Finland",
        "country_code": changes.pop("country_code", "fi"),
    }
    if number is not None:
        address = {"house_number": number} | address
    return {
        "place_id": 126_814_031,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": "node",
        "osm_id": 1_371_732_410,
        "lat": "60.1690",
        "lon": "24.9400",
        "class": "place",
        "type": "house",
        "place_rank": rank,
        "importance": 0.00007,
        "addresstype": "place",
        "name": "",
        "display_name": ", ".join(part for part in [number, *list(address.values())[-6:]] if part),
        "address": address,
        "boundingbox": ["60.1689", "60.1691", "24.9399", "24.9401"],
    } | changes


def photon_feature(**changes: Any) -> dict[str, Any]:
    """Make a feature of Photon's /api."""
    place = changes.pop("place", [24.94, 60.169])
    return {
        "type": "Feature",
        "geometry": {"coordinates": place, "type": "Point"},
        "properties": {
            "osm_type": "N",
            "osm_id": 1_371_732_410,
            "osm_key": "place",
            "osm_value": "house",
            "type": "house",
            "housenumber": "12",
            "street": "Mannerheimintie",
            "postcode": "00100",
            "district": "Kluuvi",
            "city": "Helsinki",
            "country": "Suomi / Finland",
            "countrycode": "FI",
        }
        | changes,
    }


def pelias_feature(**changes: Any) -> dict[str, Any]:
    """Make a feature of Pelias' /v1/search."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [24.94, 60.169]},
        "properties": {
            "id": "node/1371732410",
            "gid": "openstreetmap:address:node/1371732410",
            "layer": "address",
            "source": "openstreetmap",
            "name": "Mannerheimintie 12",
            "housenumber": "12",
            "street": "Mannerheimintie",
            "postalcode": "00100",
            "confidence": 1,
            "match_type": "exact",
            "accuracy": "point",
            "country": "Suomi",
            "country_a": "FIN",
            "region": "Uusimaa",
            "localadmin": "Helsinki",
            "locality": "Helsinki",
            "neighbourhood": "Kluuvi",
            "label": "Mannerheimintie 12, Kluuvi, Helsinki",
        }
        | changes,
    }


def google_result(location_type: str = "ROOFTOP", number: str | None = "12") -> dict[str, Any]:
    """Make a result of Google's /maps/api/geocode/json."""
    parts = [
        ("12", "12", ["street_number"]),
        ("Mannerheimintie", "Mannerheimintie", ["route"]),
        ("Helsinki", "HKI", ["locality", "political"]),
        ("Suomi", "FI", ["country", "political"]),
        ("00100", "00100", ["postal_code"]),
    ]
    return {
        "address_components": [
            {"long_name": long, "short_name": short, "types": types}
            for long, short, types in (parts if number else parts[1:])
        ],
        "formatted_address": "Mannerheimintie 12, 00100 Helsinki, Suomi",
        "geometry": {"location": {"lat": 60.169, "lng": 24.94}, "location_type": location_type},
        "place_id": "ChIJ7xL2mTIKkkYRwF0vXtAmx5w",
        "types": ["street_address"] if number else ["route"],
    }


def here_item(**changes: Any) -> dict[str, Any]:
    """Make an item of HERE's /v1/geocode."""
    return {
        "title": "Mannerheimintie 12, FI-00100 Helsinki, Suomi",
        "id": "here:af:streetsection:tVuvjJYhO86yd5jk1cmzNB:CgcIBCCC3KlsEAEaAjEy",
        "resultType": "houseNumber",
        "houseNumberType": "PA",
        "address": {
            "label": "Mannerheimintie 12, FI-00100 Helsinki, Suomi",
            "countryCode": "FIN",
            "countryName": "Suomi",
            "county": "Uusimaa",
            "city": "Helsinki",
            "district": "Kluuvi",
            "street": "Mannerheimintie",
            "postalCode": "00100",
            "houseNumber": "12",
        },
        "position": {"lat": 60.169, "lng": 24.94},
        "access": [{"lat": 60.1691, "lng": 24.9402}],
        "scoring": {"queryScore": 1.0, "fieldScore": {"streets": [1.0], "houseNumber": 1.0}},
    } | changes
