"""Identity providers by OpenID Connect: the brokers of the Nordic banks and telecoms speak it.

The authorization code flow with PKCE (RFC 7636, S256). A provider is found by its issuer alone
(OpenID Connect Discovery 1.0).
"""

import base64
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from models.errors import NotIdentified
from models.people import FRESH
from resolvers.outside.answers import UNAVAILABLE, Answers
from resolvers.outside.id_tokens import (
    Expected,
    claims_of,
    key_named_by,
    name_in,
    proved_at_in,
    verified_email_in,
)

logger = logging.getLogger(__name__)

METADATA_LASTS = timedelta(hours=1)
KEYS_LAST = timedelta(minutes=10)
UNKNOWN_KEYS_LAST = timedelta(seconds=10)
"""How soon its keys are asked for again when a token names one that we do not know."""
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as a provider told.

    Args:
        issuer: Which provider.
        subject: What it always calls them.
        name: Their name.
        acr: How strongly they were authenticated, in the provider's words; None if it is silent.
    """

    issuer: str
    subject: str
    name: str
    acr: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """Who of the staff somebody is, as a provider told.

    Args:
        issuer: Which provider.
        subject: What it always calls them.
        email: Their address, if the provider has verified it; None otherwise.
        proved_at: When they proved there who they are; None if the provider does not say.
    """

    issuer: str
    subject: str
    email: str | None
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """One way to the provider and back.

    Args:
        state: What the browser carries.
        nonce: What the provider writes into its answer.
        verifier: What proves that the code comes back to who asked for it (PKCE), 43 to 128
            characters.
    """

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """Who we are at a provider.

    Args:
        client_id: Our name there.
        client_secret: The secret for it; None for a public client.
        acr_values: How strong it has to be, in the provider's words; any will do when empty.
        redirect_url: Where people come back to; the provider has to know it.
        scope: What we want to be told.
        prompt: What the provider asks in any case; None to leave it to the provider.
        amr_values: By which methods somebody has to have authenticated (RFC 8176), all of them.
        max_age: How long ago that may be at most; any time when None.
    """

    client_id: str
    client_secret: str | None = field(repr=False)
    acr_values: tuple[str, ...]
    redirect_url: str
    scope: str = "openid profile"
    prompt: str | None = "login"  # whoever used this device before may be somebody else
    amr_values: tuple[str, ...] = ()
    max_age: timedelta | None = None


class IdentityProvider:
    """One provider.

    Args:
        issuer: Its address; `/.well-known/openid-configuration` below it tells all the rest.
        registration: Who we are there.
        timeout_seconds: How long one question may take in all.
    """

    def __init__(
        self, issuer: str, registration: Registration, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self.issuer = issuer
        self.registration = registration
        self._answers = Answers(issuer, timeout_seconds)

    async def way_there(
        self, trip: Trip, *, language: str, now: datetime, again: bool = False
    ) -> str:
        """Give the address to which somebody goes to identify themselves.

        Args:
            trip: What they bring back.
            language: In which the provider is to ask.
            now: The moment that counts as now.
            again: Whether they have to prove who they are also where the provider knows them, and
                the provider has to say when they did (Core 1.0, 3.1.2.1).

        Raises:
            NotIdentified: The provider does not answer.
        """
        metadata = await self._metadata(now)
        asked = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.redirect_url,
            "scope": self.registration.scope,
            "state": trip.state,
            "nonce": trip.nonce,
            "code_challenge": create_s256_code_challenge(trip.verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        if self.registration.prompt or again:
            asked["prompt"] = "login" if again else self.registration.prompt
        max_age = FRESH if again else self.registration.max_age
        if max_age is not None:
            asked["max_age"] = str(int(max_age.total_seconds()))
        if self.registration.acr_values:
            asked["acr_values"] = " ".join(self.registration.acr_values)
        address = _endpoint(metadata, "authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    async def who_came_back(self, trip: Trip, *, code: str, now: datetime) -> Identity:
        """Tell who it is that came back with a code.

        Raises:
            NotIdentified: The provider does not answer, or its answer cannot be believed.
        """
        claims, answer = await self._proved(trip, code, now)
        name = name_in(claims) or name_in(await self._told(answer, claims["sub"], now))
        if not name:
            raise NotIdentified("The identity provider does not tell the name.")
        acr = claims.get("acr")
        return Identity(self.issuer, claims["sub"], name, acr if isinstance(acr, str) else None)

    async def member_who_came_back(self, trip: Trip, *, code: str, now: datetime) -> Member:
        """Tell who of the staff it is that came back with a code; they need no name.

        Raises:
            NotIdentified: The provider does not answer, or its answer cannot be believed.
        """
        claims, answer = await self._proved(trip, code, now)
        told = claims if "email" in claims else await self._told(answer, claims["sub"], now)
        return Member(self.issuer, claims["sub"], verified_email_in(told), proved_at_in(claims))

    async def _proved(
        self, trip: Trip, code: str, now: datetime
    ) -> tuple[dict[str, Any], Mapping[str, Any]]:
        """Exchange a code; give what the ID token says, and the whole answer."""
        metadata = await self._metadata(now)
        answer = await self._exchanged(metadata, code, trip.verifier)
        token = str(answer.get("id_token", ""))
        ours = self.registration
        expected = Expected(
            self.issuer,
            ours.client_id,
            trip.nonce,
            ours.acr_values,
            now,
            amr_values=ours.amr_values,
            max_age=ours.max_age,
        )
        return claims_of(token, await self._keys(metadata, token, now), expected), answer

    async def _exchanged(
        self, metadata: Mapping[str, Any], code: str, verifier: str
    ) -> Mapping[str, Any]:
        """Exchange a code for tokens (RFC 6749, 4.1.3)."""
        ours = self.registration
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ours.redirect_url,
            "code_verifier": verifier,
        }
        supported = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        headers = {}
        if ours.client_secret is None:
            sent["client_id"] = ours.client_id
        elif "client_secret_basic" in supported:
            headers["authorization"] = _basic(ours.client_id, ours.client_secret)
        else:
            sent |= {"client_id": ours.client_id, "client_secret": ours.client_secret}
        address = _endpoint(metadata, "token_endpoint")
        return await self._answers.ask("POST", address, data=sent, headers=headers)

    async def _told(
        self, answer: Mapping[str, Any], subject: str, now: datetime
    ) -> Mapping[str, Any]:
        """Ask for what the ID token does not tell of somebody; nothing if it is of another."""
        metadata, access = await self._metadata(now), answer.get("access_token")
        if access and metadata.get("userinfo_endpoint"):
            told = await self._answers.ask(
                "GET",
                _endpoint(metadata, "userinfo_endpoint"),
                headers={"authorization": f"Bearer {access}"},
            )
            if told.get("sub") == subject:
                return told
        return {}

    async def _metadata(self, now: datetime) -> Mapping[str, Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await self._answers.remembered(address, lasts=METADATA_LASTS, now=now)
        if found.get("issuer") != self.issuer:
            logger.warning("The identity provider is not called like its issuer in the settings")
            raise NotIdentified(UNAVAILABLE)
        return found

    async def _keys(self, metadata: Mapping[str, Any], token: str, now: datetime) -> KeySet:
        """Give the provider's keys; anew when the token names one that we do not know."""
        address = _endpoint(metadata, "jwks_uri")
        keys = _key_set(await self._answers.remembered(address, lasts=KEYS_LAST, now=now))
        if key_named_by(token) in {key.kid for key in keys.keys}:
            return keys
        return _key_set(await self._answers.remembered(address, lasts=UNKNOWN_KEYS_LAST, now=now))


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    address = metadata.get(name)
    if not isinstance(address, str):
        logger.warning("The identity provider does not tell its %s", name)
        raise NotIdentified(UNAVAILABLE)
    return address


def _basic(client_id: str, client_secret: str) -> str:
    """Say who we are; both parts are form-encoded first (RFC 6749, 2.3.1)."""
    both = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
    return f"Basic {base64.b64encode(both.encode()).decode()}"


def _key_set(told: Mapping[str, Any]) -> KeySet:
    """Read the keys that we know how to use; others of a provider do not matter."""
    keys = []
    for key in told.get("keys", ()):
        if isinstance(key, dict) and key.get("kty") != "oct" and key.get("use", "sig") == "sig":
            with contextlib.suppress(JoseError, ValueError, KeyError, TypeError):
                keys.append(JWKRegistry.import_key(key))
    return KeySet(keys)
