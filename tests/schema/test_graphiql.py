"""GraphiQL works in a real browser, from our own files alone."""

import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from browsing import visit
from demo_api import demo_api
from playwright.async_api import expect
from small_api import TOKEN, client_of, served, small_app
from workbench import Workbench

from schema.api import schema
from schema.web import graphiql

HTML = {"accept": "text/html"}


def opened(url: str) -> AbstractAsyncContextManager[Workbench]:
    return visit(url, Workbench)


async def test_graphiql_answers_from_our_own_files_alone() -> None:
    async with served(small_app()) as url, opened(f"{url}/graphql#token={TOKEN}") as visited:
        page = visited.page
        await page.get_by_label("Show GraphiQL Explorer").click()
        await expect(page.locator(".graphiql-explorer-root")).to_contain_text("nearest")
        await visited.run("query WhoAmI { me }", name="WhoAmI")
        await expect(page.locator(".result-window")).to_contain_text('"me": "Veikko"')
        await visited.run("subscription Counting { count(to: 3) }", name="Counting")
        await expect(page.locator(".result-window")).to_contain_text('"count": 2')

        assert visited.asked_elsewhere(url) == []
        assert visited.complaints == []


async def test_the_main_job_is_done_in_the_browser_from_the_example_tabs(tmp_path: Path) -> None:
    async with (
        demo_api(f"sqlite:///{tmp_path / 'demo.db'}") as demo,
        served(demo.app) as url,
        opened(f"{url}/graphql#token={demo.access.staff_token}") as visited,
    ):
        answers = {}
        for name in ("WhichAutomatIsNearest", "MakeReservation", "WhatThereIs", "WhatWouldItGet"):
            await visited.run_tab(name)
            answers[name] = await visited.answer()

    assert visited.complaints == []
    assert visited.asked_elsewhere(url) == []
    assert [name for name, answer in answers.items() if "errors" in answer] == []
    nearest = answers["WhichAutomatIsNearest"]["data"]["nearestAutomats"]
    assert nearest[0]["rank"] == 1
    reservation = answers["MakeReservation"]["data"]["reservationUpsert"]["reservation"]
    assert reservation["selection"]["method"] == "NEAREST"
    (locker_contract,) = reservation["keyContract"]["lockerContracts"]
    assert re.fullmatch(r"\d{6}", locker_contract["pin"])
    assert answers["WhatThereIs"]["data"]["automats"]["edges"]
    assert answers["WhatWouldItGet"]["data"]["automatSelection"]["method"] == "KEY_LOCATION"


async def test_a_token_in_the_link_goes_into_the_headers_and_out_of_the_address() -> None:
    async with served(small_app()) as url, opened(f"{url}/graphql#token={TOKEN}") as visited:
        await expect(visited.page.locator(".graphiql-editor-tool")).to_contain_text(
            f"Bearer {TOKEN}"
        )

        assert visited.page.url == f"{url}/graphql"
        assert TOKEN not in str(await visited.page.evaluate("JSON.stringify(localStorage)"))
        assert [asked for asked in visited.requests if TOKEN in asked] == []


async def test_without_a_token_the_headers_show_where_it_goes() -> None:
    async with served(small_app()) as url, opened(f"{url}/graphql") as visited:
        await expect(visited.page.locator(".graphiql-editor-tool")).to_contain_text(
            '"Authorization": "Bearer PASTE-YOUR-TOKEN-HERE"'
        )


async def test_each_example_has_a_tab() -> None:
    async with served(small_app()) as url, opened(f"{url}/graphql#token={TOKEN}") as visited:
        await expect(visited.page.get_by_role("tab")).to_have_count(len(graphiql.examples()))


@pytest.mark.parametrize("document", graphiql.examples())
def test_every_example_fits_the_schema(document: str) -> None:
    assert schema.prepare(document).errors == ()


async def test_the_page_allows_nothing_from_elsewhere() -> None:
    async with client_of(small_app(), None) as client:
        page = await client.get("/graphql", headers=HTML)

    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("page.js", "javascript"),
        ("examples.graphql", "text/plain"),
        ("vendor/react/umd/react.production.min.js", "javascript"),
        ("vendor/graphiql/graphiql.min.css", "text/css"),
    ],
)
async def test_the_files_of_the_page_are_served_as_what_they_are(
    path: str, media_type: str
) -> None:
    async with client_of(small_app(), None) as client:
        file = await client.get(f"/static/{path}")

    assert file.status_code == 200
    assert media_type in file.headers["content-type"]
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["package.json", "vendor/../package.json", "graphiql.html", "../app.py", "vendor/none"]
)
async def test_nothing_else_that_lies_there_is_served(path: str) -> None:
    async with client_of(small_app(), None) as client:
        assert (await client.get(f"/static/{path}")).status_code == 404


async def test_without_its_files_the_page_says_which_command_brings_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(graphiql, "LAST_FILE", tmp_path / "not-there.js")
    async with client_of(small_app(), None) as client:
        page = await client.get("/graphql", headers=HTML)

    assert "./dev setup" in page.text
    assert "<script" not in page.text
