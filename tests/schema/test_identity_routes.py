"""The way to an identity provider and back, with a real one, and who may go it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from identity_peer import (
    CLIENT,
    HOUR,
    asked_in,
    at_the_provider,
    browser,
    counting,
    events,
    identity,
    make_process,
    provider_at,
    running_provider,
)
from signing import keeping, refetched, signer_of
from talking import Client

from models.contracts import Verification
from models.events import EventKind
from models.signing import Identification, Signature, SigningProcess, SigningState
from resolvers.identifying import IDENTITY_LASTS, MOST_TRIPS, TRIP_LASTS
from schema.web.public_requests import PROOF_COOKIE


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider("--require-nonce=true") as issuer:
        yield issuer


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


async def test_a_state_lasts_ten_minutes(client: Client, issuer: str) -> None:
    process, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    address = await at_the_provider(await here.go(secret))
    here.clock.ahead = TRIP_LASTS

    assert await here.come_back(address) == "refused"
    assert await identity(client, process) is None


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

    assert await counting(client, process, here.proof, IDENTITY_LASTS / 2) is not None
    assert await counting(client, process, here.proof, IDENTITY_LASTS + HOUR) is None


async def test_nobody_tries_for_ever(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    for _ in range(MOST_TRIPS):
        await here.go(secret)

    answer = await here.identify(secret)

    assert answer.json()["error"]["message"].startswith("It was tried too often")


async def test_who_proved_who_they_are_signs_in_that_name(client: Client, issuer: str) -> None:
    signer, process = await signer_of(client, contract={"verification": Verification.STRONG})
    here = browser(client, provider_at(issuer))
    before = await signer.refused("/sign", await signer.signature(name="A. V."))

    await here.come_back(await at_the_provider(await here.go(signer.secret)))
    signer.headers |= keeping(here.proof or "")
    after = await signer.sign(name="A. V.")

    assert (before, after.json()) == ((403, "NOT_IDENTIFIED"), {"state": "SIGNED"})
    async with client.working() as work:
        (signature,) = await work.all(work.own(Signature))
    assert signature.process_id == process.id
    assert signature.signer_name == "Aino Virtanen"
    assert signature.identity["subject"] == "aino-1"


async def test_whoever_else_has_the_link_does_not_sign_in_the_proved_name(
    client: Client, issuer: str
) -> None:
    signer, process = await signer_of(client, contract={"verification": Verification.STRONG})
    _, secret = await make_process(client)
    here, elsewhere = (browser(client, provider_at(issuer)) for _ in range(2))
    await here.come_back(await at_the_provider(await here.go(signer.secret)))
    await elsewhere.come_back(await at_the_provider(await elsewhere.go(secret)))

    for proof in (None, "", "made up", elsewhere.proof):
        signer.headers = {} if proof is None else keeping(proof)
        assert (await signer.post("")).json()["identity"] is None
        refusal = await signer.refused("/sign", await signer.signature())
        assert refusal == (403, "NOT_IDENTIFIED")
    assert (await refetched(client, process)).state is SigningState.OFFERED

    signer.headers = keeping(here.proof or "")
    assert (await signer.post("")).json()["identity"] == {"name": "Aino Virtanen"}
    assert (await signer.sign()).json() == {"state": "SIGNED"}


async def test_what_the_browser_keeps_is_for_our_own_pages_and_stored_nowhere(
    client: Client, issuer: str
) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))

    answer = await here.http.get(await at_the_provider(await here.go(secret)))

    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if PROOF_COOKIE in one]
    words = cookie.lower().split("; ")
    assert {"httponly", "samesite=strict", "path=/public/signing", "max-age=1800"} <= set(words)
    assert "secure" not in words
    async with client.working() as work:
        (trip,) = await work.all(work.own(Identification))
    assert here.proof is not None
    assert len(here.proof) >= 43
    assert here.proof not in repr(vars(trip))


async def test_what_the_browser_keeps_goes_over_https_alone_where_that_is_spoken(
    client: Client, issuer: str
) -> None:
    _, secret = await make_process(client)
    client = replace(client, outside=replace(client.outside, public_url="https://test/keys"))
    here = browser(client, provider_at(issuer))
    went = await here.identify(secret, origin="https://test")
    address = await at_the_provider(went.json()["url"])

    cookies = {"cookie": went.headers["set-cookie"].partition(";")[0]}
    answer = await here.http.get(address, headers=cookies)

    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if PROOF_COOKIE in one]
    assert {"secure", "path=/keys/public/signing"} <= set(cookie.lower().split("; "))


async def test_who_was_not_identified_keeps_nothing(client: Client, issuer: str) -> None:
    _, secret = await make_process(client)
    here = browser(client, provider_at(issuer))
    state = asked_in(await here.go(secret))["state"]

    outcome = await here.come_back(f"/public/identified?state={state}&error=access_denied")

    assert (outcome, here.proof) == ("cancelled", None)


async def test_no_log_tells_who_it_was_or_by_what_they_came(
    client: Client, issuer: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    _, secret = await make_process(client)
    provider = provider_at(issuer)
    here = browser(client, provider)

    url = await here.go(secret)
    address = await at_the_provider(url)
    caplog.clear()  # what the browser of the test logs on its way
    await here.come_back(address)

    told = [one for one in caplog.messages if "/public/identified" not in one]
    asked, answered = asked_in(url), asked_in(address)
    secrets = [secret, asked["state"], asked["nonce"], answered["code"], "aino-1", "Virtanen"]
    assert not [one for one in told if any(hidden in one for hidden in secrets)]
