"""Geocoding services, asked over HTTP at a peer that speaks as they do."""

import logging
import time
import traceback
from datetime import timedelta
from typing import Any

import pytest
from geocoding_peer import (
    KEY,
    MANNERHEIMINTIE,
    PLACE,
    Peer,
    asking,
    google_result,
    here_item,
    nominatim_place,
    now,
    pelias_feature,
    photon_feature,
    placed,
)
from starlette.responses import JSONResponse, PlainTextResponse, Response

from geo.services.pace import SharedPace
from geo.services.providers import ONE_REQUEST_A_SECOND, make_provider
from models.database import Database
from models.errors import AddressNotFound, GeocoderUnavailable, InvalidInput
from models.places import PlacementPrecision

SHAPES: dict[str, Any] = {
    "nominatim": [nominatim_place()],
    "photon": {"type": "FeatureCollection", "features": [photon_feature()]},
    "pelias": {"type": "FeatureCollection", "features": [pelias_feature()]},
    "google": {"results": [google_result()], "status": "OK"},
    "here": {"items": [here_item()]},
}
NOTHING: dict[str, Any] = {
    "nominatim": [],
    "photon": {"type": "FeatureCollection", "features": []},
    "pelias": {"type": "FeatureCollection", "features": []},
    "google": {"results": [], "status": "ZERO_RESULTS"},
    "here": {"items": []},
}


@pytest.mark.parametrize("name", SHAPES)
async def test_every_service_places_a_house(peer: Peer, name: str) -> None:
    peer.says(SHAPES[name])

    async with asking(peer, name) as geocoder:
        match = await geocoder.geocode(MANNERHEIMINTIE)

    assert match.coordinates == PLACE
    assert match.precision is PlacementPrecision.HOUSE_NUMBER
    assert match.source == name
    assert "Mannerheimintie" in match.matched_address
    assert match.confidence > 0.9
    assert peer.asked[0].headers["user-agent"] == "livionkey-tests/1.0"


@pytest.mark.parametrize("name", NOTHING)
async def test_every_service_may_know_nothing(peer: Peer, name: str) -> None:
    peer.says(NOTHING[name])

    async with asking(peer, name) as geocoder:
        with pytest.raises(AddressNotFound):
            await geocoder.geocode(MANNERHEIMINTIE)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("status", [400, 401, 403, 500, 502, 503])
async def test_a_service_that_fails_is_not_an_unknown_address(
    peer: Peer, name: str, status: int
) -> None:
    peer.says({"error": KEY}, status=status)

    async with asking(peer, name) as geocoder:
        with pytest.raises(GeocoderUnavailable, match=name):
            await geocoder.geocode(MANNERHEIMINTIE)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("body", ["<html>not JSON</html>", '{"oops": 1}', "[1, 2]", "17", '"text"'])
async def test_an_answer_that_nobody_can_read_is_a_failure(
    peer: Peer, name: str, body: str
) -> None:
    peer.answer = lambda _: PlainTextResponse(body)

    async with asking(peer, name) as geocoder:
        with pytest.raises(GeocoderUnavailable, match=r"unreadable|failed"):
            await geocoder.geocode(MANNERHEIMINTIE)


@pytest.mark.filterwarnings("ignore:Latitude normalization:UserWarning")  # geopy's, and it raises
async def test_a_place_off_the_earth_is_unreadable(peer: Peer) -> None:
    peer.says([nominatim_place(lat="95.0")])

    with pytest.raises(GeocoderUnavailable, match="unreadable"):
        await placed(peer)


async def test_a_service_that_does_not_answer_in_time_is_not_waited_for(peer: Peer) -> None:
    def slow(_: dict[str, str]) -> Response:
        time.sleep(0.5)
        return JSONResponse([])

    peer.answer = slow

    async with asking(peer, seconds=0.1) as geocoder:
        with pytest.raises(GeocoderUnavailable, match="in time"):
            await geocoder.geocode(MANNERHEIMINTIE)


async def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    nobody = Peer("http://127.0.0.1:9")

    with pytest.raises(GeocoderUnavailable, match="could not be reached"):
        await placed(nobody)


async def test_a_service_that_asks_us_to_wait_is_left_alone_until_then(peer: Peer) -> None:
    moment = now()
    peer.says({"error": "slow down"}, status=429, **{"Retry-After": "30"})

    async with asking(peer, clock=lambda: moment) as geocoder:
        for _ in range(3):
            with pytest.raises(GeocoderUnavailable, match="asked us to wait"):
                await geocoder.geocode(MANNERHEIMINTIE)
        assert len(peer.asked) == 1
        peer.says([nominatim_place()])
        moment += timedelta(seconds=31)
        match = await geocoder.geocode(MANNERHEIMINTIE)

    assert match.coordinates == PLACE


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("status", [200, 301, 401, 429, 500])
async def test_no_key_and_no_address_reaches_a_log_or_a_message(
    peer: Peer, name: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    echo = {"error": f"{KEY} Mannerheimintie", "error_description": f"{KEY} Mannerheimintie"}
    peer.says(echo, status=status, Location=f"{peer.address}/?key={KEY}&q=Mannerheimintie")
    caplog.set_level(logging.DEBUG)
    for library in ("geopy", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, logger=library)

    async with asking(peer, name) as geocoder:
        with pytest.raises(GeocoderUnavailable) as refused:
            await geocoder.geocode(MANNERHEIMINTIE)

    ours = (record for record in caplog.records if record.name != "uvicorn.access")  # the peer's
    said = "\n".join(record.getMessage() for record in ours)
    said += "".join(traceback.format_exception(refused.value))
    assert f"the geocoder {name}" in said
    assert KEY not in said
    assert "annerheimintie" not in said
    assert peer.address not in refused.value.message


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "bing"}, "nominatim, photon, pelias, google, here"),
        ({"name": "google"}, "needs an API key"),
        ({"name": "here"}, "needs an API key"),
        ({"name": "pelias"}, "needs the address of its server"),
        ({"user_agent": " "}, "names your application"),
        ({"user_agent": "my-application"}, "does not accept this user agent"),
        ({"domain": "ftp://example.org"}, "not like host"),
        ({"domain": "https://user:word@example.org"}, "not like host"),
        ({"domain": "example.org:port"}, "not like host"),
        ({"domain": "http://["}, "not like host"),
    ],
)
async def test_a_wrong_configuration_is_named(wrong: dict[str, Any], message: str) -> None:
    unused = Database("sqlite:///unused.db")
    right = {"name": "nominatim", "domain": None, "api_key": None, "user_agent": "tests/1.0"}

    with pytest.raises(InvalidInput, match=message):
        make_provider(**(right | wrong), database=unused, clock=now)

    await unused.dispose()


async def test_digitransit_gets_its_key_in_a_header_and_not_in_the_page() -> None:
    unused = Database("sqlite:///unused.db")
    geocoder = make_provider(
        "pelias",
        domain="https://api.digitransit.fi/geocoding",
        api_key=KEY,
        user_agent="livionkey-tests/1.0",
        database=unused,
        clock=now,
    )

    asked = geocoder._geocoder

    assert asked.geocode_api == "https://api.digitransit.fi/geocoding/v1/search"
    assert (asked.api_key, asked.headers["digitransit-subscription-key"]) == (None, KEY)
    await geocoder.close()
    await unused.dispose()


async def test_the_public_nominatim_is_asked_once_a_second_by_all_of_us(database: Database) -> None:
    moment = now()
    taken = []
    for _ in range(3):  # each stands for another process
        pace = SharedPace("a.public.server", database, lambda: moment)
        taken.append(await pace._reserve())

    assert taken == [moment, moment + timedelta(seconds=1), moment + timedelta(seconds=2)]


async def test_whoever_would_wait_too_long_for_the_public_nominatim_is_sent_away(
    database: Database,
) -> None:
    moment = now()
    pace = SharedPace(
        "another.public.server", database, lambda: moment, patience=timedelta(seconds=-1)
    )

    with pytest.raises(GeocoderUnavailable, match="waiting"):
        await pace.wait()


@pytest.mark.parametrize("domain", [None, "https://Nominatim.OpenStreetMap.org:443/"])
async def test_the_public_nominatim_is_known_however_it_is_written(
    database: Database, domain: str | None
) -> None:
    public = make_provider(
        "nominatim",
        domain=domain,
        api_key=None,
        user_agent="livionkey-tests/1.0",
        database=database,
        clock=now,
    )

    assert isinstance(public._pace, SharedPace)
    assert public._pace._service == ONE_REQUEST_A_SECOND
    await public.close()
