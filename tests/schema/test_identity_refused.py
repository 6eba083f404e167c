"""A real identity provider that is down, refuses, or says what cannot be believed."""

from collections.abc import Iterator

import pytest
from identity_peer import (
    AINO,
    HOUR,
    asked_in,
    at_the_provider,
    browser,
    changed,
    free_port,
    identity,
    make_process,
    provider_at,
    reasons,
    running_provider,
)
from talking import Client

from models.contracts import Verification
from models.signing import SigningState
from schema.context import clock


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider("--require-nonce=true") as issuer:
        yield issuer


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000])
async def test_a_state_that_we_never_gave_leads_nowhere(
    client: Client, issuer: str, state: str
) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))

    assert await here.come_back(changed(address, state=state)) == "refused"
    assert await identity(client, process) is None


async def test_an_answer_to_another_request_is_not_believed(client: Client, issuer: str) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    url = changed(await here.go(secret), nonce="of another request")

    assert await here.come_back(await at_the_provider(url)) == "refused"
    assert await identity(client, process) is None
    assert await reasons(client) == ["The identity provider's answer belongs to another request."]


@pytest.mark.parametrize("code", ["stolen", "x" * 5000])
async def test_a_code_that_the_provider_never_gave_is_refused(
    client: Client, issuer: str, code: str
) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))

    assert await here.come_back(changed(address, code=code)) == "refused"
    assert await identity(client, process) is None
    assert len(await reasons(client)) == 1


async def test_who_does_not_want_to_is_taken_back_and_can_begin_anew(
    client: Client, issuer: str
) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    url = await here.go(secret)
    denied = await at_the_provider(url, action="deny")
    address = changed(denied, state=asked_in(url)["state"])  # which this provider forgets

    assert await here.come_back(address) == "cancelled"
    assert await reasons(client) == ["They did not want to."]
    assert await here.come_back(await at_the_provider(await here.go(secret))) == "confirmed"
    assert await identity(client, process) is not None


async def test_an_error_of_the_provider_is_not_repeated(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    state = asked_in(await here.go(secret))["state"]
    address = "http://test/public/identified"

    said = changed(address, state=state, error="server_error", error_description="<b>Aino</b>")

    assert await here.come_back(said) == "refused"
    assert await reasons(client) == ["The identity provider could not identify them."]


async def test_an_answer_in_the_name_of_another_provider_is_refused(
    client: Client, issuer: str
) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))

    assert await here.come_back(changed(address, iss="https://evil.example")) == "refused"
    assert await reasons(client) == ["Another identity provider answered."]


async def test_a_way_that_is_not_strong_enough_is_refused(client: Client, issuer: str) -> None:
    process, secret = await make_process(client)
    weak = browser(client, provider_at(issuer, acr_values=("high",)))
    strong = browser(client, provider_at(issuer, acr_values=("high", str(AINO["acr"]))))

    assert await weak.come_back(await at_the_provider(await weak.go(secret))) == "refused"
    assert (await reasons(client))[0].startswith("That way to identify oneself is not strong")
    assert await strong.come_back(await at_the_provider(await strong.go(secret))) == "confirmed"
    assert await identity(client, process) is not None


async def test_somebody_without_a_name_is_refused(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret), sub="nameless")

    assert await here.come_back(address) == "refused"
    assert await reasons(client) == ["The identity provider does not tell the name."]


async def test_a_token_that_has_expired_is_not_believed(client: Client) -> None:
    process, secret = await make_process(client)

    with running_provider("--token-max-age=-300") as issuer:
        here = browser(client, provider_at(issuer))
        address = await at_the_provider(await here.go(secret))
        outcome = await here.come_back(address)

    assert outcome == "refused"
    assert await identity(client, process) is None
    assert await reasons(client) == ["The identity provider's answer cannot be believed."]


async def test_a_provider_that_is_down_is_said_to_be(client: Client) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(f"http://localhost:{free_port()}"))

    answer = await here.identify(secret)

    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "NOT_IDENTIFIED"
    assert error["message"].startswith("The identity provider cannot be reached now")


async def test_a_provider_that_goes_down_on_the_way_is_tried_again_later(client: Client) -> None:
    process, secret = await make_process(client)
    with running_provider() as issuer:
        here = browser(client, provider_at(issuer))
        address = await at_the_provider(await here.go(secret))

    assert await here.come_back(address) == "refused"
    assert await identity(client, process) is None


async def test_a_provider_under_another_name_is_not_believed(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(f"{issuer}/"))

    assert (await here.identify(secret)).status_code == 403


async def test_without_a_provider_nobody_can_identify_themselves(client: Client) -> None:
    _, secret = await make_process(client)

    answer = await browser(client, None).identify(secret)

    assert answer.json()["error"]["code"] == "NOT_IDENTIFIED"


async def test_a_signing_that_does_not_ask_for_it_leads_nowhere(
    client: Client, issuer: str
) -> None:
    _, secret = await make_process(client, verification=Verification.SIGNATURE)

    answer = await browser(client, provider_at(issuer)).identify(secret)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_INPUT")


@pytest.mark.parametrize("why", ["unknown", "missing", "expired", "signed"])
async def test_a_link_that_is_not_valid_leads_nowhere(
    client: Client, issuer: str, why: str
) -> None:
    given = {
        "expired": {"expires_at": clock() - HOUR},
        "signed": {"state": SigningState.SIGNED},
    }.get(why, {})
    _, secret = await make_process(client, **given)
    said = {"unknown": "unknown", "missing": " "}.get(why, secret)

    answer = await browser(client, provider_at(issuer)).identify(said)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "LINK_NOT_VALID")
    assert "set-cookie" not in answer.headers
