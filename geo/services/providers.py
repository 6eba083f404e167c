"""The services that can be configured by name, and how geopy reaches each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from geopy.exc import ConfigurationError
from geopy.geocoders import GoogleV3, HereV7, Nominatim, Pelias, Photon

from geo.services import offers, requests
from geo.services.asking import Provider, ProviderGeocoder
from geo.services.cache import Terms
from geo.services.http_adapter import HttpxAdapter
from geo.services.pace import NoPace, Pace, SharedPace
from models.database import Database
from models.errors import InvalidInput

OPENSTREETMAP = "© OpenStreetMap contributors, ODbL 1.0"
ONE_REQUEST_A_SECOND = "nominatim.openstreetmap.org"
DIGITRANSIT = "digitransit.fi"
A_WHILE, AT_MOST_A_MONTH = timedelta(days=180), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Access:
    """How a service is reached.

    Args:
        scheme: `https`, or `http` for one of our own.
        domain: Host, port and the first part of the path; None is the public one.
        api_key: What it knows us by.
        user_agent: Names our application and how to reach us.
        timeout_seconds: How long an answer may take.
    """

    scheme: str
    domain: str | None
    api_key: str | None
    user_agent: str
    timeout_seconds: float

    def options(self) -> dict[str, Any]:
        """Write it as the arguments that all of geopy's geocoders share."""
        return {
            "scheme": self.scheme,
            "user_agent": self.user_agent,
            "timeout": self.timeout_seconds,
            "adapter_factory": HttpxAdapter,
        } | ({"domain": self.domain} if self.domain else {})


def make_provider(
    name: str,
    *,
    domain: str | None,
    api_key: str | None,
    user_agent: str,
    timeout_seconds: float = 5.0,
    database: Database,
    clock: Callable[[], datetime],
) -> ProviderGeocoder:
    """Make the geocoder that is configured.

    Args:
        name: One of `SERVICES`.
        domain: `host`, `host/path` or `http://host:port`; None is the public server.
        api_key: What the service knows us by, where it needs that.
        user_agent: Names our application and how to reach us; required by Nominatim's policy.
        timeout_seconds: How long an answer may take.
        database: Where all our processes see whose turn it is to ask a public server.
        clock: Tells what time it is.

    Raises:
        InvalidInput: There is no such service, or something that it needs is missing.
    """
    known = SERVICES.get(name.strip().lower())
    if known is None:
        raise InvalidInput(f"There is no geocoder {name!r}: use one of {', '.join(SERVICES)}.")
    provider, build = known
    if not user_agent.strip():
        raise InvalidInput("A geocoder needs a user agent that names your application.")
    access = Access(*scheme_and_domain(domain), api_key, user_agent.strip(), timeout_seconds)
    try:
        geocoder = build(access)
    except ConfigurationError:
        raise InvalidInput(f"The geocoder {name} does not accept this user agent.") from None
    pace: Pace = NoPace()
    if host_of(getattr(geocoder, "domain", "")) == ONE_REQUEST_A_SECOND:
        pace = SharedPace(ONE_REQUEST_A_SECOND, database, clock)
    return ProviderGeocoder(provider, geocoder, pace, clock)


def scheme_and_domain(text: str | None) -> tuple[str, str | None]:
    """Take the configured address of a service apart.

    Raises:
        InvalidInput: It is no address of a web server.
    """
    if text is None or not text.strip():
        return "https", None
    try:
        parts = urlsplit(text.strip() if "://" in text else f"https://{text.strip()}")
        is_server = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_server = False
    if not is_server or parts.scheme not in {"http", "https"} or parts.query or parts.username:
        raise InvalidInput(
            "The geocoder's address is not like host, host/path or http://host:port."
        )
    return parts.scheme, f"{parts.netloc}{parts.path}".rstrip("/")


def host_of(domain: str) -> str:
    """Take the name of the host, however it is written."""
    return (urlsplit(f"//{domain}").hostname or "").rstrip(".")


def nominatim(access: Access) -> Any:
    """Make geopy's geocoder for Nominatim."""
    return Nominatim(**access.options())


def photon(access: Access) -> Any:
    """Make geopy's geocoder for Photon."""
    return Photon(**access.options())


def pelias(access: Access) -> Any:
    """Make geopy's geocoder for Pelias; Digitransit wants its key in a header."""
    if access.domain is None:
        raise InvalidInput("The geocoder pelias needs the address of its server.")
    geocoder = Pelias(api_key=access.api_key, **access.options())
    if host_of(access.domain).endswith(DIGITRANSIT):
        geocoder.api_key = None
        geocoder.headers["digitransit-subscription-key"] = required_key("pelias", access)
    return geocoder


def google(access: Access) -> Any:
    """Make geopy's geocoder for Google."""
    return GoogleV3(api_key=required_key("google", access), **access.options())


def here(access: Access) -> Any:
    """Make geopy's geocoder for HERE, version 7; geopy itself would alter a domain of ours."""
    geocoder = HereV7(required_key("here", access), **access.options())
    if access.domain is not None:
        geocoder.api = f"{access.scheme}://{access.domain}{HereV7.geocode_path}"
    return geocoder


def required_key(name: str, access: Access) -> str:
    """Give the key of a service that has to know us.

    Raises:
        InvalidInput: None is configured.
    """
    if not access.api_key:
        raise InvalidInput(f"The geocoder {name} needs an API key.")
    return access.api_key


SERVICES: dict[str, tuple[Provider, Callable[[Access], Any]]] = {
    "nominatim": (
        Provider(
            Terms("nominatim", OPENSTREETMAP, A_WHILE), requests.to_nominatim, offers.from_nominatim
        ),
        nominatim,
    ),
    "photon": (
        Provider(Terms("photon", OPENSTREETMAP, A_WHILE), requests.to_photon, offers.from_photon),
        photon,
    ),
    "pelias": (
        Provider(
            Terms("pelias", f"{OPENSTREETMAP}, and the server's other sources", A_WHILE),
            requests.to_pelias,
            offers.from_pelias,
        ),
        pelias,
    ),
    "google": (
        Provider(
            Terms("google", "Google Maps Platform, kept for 30 days at most", AT_MOST_A_MONTH),
            requests.to_google,
            offers.from_google,
        ),
        google,
    ),
    "here": (
        Provider(
            Terms("here", "HERE Technologies, kept for 30 days at most", AT_MOST_A_MONTH),
            requests.to_here,
            offers.from_here,
        ),
        here,
    ),
}
"""Every service by its name: what it is, and how to make geopy's geocoder for it."""
