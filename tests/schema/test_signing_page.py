"""Somebody reads what is offered in a real browser, and signs it: by mouse, finger or keyboard."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from browsing import PHONE, Visit, visit
from PIL import Image
from playwright.async_api import Page, expect
from signing_peer import DIGEST, NASTY, PDF, SECRET, Peer
from small_api import served

INK = 128
"""Darker than that is ink."""


@asynccontextmanager
async def signing(peer: Peer, secret: str = SECRET, **options: Any) -> AsyncIterator[Visit]:
    """Open a link; at the end nothing was asked of another host, and nothing was complained of."""
    async with served(peer.app()) as url, visit(f"{url}/sign#{secret}", **options) as visited:
        yield visited
        assert visited.asked_elsewhere(url) == []
        assert visited.complaints == []
        assert [asked for asked in visited.requests if secret in asked] == []


async def read_to_the_end(page: Page) -> None:
    await page.locator("#end").scroll_into_view_if_needed()
    await expect(page.get_by_role("button", name="Sign", exact=True)).to_be_enabled()


async def accept(page: Page, name: str = "House rules") -> None:
    await page.get_by_role("checkbox", name=f"I have read and accept: {name}").check()


async def middle(page: Page) -> tuple[float, float, float, float]:
    """Tell where the pad is on the screen."""
    await page.locator("#pad").scroll_into_view_if_needed()
    box = await page.locator("#pad").bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


async def draw_with_the_mouse(page: Page) -> None:
    x, y, width, height = await middle(page)
    await page.mouse.move(x + width * 0.2, y + height * 0.7)
    await page.mouse.down()
    for part in (0.3, 0.4, 0.5, 0.6, 0.7):
        await page.mouse.move(x + width * part, y + height * (0.3 if part in {0.3, 0.5} else 0.7))
    await page.mouse.up()


async def draw_with_a_finger(page: Page) -> None:
    """Draw as slowly as people do: a tap right after a quick wipe only stops the wipe."""
    x, y, width, height = await middle(page)
    session = await page.context.new_cdp_session(page)
    points = [{"x": x + width * part / 10, "y": y + height / 2} for part in (2, 3, 5, 7, 8, 8)]
    for number, point in enumerate(points):
        touch = {"type": "touchMove" if number else "touchStart", "touchPoints": [point]}
        await session.send("Input.dispatchTouchEvent", touch)
        await asyncio.sleep(0.03)
    await asyncio.sleep(0.2)
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def ink(peer: Peer) -> int:
    """Count the dark points of the signature that was sent."""
    with Image.open(io.BytesIO(peer.picture())) as picture:
        assert picture.width * picture.height <= 2_000_000
        histogram = picture.convert("L").histogram()
    return sum(histogram[:INK])


async def test_a_contact_reads_the_whole_and_signs_with_the_mouse() -> None:
    peer = Peer()
    async with signing(peer) as visited:
        page = visited.page
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign the key contract")
        await expect(page.locator("main")).to_contain_text("Kotikatu Isännöinti asks for your")
        await expect(page.locator("main")).to_contain_text("A15 \N{EN DASH} A 15, Cellar")
        await accept(page)
        await page.get_by_label("Your full name").fill("  Aino Virtanen ")
        await draw_with_the_mouse(page)
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Thank you, your signature has arrived"
        )

        assert SECRET not in page.url
        assert await page.evaluate("sessionStorage.getItem('livionkey.signing')") is None

    act, body = peer.sent[-1]
    assert act == "sign"
    assert body["documentDigest"] == DIGEST
    assert body["name"] == "Aino Virtanen"
    assert body["accepted"] == [0]
    assert body["typed"] is False
    assert len(body["picture"]) < 200_000
    assert ink(peer) > 1_000


async def test_a_contact_signs_on_a_phone_with_a_finger() -> None:
    peer = Peer()
    async with signing(peer, **PHONE) as visited:
        page = visited.page
        await page.get_by_label("I have read and accept: House rules").tap()
        await page.get_by_label("Your full name").fill("Aino Virtanen")
        await read_to_the_end(page)
        await draw_with_a_finger(page)
        before = await page.evaluate("scrollY")
        await draw_with_a_finger(page)
        assert await page.evaluate("scrollY") == before
        await page.get_by_role("button", name="Sign", exact=True).tap()
        await expect(page.locator("[data-state=SIGNED]")).to_be_visible()

    assert ink(peer) > 1_000


async def test_a_contact_signs_with_the_keyboard_alone() -> None:
    peer = Peer()
    async with signing(peer) as visited:
        page = visited.page
        await expect(page.locator("#end")).to_be_attached()
        await expect(page.locator("main")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(page.get_by_role("checkbox").first).to_be_checked()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("Your full name")).to_be_focused()
        await page.keyboard.type("Aino Virtanen")
        await page.keyboard.press("Tab")
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("radio", name="By typing my name")).to_be_checked()
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Sign", exact=True)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-state=SIGNED]")).to_be_visible()

    _, body = peer.sent[-1]
    assert body["typed"] is True
    assert body["picture"] is None
    assert body["name"] == "Aino Virtanen"


async def test_nobody_signs_before_the_end_of_the_document_was_on_the_screen() -> None:
    async with signing(Peer()) as visited:
        page = visited.page
        sign = page.get_by_role("button", name="Sign", exact=True)
        await expect(sign).to_be_disabled()
        await expect(page.locator("#hint")).to_have_text(
            "Read the document to its end, then you can sign."
        )

        await read_to_the_end(page)

        await expect(page.locator("#hint")).to_have_text("Draw your signature here")


async def test_what_is_missing_is_said_beside_its_field() -> None:
    peer = Peer()
    async with signing(peer) as visited:
        page = visited.page
        await read_to_the_end(page)
        sign = page.get_by_role("button", name="Sign", exact=True)
        alert = page.get_by_role("alert")

        await sign.click()
        await expect(alert).to_have_text("Accept first: House rules.")
        await expect(page.get_by_role("checkbox").first).to_be_focused()
        await accept(page)
        await sign.click()
        await expect(alert).to_have_text("Write your full name.")
        await expect(page.get_by_label("Your full name")).to_be_focused()
        await page.get_by_label("Your full name").fill("Aino")
        x, y, width, height = await middle(page)
        await page.mouse.click(x + width / 2, y + height / 2)
        await sign.click()
        await expect(alert).to_have_text("Draw your signature. A dot alone is not enough.")

    assert {act for act, _ in peer.sent} == {"signing"}


async def test_a_signature_is_undone_and_cleared() -> None:
    peer = Peer()
    async with signing(peer) as visited:
        page = visited.page
        await accept(page)
        await page.get_by_label("Your full name").fill("Aino")
        await read_to_the_end(page)
        await draw_with_the_mouse(page)
        await expect(page.get_by_role("img", name="There is a signature")).to_be_visible()
        await page.get_by_role("button", name="Clear").click()
        await expect(page.get_by_role("img", name="Signature pad")).to_be_visible()
        await draw_with_the_mouse(page)
        await page.get_by_role("button", name="Undo a stroke").click()
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("A dot alone is not enough")


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
