"""What else may come of an offer in a real browser: declined, prepared, ended, changed, refused."""

import pytest
from browsing import visit
from playwright.async_api import expect
from signing_by_hand import (
    accept,
    draw_with_the_mouse,
    signing,
)
from signing_peer import NASTY, PDF, SECRET, Peer
from small_api import served


async def test_a_contact_declines_and_says_why() -> None:
    peer = Peer()
    async with signing(peer) as visited:
        page = visited.page
        await page.get_by_role("button", name="I do not sign").click()
        await expect(page.get_by_label("Why do you not sign?")).to_be_focused()
        await page.get_by_role("button", name="Decline", exact=True).click()
        await expect(page.get_by_role("alert")).to_have_text(
            "Say in a few words why you do not sign."
        )
        await page.get_by_label("Why do you not sign?").fill("The wrong apartment.")
        await page.get_by_role("button", name="Decline", exact=True).click()
        await expect(page.locator("[data-state=DECLINED]")).to_be_visible()

    assert peer.sent[-1] == ("decline", {"reason": "The wrong apartment."})


async def test_a_document_that_is_prepared_can_be_read_and_then_signed() -> None:
    async with signing(Peer(state="PREPARING")) as visited:
        page = visited.page
        await expect(page.locator("#document")).to_contain_text("is being prepared")
        await page.locator("#end").scroll_into_view_if_needed()
        await expect(page.get_by_role("button", name="Sign", exact=True)).to_be_disabled()

        await expect(page.get_by_role("button", name="Sign", exact=True)).to_be_enabled()

        await expect(page.get_by_role("status")).to_have_text("The document is ready to be signed.")


async def test_somebody_who_has_to_be_known_identifies_themselves_first() -> None:
    peer = Peer(verification="STRONG")
    async with signing(peer) as visited:
        page = visited.page
        await expect(page.get_by_role("button", name="Sign", exact=True)).to_have_count(0)
        await page.get_by_role("button", name="Identify yourself").click()
        await expect(page.locator("#answer")).to_contain_text("Identified: Aino Maria Virtanen")
        await expect(page.get_by_label("Your full name")).to_have_value("Aino Maria Virtanen")
        await accept(page)
        await draw_with_the_mouse(page)
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.locator("[data-state=SIGNED]")).to_be_visible()

    assert peer.sent[-1][1]["name"] == "Aino Maria Virtanen"


@pytest.mark.parametrize(
    ("identification", "words"),
    [
        ("cancelled", "You broke the identification off. You can try again."),
        ("refused", "You could not be identified. Try again."),
    ],
)
async def test_somebody_who_comes_back_without_an_identity_can_try_again(
    identification: str, words: str
) -> None:
    peer = Peer(verification="STRONG", identification=identification)
    async with signing(peer) as visited:
        page = visited.page
        await page.get_by_role("button", name="Identify yourself").click()
        await expect(page.get_by_role("alert")).to_have_text(words)
        await expect(page.get_by_role("button", name="Identify yourself")).to_be_enabled()
        assert page.url.endswith("/sign")


async def test_the_offer_is_kept_as_a_file() -> None:
    async with signing(Peer()) as visited:
        async with visited.page.expect_download() as downloading:
            await visited.page.get_by_role("button", name="Download the document").click()
        download = await downloading.value

        assert download.suggested_filename == "key-contract-KC-7H2K9QZX.pdf"
        assert (await download.path()).read_bytes() == PDF


async def test_what_others_wrote_is_text_and_never_runs() -> None:
    async with signing(Peer()) as visited:
        page = visited.page
        await expect(page.locator("main")).to_contain_text(NASTY)

        assert await page.title() == "Sign the key contract"
        assert await page.locator("main img, main script").count() == 0
        with pytest.raises(Exception, match="TrustedHTML"):
            await page.evaluate("document.body.innerHTML = '<p>markup</p>'")
        visited.complaints.clear()


@pytest.mark.parametrize("state", ["SIGNED", "DECLINED", "EXPIRED", "WITHDRAWN"])
async def test_a_process_that_has_ended_says_how(state: str) -> None:
    async with signing(Peer(state=state)) as visited:
        await expect(visited.page.locator(f"[data-state={state}]")).to_be_visible()
        await expect(visited.page.locator("form")).to_have_count(0)


async def test_a_link_that_is_not_valid_says_so() -> None:
    async with served(Peer().app()) as url, visit(f"{url}/sign#{'x' * 43}") as visited:
        await expect(visited.page.locator("[data-state=INVALID]")).to_be_visible()
        await visited.page.goto(f"{url}/sign")
        await expect(visited.page.locator("[data-state=INVALID]")).to_be_visible()


async def test_another_document_is_read_anew_before_it_is_signed() -> None:
    peer = Peer()
    async with served(peer.app()) as url, visit(f"{url}/sign#{SECRET}") as visited:
        page = visited.page
        await accept(page)
        await page.get_by_label("Your full name").fill("Aino Virtanen")
        await draw_with_the_mouse(page)
        peer.digest = "0" * 64
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("The document has changed")
        await expect(page.get_by_role("checkbox").first).not_to_be_checked()
        await expect(page.get_by_label("Your full name")).to_have_value("Aino Virtanen")

    assert peer.state == "OFFERED"


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ((429, "TOO_MANY"), "There are too many attempts now."),
        ((422, "INVALID_INPUT"), "The signature could not be taken."),
        ((404, "LINK_NOT_VALID"), "The link was used, has expired"),
        ((403, "NOT_IDENTIFIED"), "You could not be identified."),
        ((409, "ALREADY_SIGNED"), "The contract is signed already."),
    ],
)
async def test_a_refusal_is_said_and_what_was_filled_in_stays(
    refusal: tuple[int, str], words: str
) -> None:
    peer = Peer()
    async with served(peer.app()) as url, visit(f"{url}/sign#{SECRET}") as visited:
        page = visited.page
        await accept(page)
        await page.get_by_label("Your full name").fill("Aino Virtanen")
        await draw_with_the_mouse(page)
        peer.refuses = refusal
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.locator("main")).to_contain_text(words)

        if await page.locator("form").count():
            await expect(page.get_by_label("Your full name")).to_have_value("Aino Virtanen")
            await expect(page.get_by_role("button", name="Sign", exact=True)).to_be_enabled()
