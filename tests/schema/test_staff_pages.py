"""Staff in a real browser: from the link of an invitation to GraphiQL, and out again."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pyotp
import pytest
from browsing import Visit, visit
from page_checks import LEGIBLE, NAMELESS, words
from playwright.async_api import Page, expect
from small_api import served
from staffing import PASSWORD, invited
from talking import Client, new_client
from workbench import RESULT, Workbench

from schema.web import pages

NARROW = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


@pytest.fixture
async def client(kept_databases: Any) -> AsyncIterator[Client]:
    """Give one kind of database: a page does not know which it is."""
    async with new_client((await kept_databases.of("sqlite")).database) as client:
        yield client


async def heard(page: Page) -> str:
    """Read a page as somebody does who listens to it."""
    return await page.locator("body").aria_snapshot()


async def legible(page: Page) -> object:
    return await page.evaluate(LEGIBLE)


async def join(visited: Visit) -> str:
    """Take an invitation up by keyboard; gives the authenticator's secret."""
    page = visited.page
    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome: Kotikatu Isännöinti")
    await expect(page.locator("main")).to_be_focused()
    assert NAMELESS.findall(await heard(page)) == []
    assert await legible(page) == {"small": [], "faint": [], "wide": False}
    secret = ((await page.locator("#totp").text_content()) or "").replace(" ", "")
    await page.get_by_label("Password").fill("too short")
    await page.get_by_label("Verification code").fill("123456")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text(
        "The password must have at least 12 characters."
    )
    await expect(page.get_by_label("Password")).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("password1234")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("passwords that are tried first")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Verification code").fill(pyotp.TOTP(secret).now())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Keep your recovery codes")
    await expect(page.locator("#codes li")).to_have_count(10)
    return secret


async def test_somebody_is_invited_asks_the_api_and_signs_out_and_in(client: Client) -> None:
    _, email, secret = await invited(client, language="en")
    async with (
        served(client.app) as url,
        visit(f"{url}/accept-invitation#{secret}", Workbench, **NARROW) as visited,
    ):
        page = visited.page
        await join(visited)
        code = ((await page.locator("#codes li").first.text_content()) or "").strip()
        await page.set_viewport_size({"width": 1500, "height": 1000})
        await page.get_by_role("link", name="I have kept them").click()
        await expect(page.locator("#who")).to_contain_text("Signed in as Aino Virtanen (USER)")
        await visited.run("query WhoAmI { me { wayIn name } }", name="WhoAmI")
        await expect(page.locator(".result-window .CodeMirror")).to_contain_text("SESSION")
        assert '"name": "Aino Virtanen"' in await page.evaluate(RESULT)
        await page.get_by_role("link", name="Sessions").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed in")
        await expect(page.locator("main")).to_contain_text("This browser")
        assert NAMELESS.findall(await heard(page)) == []
        assert await legible(page) == {"small": [], "faint": [], "wide": False}
        await page.get_by_role("button", name="Sign out", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to LivionKey")
        assert NAMELESS.findall(await heard(page)) == []
        assert [one for one in visited.complaints if "status of 422" not in one] == []
        await page.get_by_label("E-mail address").fill(email.upper())
        await page.get_by_label("Password").fill("seven green herons")
        await page.get_by_label("Verification code").fill(code)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("is not right")
        await page.get_by_role("button", name="Suomi").click()
        await expect(page.get_by_label("Salasana")).to_have_value("seven green herons")
        await page.get_by_label("Salasana").fill(PASSWORD)
        await page.get_by_label("Salasana").press("Enter")
        await expect(page.locator("#who")).to_contain_text("Aino Virtanen")
        await page.goto(f"{url}/accept-invitation#{secret}")
        await expect(page.locator("[data-state=INVALID]")).to_be_visible()

        assert visited.asked_elsewhere(url) == []
        assert secret not in page.url


async def test_each_language_has_all_words_of_staff_and_each_is_used(client: Client) -> None:
    async with served(client.app) as url, visit(f"{url}/sign-in") as visited:
        script = "async () => (await import('/pages/x/stafftexts.js')).STAFF_TEXTS"
        texts = await visited.page.evaluate(script)
    names = ("staff.js", "sign-in.js", "passkeys.js", "accept-invitation.js")
    sources = b"".join(pages.page_files().files[name].body for name in names).decode()

    assert words(texts["fi"]) == words(texts["sv"]) == words(texts["en"])
    unused = [name for name in texts["en"] if not re.search(rf"'{name}'|`{name}\.", sources)]
    assert unused == []
