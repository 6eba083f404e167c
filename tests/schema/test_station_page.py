"""A signature station in a real browser: paired, waiting, signing, and lost on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from browsing import Visit, visit
from playwright.async_api import Page, WebSocketRoute, expect
from signing_peer import PAIRING_CODE, SECRET, STATION_TOKEN, Peer
from small_api import served

TABLET = {"viewport": {"width": 1280, "height": 800}, "has_touch": True}


@asynccontextmanager
async def station(peer: Peer) -> AsyncIterator[Visit]:
    """Open a station; at the end nothing was asked of another host, and no complaint made."""
    async with served(peer.app()) as url, visit(f"{url}/station", **TABLET) as visited:
        yield visited
        assert visited.asked_elsewhere(url) == []
        assert visited.complaints == []
        await visited.page.goto("about:blank")
        peer.connections = -1


async def pair(page: Page, code: str = PAIRING_CODE) -> None:
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Pair").click()


async def test_a_display_is_paired_by_a_code_and_waits() -> None:
    peer = Peer()
    async with station(peer) as visited:
        page = visited.page
        await pair(page)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Reception")
        await expect(page.locator("#connection")).to_have_text("Connected")
        await page.reload()
        await expect(page.locator("#connection")).to_have_text("Connected")

        assert [asked for asked in visited.requests if STATION_TOKEN in asked] == []
    assert peer.beats >= 2


async def test_what_is_sent_to_a_station_is_signed_there_and_it_waits_again() -> None:
    peer = Peer()
    async with station(peer) as visited:
        page = visited.page
        await pair(page)
        await expect(page.locator("#connection")).to_have_text("Connected")
        peer.at_station = SECRET
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign the key contract")
        await expect(page.locator("main")).to_contain_text("asks for a signature by Aino Virtanen")
        await page.get_by_label("I have read and accept: House rules").check()
        await page.get_by_label("Your full name").fill("Aino Virtanen")
        await page.get_by_role("radio", name="By typing my name").check()
        await page.get_by_role("button", name="Sign", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
        await expect(page.locator("#idle")).to_be_visible(timeout=60_000)

    assert peer.state == "SIGNED"


async def test_what_is_withdrawn_from_a_station_is_gone_from_it() -> None:
    peer = Peer(at_station=SECRET)
    async with station(peer) as visited:
        await pair(visited.page)
        await expect(visited.page.get_by_role("heading", level=1)).to_have_text(
            "Sign the key contract"
        )

        peer.at_station = None

        await expect(visited.page.locator("#idle")).to_be_visible()


async def test_somebody_who_breaks_the_identification_off_is_at_the_station_again() -> None:
    peer = Peer(at_station=SECRET, verification="STRONG", identification="cancelled")
    async with station(peer) as visited:
        page = visited.page
        await pair(page)
        await page.get_by_role("button", name="Identify yourself").click()
        await expect(page.get_by_role("alert")).to_have_text(
            "You broke the identification off. You can try again."
        )
        assert page.url.endswith("/station")
        await expect(page.get_by_role("button", name="Identify yourself")).to_be_enabled()


async def test_what_somebody_walks_away_from_is_put_aside_after_three_minutes() -> None:
    peer = Peer(at_station=SECRET)
    async with station(peer) as visited:
        page = visited.page
        await page.clock.install()
        await pair(page)
        name = page.get_by_label("Your full name")
        await name.fill("Aino Virtanen")
        await page.clock.fast_forward(170_000)
        await page.keyboard.press("Shift")  # which moves nothing: a late scroll would count too
        await page.clock.fast_forward(170_000)
        await expect(name).to_have_value("Aino Virtanen")
        connections = peer.connections

        await page.clock.fast_forward(11_000)

        await expect(page.locator("#idle")).to_be_visible()
        async with asyncio.timeout(60):
            while peer.connections == connections:  # it is told once more what is open
                await page.clock.fast_forward(41_000)
                await page.wait_for_timeout(200)
        await expect(page.locator("#connection")).to_have_text("Connected")
        await page.wait_for_timeout(300)
        await expect(page.locator("#idle")).to_be_visible()
        await expect(page.locator("body")).not_to_contain_text("Aino")
        assert peer.state == "OFFERED"


async def test_a_wrong_code_pairs_nothing() -> None:
    async with served(Peer().app()) as url, visit(f"{url}/station", **TABLET) as visited:
        page = visited.page
        await page.get_by_role("button", name="Pair").click()
        await expect(page.get_by_role("alert")).to_have_text("Type the code.")
        await pair(page, "WRONG")
        await expect(page.get_by_role("alert")).to_have_text(
            "The code is wrong or too old. Ask for a new one."
        )
        assert await page.evaluate("localStorage.length") == 0


async def test_a_station_whose_token_was_taken_back_asks_for_a_code_again() -> None:
    peer = Peer()
    async with served(peer.app()) as url, visit(f"{url}/station", **TABLET) as visited:
        kept = '{"token": "lk_taken_back", "name": "Reception"}'
        await visited.page.evaluate(
            "(kept) => localStorage.setItem('livionkey.station', kept)", kept
        )
        await visited.page.reload()
        await expect(visited.page.get_by_label("Code")).to_be_visible()


class Wire:
    """The connection between a station and its server, which somebody trips over."""

    def __init__(self) -> None:
        self.is_cut = False
        self.open: list[WebSocketRoute] = []

    async def carry(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            await socket.close(code=1013)
            return
        socket.connect_to_server()
        self.open.append(socket)

    async def cut(self) -> None:
        self.is_cut = True
        await self.open[-1].close(code=1013)


async def test_a_station_that_loses_its_connection_comes_back_and_keeps_what_was_written() -> None:
    peer, wire = Peer(), Wire()
    async with station(peer) as visited:
        page = visited.page
        await page.route_web_socket("**/graphql", wire.carry)
        await pair(page)
        connection = page.locator("#connection")
        await expect(connection).to_have_text("Connected")
        await wire.cut()
        await expect(connection).to_have_text("No connection. Trying again…")
        wire.is_cut = False
        await expect(connection).to_have_text("Connected", timeout=60_000)
        peer.at_station = SECRET
        await page.get_by_label("Your full name").fill("Aino Virtanen")
        connections = peer.connections
        await wire.open[-1].close(code=1013)
        async with asyncio.timeout(60):
            while peer.connections == connections:
                await page.wait_for_timeout(100)
        await expect(page.get_by_label("Your full name")).to_have_value("Aino Virtanen")
