"""ID tokens of OpenID Connect: who somebody is, in a provider's words, and whether to believe it.

OpenID Connect Core 1.0, 3.1.3.7. Only signatures by a provider's own key pair are believed: with
a shared secret, or none at all, anybody who knows our client could write a token.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
        amr_values: By which methods somebody was authenticated (RFC 8176), all of them.
        max_age: How long ago that may be at most; any time when None.
    """

    issuer: str
    client_id: str
    nonce: str
    acr_values: Collection[str]
    now: datetime
    amr_values: Collection[str] = ()
    max_age: timedelta | None = None


def claims_of(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """Read a token that can be believed.

    Raises:
        NotIdentified: It is not signed by one of the keys, is for somebody else, is too old, or
            too weak, or was proved too long ago.
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
    _check_strength(claims, expected)
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


def _check_strength(claims: Mapping[str, Any], expected: Expected) -> None:
    """Refuse what was proved too weakly or too long ago (Core 1.0, 3.1.3.7, 11 to 13)."""
    amr = claims.get("amr")
    methods = {one for one in amr if isinstance(one, str)} if isinstance(amr, list) else set()
    is_of_level = not expected.acr_values or claims.get("acr") in expected.acr_values
    if not is_of_level or not methods.issuperset(expected.amr_values):
        raise NotIdentified("That way to identify oneself is not strong enough; choose another.")
    if expected.max_age is None:
        return
    at, now = proved_at_in(claims), expected.now
    if at is None or not now - expected.max_age - LEEWAY <= at <= now + LEEWAY:
        raise NotIdentified("You identified yourself there too long ago; do it again.")


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


def proved_at_in(claims: Mapping[str, Any]) -> datetime | None:
    """Tell when somebody proved who they are, if that is told (Core 1.0, 2: `auth_time`)."""
    told = claims.get("auth_time")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    try:
        return datetime.fromtimestamp(told, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _names(claims: Mapping[str, Any]) -> list[Any]:
    return [claims.get("given_name"), claims.get("family_name")]
