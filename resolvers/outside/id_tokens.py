"""ID tokens of OpenID Connect: who somebody is, in a provider's words, and whether to believe it.

OpenID Connect Core 1.0, 3.1.3.7. Only signatures by a provider's own key pair are believed: with
a shared secret, or none at all, anybody who knows our client could write a token.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.errors import NotIdentified

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "Ed25519"]
LEEWAY = timedelta(seconds=60)
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say.

    Args:
        issuer: Who has to have written it.
        client_id: For whom.
        nonce: In answer to which request.
        acr_values: One of these, how strongly somebody was authenticated; anything when empty.
        now: The moment that counts as now; clocks may differ by a minute.
    """

    issuer: str
    client_id: str
    nonce: str
    acr_values: Collection[str]
    now: datetime


def claims_of(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """Read a token that can be believed.

    Raises:
        NotIdentified: It is not signed by one of the keys, is for somebody else, is too old, or
            too weak.
    """
    try:
        claims = dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        jwt.JWTClaimsRegistry(
            now=int(expected.now.timestamp()),
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": expected.issuer},
            aud={"essential": True, "value": expected.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotIdentified("The identity provider's answer cannot be believed.") from error
    _check_party(claims, expected.client_id)
    if not hmac.compare_digest(str(claims["nonce"]).encode(), expected.nonce.encode()):
        raise NotIdentified("The identity provider's answer belongs to another request.")
    if expected.acr_values and claims.get("acr") not in expected.acr_values:
        raise NotIdentified("That way to identify oneself is not strong enough; choose another.")
    return claims


def key_named_by(token: str) -> str | None:
    """Give the id of the key by which a token says that it is signed, believed or not."""
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return None
    return kid if isinstance(kid, str) else None


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Refuse a token that is also for others, unless it was made for us."""
    audience = claims["aud"]
    others = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if others else client_id) != client_id:
        raise NotIdentified("The identity provider's answer is for somebody else.")


def name_in(claims: Mapping[str, Any]) -> str | None:
    """Give somebody's name, if it is told."""
    parts = [claims.get("name")] if claims.get("name") else _names(claims)
    name = " ".join(part for part in parts if isinstance(part, str))
    return " ".join(name.split())[:LONGEST_TEXT] or None


def verified_email_in(claims: Mapping[str, Any]) -> str | None:
    """Give somebody's address, if the provider says that it has verified it (Core 1.0, 5.1)."""
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True
    return email if is_verified and isinstance(email, str) and len(email) <= LONGEST_TEXT else None


def _names(claims: Mapping[str, Any]) -> list[Any]:
    return [claims.get("given_name"), claims.get("family_name")]
