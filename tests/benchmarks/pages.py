"""What the signing page weighs, and how soon somebody can use it: `./dev bench pages`.

    python tests/benchmarks/pages.py [--postgresql URL] [--visits N]

A real server on loopback (SQLite, with its worker) has a contract to be signed under an agreement
of some pages. A headless Chromium opens the link as somebody who was never there, then again with
the files kept from before; then like a phone on a slow network: 150 ms to the server and back,
1.6 Mbit/s down, a processor four times slower. Bytes are those on the wire; a page can be used once
the whole agreement and the fields are there. Beside it stands /health, the least that the same
server answers, under the same conditions. Medians; figures only.
"""

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx2
from playwright.async_api import BrowserContext, CDPSession, Page

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from _servers import SERVE, server  # the path comes first
from agreeing import make_agreement  # the same
from browsing import CHROMIUM  # the same
from linking import make_stay  # the same
from signing import START  # the same

from models.accounts import Role  # the same
from models.contracts import KeyContract, Verification  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers import accounts, organizations  # the same
from resolvers.signed.verifications import begins_to_wait  # the same
from resolvers.work import Work  # the same
from schema.context import clock  # the same
from schema.scalars import to_id  # the same

keyed.use()

PARAGRAPH = "The holder keeps the key safe, lends it to nobody, and brings it back in time. " * 8
AGREEMENT = "\n\n".join(["# House rules", *[PARAGRAPH] * 20])
SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER_PROCESSOR = 4
NOTE_WHEN_USABLE = """addEventListener('DOMContentLoaded', () => {
  const look = () => {
    if (!document.querySelector('#answer form')) return
    window.usable ??= performance.now()
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true })
})"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


@dataclass
class Seen:
    """What one opening of a page took."""

    milliseconds: float
    painted: float
    bytes: int = 0
    requests: int = 0


async def prepare(url: str) -> tuple[str, str]:
    """Make a contract that waits for a signature; gives its id and a token."""
    database = Database(url)
    await migrate(database)
    async with database.writing() as session:
        work = Work(session, organizations.founder(), clock())
        await organizations.found(work, name="Kotikatu")
        _, token = await accounts.create_token(work, role=Role.ADMIN)
        await make_agreement(work, name="House rules", mandatory=True, texts={"en": AGREEMENT})
        contract = await make_stay(work)
        (known,) = await work.locked(KeyContract, [contract.id])
        await begins_to_wait(work, known, Verification.SIGNATURE)
    await database.dispose()
    return to_id(KeyContract, contract.id), token


async def offered(address: str, token: str, contract_id: str) -> str:
    """Begin a signing, wait for its document, and give its secret."""
    asked = {
        "query": START,
        "variables": {"input": {"keyContractId": contract_id, "method": "LINK"}},
    }
    async with httpx2.AsyncClient(base_url=address, timeout=60) as http:
        headers = {"authorization": f"Bearer {token}"}
        answer = (await http.post("/graphql", json=asked, headers=headers)).json()
        secret: str = answer["data"]["signingStart"]["url"].partition("#")[2]
        headers = {"authorization": f"Bearer {secret}"}
        for _ in range(300):
            state = (await http.post("/public/signing", headers=headers)).json()["state"]
            if state == "OFFERED":
                return secret
            await asyncio.sleep(0.2)
    sys.exit("No document was made.")


async def opened(page: Page, session: CDPSession, url: str, usable: str) -> Seen:
    """Open a page once, and measure it."""
    finished: list[int] = []

    def note(event: dict[str, float]) -> None:
        finished.append(int(event["encodedDataLength"]))

    await page.goto("about:blank")
    session.on("Network.loadingFinished", note)
    await page.goto(url)
    while not (milliseconds := await page.evaluate(usable)):
        await page.wait_for_timeout(10)
    painted = await page.evaluate(PAINTED)
    seen = Seen(milliseconds, painted or milliseconds, sum(finished), len(finished))
    session.remove_listener("Network.loadingFinished", note)
    return seen


async def visited(
    context: BrowserContext, url: str, usable: str, *, is_slow: bool
) -> tuple[Seen, Seen]:
    """Open a page for the first time, and once more."""
    page = await context.new_page()
    await page.add_init_script(NOTE_WHEN_USABLE)
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    if is_slow:
        await session.send("Network.emulateNetworkConditions", SLOW)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    first = await opened(page, session, url, usable)
    return first, await opened(page, session, url, usable)


def line(name: str, seen: list[Seen]) -> str:
    """Write the medians of some openings."""
    middle = {
        what: median(getattr(one, what) for one in seen)
        for what in ("bytes", "requests", "painted", "milliseconds")
    }
    return (
        f"{name:<34} {middle['bytes'] / 1000:8.1f} kB {middle['requests']:5.0f} requests "
        f"{middle['painted']:8.0f} ms to paint {middle['milliseconds']:8.0f} ms to use"
    )


async def measure(address: str, secret: str, visits: int) -> None:
    """Open both pages on a fast machine and on a slow one, and print what it took."""
    browser = await CHROMIUM.browser()
    pages = {
        "/sign": (f"{address}/sign#{secret}", "window.usable ?? 0"),
        "/health": (f"{address}/health", LOADED),
    }
    for is_slow, where in ((False, "loopback"), (True, "slow phone")):
        ratio: list[float] = []
        for name, (url, usable) in pages.items():
            seen: list[tuple[Seen, Seen]] = []
            for _ in range(visits):
                context = await browser.new_context(viewport={"width": 375, "height": 667})
                seen.append(await visited(context, url, usable, is_slow=is_slow))
                await context.close()
            print(line(f"{name}, {where}, first visit", [first for first, _ in seen]))
            print(line(f"{name}, {where}, second visit", [again for _, again in seen]))
            ratio.append(median(first.milliseconds for first, _ in seen))
        print(f"{'':34} /sign takes {ratio[0] / ratio[1]:.1f} times as long as /health")
    await CHROMIUM.close()


async def main(visits: int) -> None:
    """Prepare a database, serve from it, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/pages.db"
        contract_id, token = await prepare(url)
        environment = {
            "LIVIONKEY_DATABASE_URL": url,
            "LIVIONKEY_DATA_FOLDER": f"{folder}/data",
        }
        with server(*SERVE, **environment) as running:
            secret = await offered(running.address, token, contract_id)
            await measure(running.address, secret, visits)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="not used: the page asks for three rows")
    parser.add_argument("--visits", type=int, default=15, help="how often each page is opened")
    asyncio.run(main(parser.parse_args().visits))
