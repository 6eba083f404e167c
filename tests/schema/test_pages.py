"""How our pages are served, and that everybody can use them: any language, any screen, by ear."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browsing import visit
from page_checks import LEGIBLE, NAMELESS, words
from playwright.async_api import Page, expect
from signing_peer import CONTRACT_SECRET, SECRET, Peer
from small_api import client_of, served, small_app
from starlette.applications import Starlette

from schema.web import pages

LANGUAGES = {"fi": "Allekirjoita avainsopimus", "sv": "Underteckna nyckelavtalet"}


def an_app() -> Starlette:
    return small_app(routes=pages.page_routes())


class Loads(HTMLParser):
    """Lists what a page loads, and finds what is inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [one for one in (given.get("src"), given.get("href")) if one]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


@pytest.mark.parametrize("page", pages.PAGES)
async def test_a_page_loads_files_of_ours_alone_and_has_nothing_inline(page: str) -> None:
    async with client_of(an_app(), None) as client:
        answer = await client.get(f"/{page}")
        loads = Loads(answer.text)
        files = [name for name in loads.found if name != "data:,"]
        statuses = {name: (await client.get(f"/{name}")).status_code for name in files}

    assert loads.inline == []
    edition = pages.page_files().edition
    assert all(name.startswith(f"pages/{edition}/") for name in files)
    assert set(statuses.values()) == {200}
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("page", pages.PAGES)
async def test_a_page_names_each_module_that_it_needs_at_once(page: str) -> None:
    named = {name.rpartition("/")[2] for name in Loads(read(f"{page}.html")).found}
    needed, left = set[str](), [f"{page}.js"]
    while left:
        name = left.pop()
        needed.add(name)
        left += set(re.findall(r"from '\./(\w+\.js)'", read(name))) - needed

    assert named - {"data:,", "pages.css"} == needed


def read(name: str) -> str:
    return (pages.FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/sign", "/station", "/contract", "/pages/x/pages.css"])
async def test_a_page_allows_nothing_from_elsewhere(path: str) -> None:
    async with client_of(an_app(), None) as client:
        headers = (await client.get(path)).headers

    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_browser_keeps_the_files_of_an_edition_and_asks_for_the_page_again() -> None:
    edition = pages.page_files().edition
    async with client_of(an_app(), None) as client:
        page = await client.get("/sign")
        file = await client.get(f"/pages/{edition}/texts.js")
        other = await client.get("/pages/0123456789abcdef/texts.js")
        known = {"if-none-match": page.headers["etag"]}
        again = await client.get("/sign", headers=known)

    assert f"pages/{edition}/sign.js" in page.text
    assert page.headers["cache-control"] == other.headers["cache-control"] == "no-cache"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (again.status_code, again.content) == (304, b"")
    assert file.text == other.text == read("texts.js")


def test_another_file_makes_another_edition(tmp_path: Path) -> None:
    shutil.copytree(pages.FOLDER, tmp_path, dirs_exist_ok=True)
    before = pages.PageFiles.read(tmp_path)
    (tmp_path / "times.js").write_text("// another file")

    after = pages.PageFiles.read(tmp_path)

    assert before.edition == pages.page_files().edition != after.edition


async def test_files_are_compressed_for_those_who_can_read_that() -> None:
    async with client_of(an_app(), None) as client:
        packed = await client.get("/sign", headers={"accept-encoding": "gzip"})
        plain = await client.get("/sign", headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert packed.text == plain.text


@pytest.mark.parametrize("name", ["sign.html", "../pages.py", "none.js", "..%2f..%2fapp.py", ""])
async def test_nothing_else_is_served_beside_the_pages(name: str) -> None:
    async with client_of(an_app(), None) as client:
        assert (await client.get(f"/pages/x/{name}")).status_code == 404


async def test_a_page_is_only_looked_at() -> None:
    async with client_of(an_app(), None) as client:
        assert (await client.post("/sign")).status_code == 405


async def test_each_language_has_all_words_and_each_is_used() -> None:
    async with served(an_app()) as url, visit(f"{url}/contract") as visited:
        script = "async () => (await import('/pages/x/texts.js')).TEXTS"
        texts = await visited.page.evaluate(script)

    assert set(texts) == {"fi", "sv", "en"}
    assert words(texts["fi"]) == words(texts["sv"]) == words(texts["en"])
    sources = "".join(
        path.read_text() for path in pages.FOLDER.glob("*.js") if path.stem != "texts"
    )
    unused = [name for name in texts["en"] if not re.search(rf"'{name}'|`{name}\.", sources)]
    assert set(unused) <= {"online", "connecting", "lost"}, "named by states"


@pytest.mark.parametrize(("language", "title"), LANGUAGES.items())
async def test_the_page_speaks_the_language_of_the_process_until_another_is_chosen(
    language: str, title: str
) -> None:
    peer = Peer(language=language)
    async with served(peer.app()) as url, visit(f"{url}/sign#{SECRET}") as visited:
        page = visited.page
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text(title)
        assert await page.evaluate("document.documentElement.lang") == language
        await page.locator("#name").fill("Aino")
        await page.locator("#accept-1").check()

        await page.get_by_role("button", name="English").click()

        await expect(heading).to_have_text("Sign the key contract")
        assert await page.title() == "Sign the key contract"
        assert await page.evaluate("document.documentElement.lang") == "en"
        await expect(page.get_by_role("button", name="English")).to_be_focused()
        await expect(page.locator("#name")).to_have_value("Aino")
        await expect(page.locator("#accept-1")).to_be_checked()
        await page.reload()
        await expect(heading).to_have_text("Sign the key contract")


@pytest.mark.parametrize(
    ("language", "start"),
    [
        ("fi", "ti 1. kesäkuuta 2027 klo 15.00 UTC+3"),
        ("sv", "tis 1 juni 2027 kl. 15.00 EEST"),
        ("en", "Tue, 1 June 2027 at 15:00 EEST"),
    ],
)
async def test_times_are_those_of_the_contracts_place(language: str, start: str) -> None:
    peer = Peer(language=language)
    async with (
        served(peer.app()) as url,
        visit(f"{url}/sign#{SECRET}", timezone_id="America/New_York") as visited,
    ):
        shown = visited.page.locator("dd").nth(3)
        await expect(shown).to_have_text(start)
        await expect(visited.page.locator("main")).to_contain_text("Europe/Helsinki")


async def open_everything(page: Page) -> None:
    """Wait until all is there, with a complaint on it."""
    await page.locator("#end").scroll_into_view_if_needed()
    await page.locator("#answer [type=submit]").click()
    await expect(page.get_by_role("alert")).not_to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 750, 1280])
async def test_a_page_can_be_read_and_pressed_on_any_screen(scheme: str, width: int) -> None:
    options = {"viewport": {"width": width, "height": 640}, "color_scheme": scheme}
    async with (
        served(Peer().app()) as url,
        visit(f"{url}/sign#{SECRET}", **options) as visited,
    ):
        await open_everything(visited.page)

        unreadable = await visited.page.evaluate(LEGIBLE)
        assert unreadable == {"small": [], "faint": [], "wide": False}


@pytest.mark.parametrize("page", ["sign", "contract", "station"])
async def test_everything_that_can_be_used_has_a_name_and_the_page_its_landmarks(page: str) -> None:
    peer = Peer(contract=Peer.a_contract())
    secret = {"sign": SECRET, "contract": CONTRACT_SECRET, "station": ""}[page]
    async with served(peer.app()) as url, visit(f"{url}/{page}#{secret}") as visited:
        await expect(visited.page.get_by_role("heading", level=1)).to_have_count(1)
        await expect(visited.page.locator("main section, main form").first).to_be_visible()
        snapshot = await visited.page.locator("body").aria_snapshot()

    assert NAMELESS.findall(snapshot) == []
    assert "- banner" in snapshot
    assert "- main" in snapshot


async def test_those_who_want_no_motion_see_none() -> None:
    peer = Peer(state="PREPARING", prepared_after=100)
    async with (
        served(peer.app()) as url,
        visit(f"{url}/sign#{SECRET}", reduced_motion="reduce") as visited,
    ):
        waiting = visited.page.locator(".waiting")
        await expect(waiting).to_be_visible()
        style = "(one) => getComputedStyle(one, '::before').animationName"
        assert await waiting.evaluate(style) == "none"
