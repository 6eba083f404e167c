"""What somebody does on the signing page: read, accept, draw with a mouse or a finger."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from browsing import Visit, visit
from PIL import Image
from playwright.async_api import Page, expect
from signing_peer import SECRET, Peer
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
    """Tell where the pad is on the screen, once it may be drawn on."""
    await page.locator("#pad").scroll_into_view_if_needed()
    await expect(page.get_by_role("button", name="Sign", exact=True)).to_be_enabled()
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
