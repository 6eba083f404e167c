"""The whole way to an identity provider and back, with a real one, and all that can go wrong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from identity_peer import (
    AINO,
    CLIENT,
    HOUR,
    asked_in,
    at_the_provider,
    browser,
    changed,
    free_port,
    make_process,
    provider_at,
    running_provider,
)
from talking import Client

from models.base import Json
from models.contracts import Verification
from models.events import Event, EventKind
from models.signing import Identification, SigningProcess, SigningState
from resolvers.identifying import IDENTITY_LASTS, MOST_TRIPS, TRIP_LASTS, identity_of
from resolvers.work import Work
from schema.context import clock


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider("--require-nonce=true") as issuer:
        yield issuer


async def identity(client: Client, process: SigningProcess, later: Any = None) -> Json | None:
    async with client.working() as work:
        at = Work(work.session, work.actor, clock() + (later or timedelta(0)))
        return await identity_of(at, process)


async def events(client: Client) -> list[tuple[EventKind, dict[str, Any]]]:
    kinds = [EventKind.IDENTITY_CONFIRMED, EventKind.IDENTITY_REFUSED]
    async with client.working() as work:
        found = await work.all(work.own(Event).where(Event.kind.in_(kinds)).order_by(Event.id))
    return [(one.kind, one.facts) for one in found]


async def reasons(client: Client) -> list[str]:
    found = await events(client)
    assert {kind for kind, _ in found} <= {EventKind.IDENTITY_REFUSED}
    return [facts["reason"] for _, facts in found]


async def test_a_signer_identifies_themselves_and_comes_back_to_the_page(
    client: Client, issuer: str
) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))

    url = await here.go(secret)
    outcome = await here.come_back(await at_the_provider(url))

    assert outcome == "confirmed"
    found = await identity(client, process)
    assert found is not None
    assert found.pop("at")
    assert found == {
        "issuer": issuer,
        "subject": "aino-1",
        "name": "Aino Virtanen",
        "acr": "substantial",
    }
    ((kind, facts),) = await events(client)
    assert kind is EventKind.IDENTITY_CONFIRMED
    assert facts == {"process_id": str(process.id), "issuer": issuer, "acr": "substantial"}


async def test_the_way_there_asks_for_a_code_with_a_proof_and_for_a_new_login(
    client: Client, issuer: str
) -> None:
    _, secret = await make_process(client)
    provider = provider_at(issuer, acr_values=("high", "substantial"))

    asked = asked_in(await browser(client, provider).go(secret))

    assert len(asked.pop("state")) >= 43
    assert len(asked.pop("nonce")) >= 43
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "http://test/public/identified",
        "scope": "openid profile",
        "code_challenge_method": "S256",
        "prompt": "login",
        "ui_locales": "fi",
        "acr_values": "high substantial",
    }


async def test_nothing_that_opens_anything_is_stored(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    asked = asked_in(await browser(client, provider_at(issuer)).go(secret))

    async with client.working() as work:
        (trip,) = await work.all(work.own(Identification))

    stored = repr(vars(trip))
    assert not [name for name in ("state", "nonce", "code_challenge") if asked[name] in stored]


async def test_a_state_is_used_once(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))
    cookies = dict(here.http.cookies)

    first = await here.come_back(address)
    here.http.cookies.update(cookies)
    second = await here.come_back(address)

    assert (first, second) == ("confirmed", "refused")
    assert len(await events(client)) == 1


async def test_another_browser_does_not_come_back_in_the_signers_place(
    client: Client, issuer: str
) -> None:
    process, secret = await make_process(client)
    provider = provider_at(issuer)
    here, elsewhere = browser(client, provider), browser(client, provider)
    address = await at_the_provider(await here.go(secret))

    assert await elsewhere.come_back(address) == "refused"
    assert await identity(client, process) is None
    assert await here.come_back(address) == "confirmed"


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000])
async def test_a_state_that_we_never_gave_leads_nowhere(
    client: Client, issuer: str, state: str
) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))

    assert await here.come_back(changed(address, state=state)) == "refused"
    assert await identity(client, process) is None


async def test_a_state_lasts_ten_minutes(client: Client, issuer: str) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))
    here.clock.ahead = TRIP_LASTS

    assert await here.come_back(address) == "refused"
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
    address = await at_the_provider(await here.go(secret), action="deny")

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
    here = browser(client, provider_at(issuer.replace("localhost", "127.0.0.1")))

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


async def test_who_comes_back_too_late_to_sign_is_not_kept(client: Client, issuer: str) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))
    async with client.working() as work:
        (await work.get(SigningProcess, process.id)).state = SigningState.WITHDRAWN

    assert await here.come_back(address) == "refused"
    assert await identity(client, process) is None


@pytest.mark.parametrize(
    "header", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
async def test_a_page_of_somebody_else_gets_no_address(
    client: Client, issuer: str, header: dict[str, str]
) -> None:
    _, secret = await make_process(client)

    answer = await browser(client, provider_at(issuer)).identify(secret, **header)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "NOT_ALLOWED")


async def test_our_own_page_gets_an_address_and_a_cookie_that_no_script_sees(
    client: Client, issuer: str
) -> None:
    _, secret = await make_process(client)

    answer = await browser(client, provider_at(issuer)).identify(
        secret, **{"origin": "http://test", "sec-fetch-site": "same-origin"}
    )

    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/public/identified" in cookie


async def test_an_identity_lasts_half_an_hour(client: Client, issuer: str) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    await here.come_back(await at_the_provider(await here.go(secret)))

    assert await identity(client, process, IDENTITY_LASTS / 2) is not None
    assert await identity(client, process, IDENTITY_LASTS + HOUR) is None


async def test_nobody_tries_for_ever(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    for _ in range(MOST_TRIPS):
        await here.go(secret)

    answer = await here.identify(secret)

    assert answer.json()["error"]["message"].startswith("It was tried too often")
