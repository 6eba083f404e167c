"""A real headless browser: what it was shown, what it asked for, and what it complained of."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    async_playwright,
    expect,
)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=60_000)  # ms; busy machines take long over what is right

DESKTOP = {"viewport": {"width": 1500, "height": 1000}}
PHONE = {
    "viewport": {"width": 375, "height": 667},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


class Visit:
    """A page that was opened, what it asked for, and what it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self.note_request)
        page.on("console", self.note_complaint)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def note_complaint(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def asked_elsewhere(self, url: str) -> list[str]:
        """List what was asked of anybody but the server at `url`; files in memory are nobody's."""
        own = (url, url.replace("http", "ws", 1), f"blob:{url}", "data:")
        return [asked for asked in self.requests if not asked.startswith(own)]


Visited = TypeVar("Visited", bound=Visit)


class Chromium:
    """One browser for all tests of a run: starting it takes longer than most of them."""

    def __init__(self) -> None:
        self._driver: Playwright | None = None
        self._browser: Browser | None = None

    async def browser(self) -> Browser:
        """Give the browser, which is started when somebody asks for it first."""
        executable = os.environ.get("LIVIONKEY_TEST_CHROMIUM")
        if not executable:
            pytest.fail("LIVIONKEY_TEST_CHROMIUM is not set: run the tests with `./dev test`")
        if self._browser is None or not self._browser.is_connected():
            await self.close()
            self._driver = await async_playwright().start()
            launch = self._driver.chromium.launch
            self._browser = await launch(executable_path=executable, args=FLAGS)
        return self._browser

    async def close(self) -> None:
        """End it, if it was started."""
        if self._browser and self._driver:
            await self._browser.close()  # one that has crashed is closed already
            await self._driver.stop()
        self._browser = self._driver = None


CHROMIUM = Chromium()


@asynccontextmanager
async def visit(url: str, kind: type[Visited] = Visit, **options: Any) -> AsyncIterator[Visited]:
    """Open a page as somebody who was never here, on a desktop unless something else is said."""
    browser = await CHROMIUM.browser()
    page = await browser.new_page(**(DESKTOP | options))  # with cookies and storage of its own
    try:
        visited = kind(page)
        await page.goto(url)
        yield visited
    finally:
        await page.close()
