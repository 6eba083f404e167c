"""Assertions by which clients of OAuth 2.0 say who they are (RFC 7523, 3), and whether to believe.

One is signed by a key of its client, for our token endpoint alone, for minutes, and used once.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from models.partners import ServiceKeyKind
from resolvers.partners.known import KnownAccount, KnownKey

ALGORITHMS: dict[ServiceKeyKind, list[str]] = {
    ServiceKeyKind.RSA: ["RS256", "PS256"],
    ServiceKeyKind.P256: ["ES256"],
    ServiceKeyKind.ED25519: ["Ed25519"],
}
KEYS: dict[ServiceKeyKind, Any] = {
    ServiceKeyKind.RSA: RSAKey,
    ServiceKeyKind.P256: ECKey,
    ServiceKeyKind.ED25519: OKPKey,
}
LEEWAY = timedelta(minutes=1)
LONGEST_LIFE = timedelta(minutes=10)
LONGEST_JTI = 200
NOT_SIGNED = "The assertion is not signed by a good key of a client that we know."


class OAuthError(StrEnum):
    """What stood against a request for an access token (RFC 6749, 5.2)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


class ClientRefused(Exception):
    """A client of OAuth 2.0 gets no access token.

    Args:
        error: Why, in the words of RFC 6749.
        message: One plain sentence: what is wrong, what would work.
    """

    def __init__(self, error: OAuthError, message: str) -> None:
        self.error = error
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that is believed, unless it was used before.

    Args:
        jti: Its own id.
        lapses_at: From when on it is too old to be believed.
    """

    jti: str
    lapses_at: datetime


def client_named_by(assertion: str) -> str:
    """Give the client that an assertion says it is of, believed or not.

    Raises:
        ClientRefused: It is no assertion.
    """
    try:
        payload = json.loads(jws.extract_compact(assertion.encode()).payload or b"")
        subject = payload["sub"]
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise refusal("client_assertion is no JWT with a `sub`.") from error
    if not isinstance(subject, str):
        raise refusal("The `sub` of the assertion is no text.")
    return subject


def read(
    assertion: str, client_id: str, account: KnownAccount | None, *, audience: str, now: datetime
) -> Assertion:
    """Read an assertion that can be believed.

    Args:
        assertion: The JWT.
        client_id: Who it says that it is of.
        account: Their account; None when there is none.
        audience: The address of our token endpoint.
        now: The moment, by our clock; clocks may differ by a minute.

    Raises:
        ClientRefused: It is not signed by one of the account's keys, is for somebody else, too old,
            or made for too long.
    """
    claims = _claims(assertion, account.good_keys(now) if account else [])
    if (claims.get("iss"), claims.get("sub")) != (client_id, client_id):
        raise refusal("`iss` and `sub` of the assertion have to be the client's id.")
    if claims.get("aud") not in (audience, [audience]):
        raise refusal(f"`aud` of the assertion has to be {audience}, and nothing else.")
    expires_at, jti = _time(claims, "exp"), claims.get("jti")
    if expires_at is None or not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        message = f"The assertion needs an `exp`, and a `jti` of up to {LONGEST_JTI} characters."
        raise refusal(message)
    if expires_at + LEEWAY <= now:
        raise refusal("The assertion has expired; make one for each request, and set the clock.")
    if expires_at > now + LONGEST_LIFE + LEEWAY:
        minutes = int(LONGEST_LIFE.total_seconds()) // 60
        raise refusal(f"`exp` is too far away; at most {minutes} minutes from now on are allowed.")
    begins = [_time(claims, name) for name in ("nbf", "iat") if name in claims]
    if any(at is None or at > now + LEEWAY for at in begins):
        raise refusal("The assertion says that it is of later; set the clock.")
    return Assertion(jti, expires_at + 2 * LEEWAY)


def _claims(assertion: str, keys: list[KnownKey]) -> dict[str, Any]:
    for key in keys:
        public: Key = KEYS[key.kind].import_key(key.pem)
        try:
            return dict(jwt.decode(assertion, public, algorithms=ALGORITHMS[key.kind]).claims)
        except (JoseError, ValueError, TypeError):
            continue
    raise refusal(NOT_SIGNED)


def _time(claims: dict[str, Any], name: str) -> datetime | None:
    """Read a claim that is a NumericDate (RFC 7519, 2); None when it is not."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def refusal(message: str) -> ClientRefused:
    """Say that it is not known who the client is."""
    return ClientRefused(OAuthError.INVALID_CLIENT, message)
