"""Somebody reads what is offered in a real browser, and signs it: by mouse, finger or keyboard."""

from browsing import PHONE
from playwright.async_api import expect
from signing_by_hand import (
    accept,
    draw_with_a_finger,
    draw_with_the_mouse,
    ink,
    middle,
    read_to_the_end,
    signing,
)
from signing_peer import DIGEST, SECRET, Peer


async def test_a_contact_reads_the_whole_and_signs_with_the_mouse() -> None:
    peer = Peer()
    async with signing(peer) as visited:
        page = visited.page
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign the key contract")
        await expect(page.locator("main")).to_contain_text("Kotikatu Isännöinti asks for your")
        await expect(page.locator("main")).to_contain_text("A15 \N{EN DASH} A 15, Cellar")
        hours = page.locator("dt", has_text="Keys may be fetched").locator("+ dd li")
        await expect(hours).to_have_text(["Mon 08:00-17:00", "(Europe/Paris)"])
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
