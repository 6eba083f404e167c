"""What a contact sees of one contract by its link, in a real browser; it never opens a door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from browsing import PHONE, Visit, visit
from playwright.async_api import expect
from signing_by_hand import accept, draw_with_the_mouse
from signing_peer import CONTRACT_SECRET, Peer
from small_api import served


@asynccontextmanager
async def looking(peer: Peer, **options: Any) -> AsyncIterator[Visit]:
    """Open a link; at the end nothing was asked of another host, and nothing was complained of."""
    link = f"contract#{CONTRACT_SECRET}"
    async with served(peer.app()) as url, visit(f"{url}/{link}", **options) as visited:
        yield visited
        assert visited.asked_elsewhere(url) == []
        assert visited.complaints == []


async def test_a_contact_sees_what_where_when_and_the_pin() -> None:
    peer = Peer(contract=Peer.a_contract())
    async with looking(peer, **PHONE) as visited:
        page = visited.page
        main = page.locator("main")
        await expect(page.locator(".pin")).to_contain_text("482 913")
        await expect(page.locator(".pin .unseen")).to_have_text("4 8 2 9 1 3")
        for words in (
            "KC-7H2K9QZX",
            "Asema",
            "Rautatientori 1, Helsinki",
            "60.171873, 24.941422",
            "A15 \N{EN DASH} A 15",
            "Tue, 1 June 2027 at 15:00 EEST",
            "Upcoming",
        ):
            await expect(main).to_contain_text(words)
        maps = page.get_by_role("link", name="Open in a map application")
        await expect(maps).to_have_attribute("href", "geo:60.171873,24.941422")
        elsewhere = page.get_by_role("link", name="Open in OpenStreetMap")
        await expect(elsewhere).to_have_attribute("rel", "noreferrer noopener")
        assert CONTRACT_SECRET not in page.url


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "WAITING_FOR_SIGNATURE"}, "The PIN is shown here once the contract is signed."),
        ({}, "The PIN is shown here by Mon, 31 May 2027 at 15:00 EEST."),
    ],
)
async def test_a_pin_that_is_not_there_yet_says_when_it_comes(
    changes: dict[str, Any], words: str
) -> None:
    contract = Peer.a_contract() | changes
    contract["lockers"][0]["pin"] = None
    async with looking(Peer(contract=contract)) as visited:
        await expect(visited.page.locator("main")).to_contain_text(words)
        await expect(visited.page.locator(".pin")).to_have_count(0)


async def test_keys_at_a_desk_say_how_they_are_picked_up() -> None:
    contract = Peer.a_contract() | {"lockers": [], "pickUpInformation": "Ring at\nthe office."}
    async with looking(Peer(contract=contract)) as visited:
        await expect(visited.page.locator(".lines")).to_have_text("Ring at\nthe office.")


async def test_what_a_contact_signed_can_be_had_from_their_page() -> None:
    document = "/files/1?name=KC-7H2K9QZX-handover-signed.pdf&expires=1&signature=s"
    contract = Peer.a_contract() | {"signedDocument": document}
    async with looking(Peer(contract=contract)) as visited:
        link = visited.page.get_by_role("link", name="Your signed document")
        await expect(link).to_have_attribute("href", document)


async def test_nothing_is_said_of_a_document_that_is_not_signed_or_not_sealed_yet() -> None:
    async with looking(Peer(contract=Peer.a_contract())) as visited:
        await expect(visited.page.locator("main")).to_contain_text("KC-7H2K9QZX")
        await expect(visited.page.get_by_role("link", name="Your signed document")).to_have_count(0)


OPENING = {
    "startsAt": "2027-06-01T06:00:00Z",
    "endsAt": "2027-06-01T14:00:00Z",
    "startsAtLocal": "1 June 2027 at 09:00",
    "endsAtLocal": "1 June 2027 at 17:00",
    "timeZone": "Europe/Helsinki",
}


@pytest.mark.parametrize(
    ("openings", "words"),
    [
        ([OPENING], "Tue, 1 June 2027 at 09:00 EEST \N{EN DASH} Tue, 1 June 2027 at 17:00 EEST"),
        ([OPENING | {"endsAt": None}], "at 09:00 EEST \N{EN DASH} Until further notice"),
        ([], "The keys cannot be fetched any more."),
    ],
)
async def test_a_contact_sees_when_keys_may_be_fetched(
    openings: list[dict[str, Any]], words: str
) -> None:
    async with looking(Peer(contract=Peer.a_contract() | {"nextOpenings": openings})) as visited:
        main = visited.page.locator("main")
        await expect(main).to_contain_text("Keys may be fetched")
        await expect(main).to_contain_text(words)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ({"alwaysOpen": True, "nextOpenings": [OPENING]}, "At all times"),
        ({"alwaysOpen": False, "nextOpenings": [OPENING]}, "Tue, 1 June 2027 at 17:00 EEST"),
        ({"alwaysOpen": False, "nextOpenings": []}, "Not open during this time"),
    ],
)
async def test_a_contact_sees_when_and_how_they_get_to_the_automat(
    hours: dict[str, Any], words: str
) -> None:
    contract = Peer.a_contract()
    contract["lockers"][0] |= {"openingHours": hours, "accessInstructions": "In the shop,\nleft."}
    async with looking(Peer(contract=contract)) as visited:
        await expect(visited.page.locator("main")).to_contain_text(words)
        await expect(visited.page.locator(".lines")).to_have_text("In the shop,\nleft.")


async def test_a_contact_signs_from_their_page_and_comes_back() -> None:
    peer = Peer(contract=Peer.a_contract() | {"signing": {"state": "OFFERED"}})
    async with looking(peer) as visited:
        page = visited.page
        await page.get_by_role("button", name="Sign now").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign the key contract")
        await page.get_by_role("button", name="I do not sign").click()
        await page.get_by_label("Why do you not sign?").fill("Not mine.")
        await page.get_by_role("button", name="Decline", exact=True).click()
        await page.get_by_role("link", name="Back to the contract").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your key contract")


async def test_a_contact_who_signed_is_told_where_their_copy_is() -> None:
    peer = Peer(contract=Peer.a_contract() | {"signing": {"state": "OFFERED"}})
    async with looking(peer) as visited:
        page = visited.page
        await page.get_by_role("button", name="Sign now").click()
        await accept(page)
        await page.get_by_label("Your full name").fill("Aino Virtanen")
        await draw_with_the_mouse(page)
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.locator("main")).to_contain_text("A copy of what you signed is on the")
        await expect(page.get_by_role("link", name="Back to the contract")).to_be_visible()


async def test_a_contract_that_cannot_be_signed_now_says_whom_to_ask() -> None:
    contract = Peer.a_contract() | {"signing": {"state": None}}
    peer = Peer(contract=contract, refuses=(422, "NO_AGREEMENT_TEXT"))
    async with served(peer.app()) as url, visit(f"{url}/contract#{CONTRACT_SECRET}") as visited:
        await visited.page.get_by_role("button", name="Sign now").click()
        await expect(visited.page.get_by_role("alert")).to_have_text(
            "It cannot be signed right now. Ask Kotikatu Isännöinti."
        )


async def test_a_contract_link_that_is_not_valid_says_so() -> None:
    async with served(Peer().app()) as url, visit(f"{url}/contract#{'x' * 43}") as visited:
        await expect(visited.page.locator("[data-state=INVALID]")).to_be_visible()
