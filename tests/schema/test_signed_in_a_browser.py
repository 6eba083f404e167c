"""Keys are signed for in a real browser, with the real server, worker, database and seal."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from agreeing import make_agreement
from browsing import PHONE, visit
from identity_peer import CLIENT, running_provider
from linking import CREATE, make_stay
from playwright.async_api import Page, expect
from signing import START, fetched
from signing_by_hand import draw_with_the_mouse
from whole_api import WholeApi, whole_api

from models.contracts import KeyContract, Verification
from resolvers.looking import belonging
from resolvers.relations import LOCKER_CONTRACTS
from resolvers.signed.verifications import begins_to_wait
from resolvers.work import Work
from schema.scalars import NOBODY, from_id, to_id

SEALED_MILLISECONDS = 60_000
"""A busy machine may take so long to make a document and to seal it."""
SEEN = """query($id: ID!) { node(id: $id) { ... on KeyContract {
  status returnSigned signings { state reason } lockerContracts { pin }
  signatures { signerName method drawn documentDigest }
} } }"""
STATION = """mutation { signatureStationCreate(input: {name: "Reception"}) {
  signatureStation { id } userErrors { code } } }"""
PAIRING_CODE = """mutation($id: ID!) { signatureStationPairingCode(input: {id: $id}) {
  code userErrors { code } } }"""


@pytest.fixture
async def api(own_url: str, tmp_path: Path) -> AsyncIterator[WholeApi]:
    async with whole_api(own_url, tmp_path) as api:
        yield api


async def waits(work: Work, verification: Verification = Verification.SIGNATURE) -> str:
    """Make a stay that has begun, whose house rules have to be accepted before it holds."""
    await make_agreement(work, name="House rules", mandatory=True)
    contract = await make_stay(work, starts_at=work.now)
    (known,) = await work.locked(KeyContract, [contract.id])
    await begins_to_wait(work, known, verification)
    return to_id(KeyContract, contract.id)


async def seen(api: WholeApi, id: str) -> dict[str, Any]:
    node: dict[str, Any] = (await api.ask(SEEN, id=id))["node"]
    return node


async def begun(api: WholeApi, **wish: Any) -> str:
    """Begin a signing, and give the secret of its link."""
    payload = (await api.ask(START, input=wish))["signingStart"]
    assert payload["userErrors"] == []
    secret: str = payload["url"].partition("#")[2]
    return secret


async def fill_in(page: Page) -> None:
    """Read the document to its end, accept its rules, and write the name."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign the key contract")
    await page.get_by_role("checkbox").check()
    await page.get_by_label("Your full name").fill("Aino Virtanen")
    await page.locator("#end").scroll_into_view_if_needed()
    sign = page.get_by_role("button", name="Sign", exact=True)
    await expect(sign).to_be_enabled(timeout=SEALED_MILLISECONDS)


@pytest.mark.parametrize("method", ["LINK", "LOCAL"])
async def test_what_staff_begin_is_signed_and_the_contract_holds(
    api: WholeApi, method: str
) -> None:
    async with api.working() as work:
        id = await waits(work)
    assert (await seen(api, id))["status"] == "WAITING_FOR_SIGNATURE"
    secret = await begun(api, keyContractId=id, method=method)

    async with visit(f"{api.url}/sign#{secret}", **PHONE) as visited:
        await fill_in(visited.page)
        digest = await visited.page.locator("code").text_content()
        await draw_with_the_mouse(visited.page)
        await visited.page.get_by_role("button", name="Sign", exact=True).click()
        await expect(visited.page.locator("[data-state=SIGNED]")).to_be_visible()
        assert visited.asked_elsewhere(api.url) == []
        assert visited.complaints == []

    contract = await seen(api, id)
    assert contract["status"] == "ACTIVE"
    (signature,) = contract["signatures"]
    assert signature == {
        "signerName": "Aino Virtanen",
        "method": method,
        "drawn": True,
        "documentDigest": digest,
    }


@pytest.mark.parametrize("method", ["LINK", "LOCAL"])
async def test_a_contact_signs_that_the_keys_came_back(api: WholeApi, method: str) -> None:
    async with api.working() as work:
        id = await waits(work)
        (contract,) = await work.locked(KeyContract, [from_id(KeyContract, id) or NOBODY])
        await fetched(work, contract)
    secret = await begun(api, keyContractId=id, method=method, purpose="RETURN")

    async with visit(f"{api.url}/sign#{secret}", **PHONE) as visited:
        page = visited.page
        title = page.get_by_role("heading", level=1)
        await expect(title).to_have_text("Confirm that the keys came back")
        await expect(page.get_by_role("checkbox")).to_have_count(0)
        await page.get_by_label("Your full name").fill("Aino Virtanen")
        await page.locator("#end").scroll_into_view_if_needed()
        sign = page.get_by_role("button", name="Sign", exact=True)
        await expect(sign).to_be_enabled(timeout=SEALED_MILLISECONDS)
        await draw_with_the_mouse(page)
        await sign.click()
        await expect(page.locator("[data-state=SIGNED]")).to_be_visible()
        assert visited.complaints == []

    contract = await seen(api, id)
    assert (contract["status"], contract["returnSigned"]) == ("ACTIVE", True)
    assert [one["method"] for one in contract["signatures"]] == [method]


@pytest.mark.parametrize("method", ["LINK", "LOCAL"])
async def test_a_contact_who_declines_is_heard_and_the_contract_waits_on(
    api: WholeApi, method: str
) -> None:
    async with api.working() as work:
        id = await waits(work)
    secret = await begun(api, keyContractId=id, method=method)

    async with visit(f"{api.url}/sign#{secret}", **PHONE) as visited:
        page = visited.page
        sign = page.get_by_role("button", name="Sign", exact=True)
        await page.locator("#end").scroll_into_view_if_needed()
        await expect(sign).to_be_enabled(timeout=SEALED_MILLISECONDS)
        await page.get_by_role("button", name="I do not sign").click()
        await page.get_by_label("Why do you not sign?").fill("The wrong apartment.")
        await page.get_by_role("button", name="Decline", exact=True).click()
        await expect(page.locator("[data-state=DECLINED]")).to_be_visible()
        assert visited.complaints == []

    contract = await seen(api, id)
    assert contract["status"] == "WAITING_FOR_SIGNATURE"
    assert contract["signings"] == [{"state": "DECLINED", "reason": "The wrong apartment."}]
    assert contract["signatures"] == []


async def test_a_contact_sees_the_pin_once_they_have_signed_from_their_page(api: WholeApi) -> None:
    async with api.working() as work:
        id = await waits(work)
    made = (await api.ask(CREATE, input={"keyContractId": id}))["contractLinkCreate"]
    secret = made["url"].partition("#")[2]

    async with visit(f"{api.url}/contract#{secret}") as visited:
        page = visited.page
        await expect(page.locator("main")).to_contain_text(
            "The PIN is shown here once the contract is signed."
        )
        await page.get_by_role("button", name="Sign now").click()
        await fill_in(page)
        await draw_with_the_mouse(page)
        await page.get_by_role("button", name="Sign", exact=True).click()
        await page.get_by_role("link", name="Back to the contract").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your key contract")
        async with api.working() as work:
            pin = await pin_of(work)
        await expect(page.locator(".pin .unseen")).to_have_text(
            " ".join(pin), timeout=SEALED_MILLISECONDS
        )
        assert visited.asked_elsewhere(api.url) == []
        assert visited.complaints == []


async def pin_of(work: Work) -> str:
    (contract,) = await work.all(work.own(KeyContract))
    ((held,),) = await belonging(work, LOCKER_CONTRACTS, [contract.id])
    pin: str = held.sealed_pin.opened(of=held.id)
    return pin


async def send_to_a_station(api: WholeApi, page: Page, id: str) -> None:
    """Pair a display, and have a contract signed at it."""
    station = (await api.ask(STATION))["signatureStationCreate"]["signatureStation"]["id"]
    code = (await api.ask(PAIRING_CODE, id=station))["signatureStationPairingCode"]["code"]
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Pair").click()
    await expect(page.locator("#connection")).to_have_text("Connected")
    start = {"keyContractId": id, "method": "STATION", "stationId": station}
    payload = (await api.ask(START, input=start))["signingStart"]
    assert (payload["userErrors"], payload["url"]) == ([], None)


async def test_a_contract_is_signed_at_a_station(api: WholeApi) -> None:
    async with api.working() as work:
        id = await waits(work)

    async with visit(f"{api.url}/station", viewport={"width": 1280, "height": 800}) as visited:
        page = visited.page
        await send_to_a_station(api, page, id)
        await fill_in(page)
        await page.get_by_role("radio", name="By typing my name").check()
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
        await expect(page.locator("#idle")).to_be_visible(timeout=SEALED_MILLISECONDS)
        assert visited.asked_elsewhere(api.url) == []
        assert visited.complaints == []

    contract = await seen(api, id)
    assert contract["status"] == "ACTIVE"
    assert [one["method"] for one in contract["signatures"]] == ["STATION"]


async def identify(page: Page, issuer: str) -> None:
    """Go to the identity provider, and come back as Aino."""
    await page.get_by_role("button", name="Identify yourself").click()
    await page.wait_for_url(f"{issuer}/**")
    await page.locator("[name=sub]").first.fill("aino-1")
    await page.locator("[type=submit]").first.click()


async def test_somebody_proves_who_they_are_at_an_identity_provider_and_signs(
    own_url: str, tmp_path: Path
) -> None:
    with running_provider("--require-nonce=true") as issuer:
        given = {"oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": "a secret"}
        async with whole_api(own_url, tmp_path, **given) as api:
            async with api.working() as work:
                id = await waits(work, Verification.STRONG)
            start = {"keyContractId": id, "method": "LINK"}
            url = (await api.ask(START, input=start))["signingStart"]["url"]

            async with visit(url) as visited:
                page = visited.page
                await identify(page, issuer)
                await expect(page.locator("#answer")).to_contain_text("Identified: Aino Virtanen")
                async with visit(url) as elsewhere:  # the same link in another browser
                    ask = elsewhere.page.get_by_role("button", name="Identify yourself")
                    await expect(ask).to_be_visible()
                await page.get_by_role("checkbox").check()
                sign = page.get_by_role("button", name="Sign", exact=True)
                await expect(sign).to_be_enabled(timeout=SEALED_MILLISECONDS)
                await draw_with_the_mouse(page)
                await sign.click()
                await expect(page.locator("[data-state=SIGNED]")).to_be_visible()

            contract = await seen(api, id)

    assert contract["status"] == "ACTIVE"
    assert [one["signerName"] for one in contract["signatures"]] == ["Aino Virtanen"]


async def test_somebody_proves_who_they_are_at_a_station_which_stays_one(
    own_url: str, tmp_path: Path
) -> None:
    with running_provider("--require-nonce=true") as issuer:
        given = {"oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": "a secret"}
        async with whole_api(own_url, tmp_path, **given) as api:
            async with api.working() as work:
                id = await waits(work, Verification.STRONG)

            async with visit(f"{api.url}/station") as visited:
                page = visited.page
                await send_to_a_station(api, page, id)
                await identify(page, issuer)
                await page.wait_for_url(f"{api.url}/station")
                await expect(page.locator("#answer")).to_contain_text("Identified: Aino Virtanen")
                assert await page.evaluate("sessionStorage['livionkey.signing']") is None
                await page.get_by_role("checkbox").check()
                await page.get_by_role("radio", name="By typing my name").check()
                sign = page.get_by_role("button", name="Sign", exact=True)
                await expect(sign).to_be_enabled(timeout=SEALED_MILLISECONDS)
                await sign.click()
                await expect(page.locator("[data-state=SIGNED]")).to_be_visible()
                await expect(page.locator("#idle")).to_be_visible(timeout=SEALED_MILLISECONDS)
                assert page.url == f"{api.url}/station"

            contract = await seen(api, id)

    assert contract["status"] == "ACTIVE"
    (signature,) = contract["signatures"]
    assert (signature["signerName"], signature["method"]) == ("Aino Virtanen", "STATION")
