"""ID tokens: who wrote them, for whom, when and how strongly; all else is not believed."""

import base64
import hmac
import time
from datetime import timedelta
from typing import Any

import pytest
from factories import NOON
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from models.errors import NotIdentified
from resolvers.outside.id_tokens import Expected, claims_of, key_named_by, name_in

OURS = RSAKey.generate_key(2048, {"kid": "ours", "use": "sig"})
CURVE = ECKey.generate_key("P-256", {"kid": "curve"})
OTHER = RSAKey.generate_key(2048, {"kid": "ours"})
KEYS = KeySet([OURS, CURVE])
ISSUER = "https://id.example"
NOW = int(NOON.timestamp())
EXPECTED = Expected(ISSUER, "livionkey", "the nonce", ("high", "substantial"), NOON)
GOOD = {
    "iss": ISSUER,
    "aud": "livionkey",
    "sub": "aino-1",
    "nonce": "the nonce",
    "iat": NOW - 5,
    "exp": NOW + 60,
    "acr": "high",
    "name": "Aino Virtanen",
}


def token(key: Any = OURS, alg: str = "RS256", kid: str = "ours", **claims: Any) -> str:
    said = {name: value for name, value in (GOOD | claims).items() if value is not None}
    return jwt.encode({"alg": alg, "kid": kid}, said, key, algorithms=[alg])


@pytest.mark.parametrize(
    "good",
    [
        token(),
        token(CURVE, "ES256", "curve"),
        token(OURS, "PS256"),
        token(aud=["livionkey"]),
        token(aud=["livionkey", "other"], azp="livionkey"),
        token(exp=NOW - 30),
        token(iat=NOW + 30),
        token(acr="substantial"),
    ],
)
def test_a_token_of_the_provider_is_believed(good: str) -> None:
    assert claims_of(good, KEYS, EXPECTED)["sub"] == "aino-1"


def signed_with_what_everybody_knows() -> str:
    """Write a token with the provider's public key as if it were a secret that we share."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"ours"}').decode().rstrip("=")
    said = f"{header}.{token().split('.')[1]}"
    made = hmac.digest(OURS.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


BAD = {
    "another key": token(OTHER),
    "a key that nobody knows": token(OTHER, kid="theirs"),
    "our public key as a shared secret": signed_with_what_everybody_knows(),
    "another issuer": token(iss="https://evil.example"),
    "no issuer": token(iss=None),
    "another audience": token(aud="other"),
    "other audiences": token(aud=["other"]),
    "no audience": token(aud=None),
    "several audiences and no party": token(aud=["livionkey", "other"]),
    "another party": token(azp="other"),
    "another nonce": token(nonce="another"),
    "no nonce": token(nonce=None),
    "an empty nonce": token(nonce=""),
    "too old": token(exp=NOW - 90),
    "no end": token(exp=None),
    "made tomorrow": token(iat=NOW + 90_000),
    "no beginning": token(iat=None),
    "an end that is none": token(exp="tomorrow"),
    "nobody": token(sub=None),
    "too weak": token(acr="low"),
    "of unknown strength": token(acr=None),
    "strength as a list": token(acr=["high"]),
    "no token": "",
    "no signature": token().rpartition(".")[0] + ".",
    "not even base64": "a.b.c",
    "none at all": "eyJhbGciOiJub25lIn0." + token().split(".")[1] + ".",
}


@pytest.mark.parametrize("what", BAD)
def test_any_other_token_is_not_believed(what: str) -> None:
    with pytest.raises(NotIdentified):
        claims_of(BAD[what], KEYS, EXPECTED)


def test_any_strength_will_do_where_none_is_asked_for() -> None:
    anyhow = Expected(ISSUER, "livionkey", "the nonce", (), NOON)

    assert claims_of(token(acr=None), KEYS, anyhow)["sub"] == "aino-1"


STRICT = Expected(
    ISSUER, "livionkey", "the nonce", (), NOON, amr_values=("mfa",), max_age=timedelta(minutes=10)
)


@pytest.mark.parametrize(
    ("claims", "is_believed"),
    [
        ({"amr": ["mfa"], "auth_time": NOW}, True),
        ({"amr": ["pwd", "mfa"], "auth_time": NOW - 600}, True),
        ({"amr": ["mfa"], "auth_time": NOW - 660}, True),
        ({"amr": ["mfa"], "auth_time": NOW - 661}, False),
        ({"amr": ["mfa"], "auth_time": NOW + 61}, False),
        ({"amr": ["mfa"], "auth_time": True}, False),
        ({"amr": ["mfa"], "auth_time": 1e300}, False),
        ({"amr": ["mfa"], "auth_time": "now"}, False),
        ({"amr": ["mfa"]}, False),
        ({"amr": ["pwd"], "auth_time": NOW}, False),
        ({"amr": [["mfa"], {}, None], "auth_time": NOW}, False),
        ({"amr": "mfa", "auth_time": NOW}, False),
        ({"auth_time": NOW}, False),
    ],
)
def test_methods_and_the_moment_of_the_proof_are_looked_at_where_asked_for(
    claims: dict[str, Any], is_believed: bool
) -> None:
    written = token(**claims)

    assert claims_of(written, KEYS, EXPECTED)["sub"] == "aino-1"
    if is_believed:
        assert claims_of(written, KEYS, STRICT)["sub"] == "aino-1"
    else:
        with pytest.raises(NotIdentified):
            claims_of(written, KEYS, STRICT)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": " Aino\n Virtanen "}, "Aino Virtanen"),
        ({"given_name": "Aino", "family_name": "Virtanen"}, "Aino Virtanen"),
        ({"name": "", "family_name": "Virtanen"}, "Virtanen"),
        ({"name": {"a": 1}}, None),
        ({}, None),
    ],
)
def test_a_name_is_told_in_one_way_or_another(claims: dict[str, Any], name: str | None) -> None:
    assert name_in(claims) == name


def test_a_token_names_its_key() -> None:
    assert key_named_by(token(kid="ours")) == "ours"
    assert key_named_by("nothing") is None


def test_a_token_is_read_in_no_time() -> None:
    one, began = token(), time.perf_counter()

    claims_of(one, KEYS, EXPECTED)

    assert time.perf_counter() - began < 5
