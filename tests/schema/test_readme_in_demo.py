"""What the README and GraphiQL's tabs show does what it says, one after the other, in the demo."""

import json
import re
from pathlib import Path

import httpx2
import pytest
from demo_api import demo_api
from signing import START
from small_api import ask, client_of

from schema.web import graphiql

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", README, flags=re.DOTALL)
STAY = {"startsAt": "2027-06-01T12:00:00Z", "endsAt": "2027-06-04T09:00:00Z"}

TO_SIGN = '{ keyContract(reference: "TO-SIGN-1") { id status } }'


async def refusals(client: httpx2.AsyncClient, document: str) -> list[str]:
    """Run a document; gives all that was said against it."""
    variables = {name: moment for name, moment in STAY.items() if f"${name}" in document}
    answer = await ask(client, document, **variables)
    text = json.dumps(answer)
    return [*map(str, answer.get("errors", [])), *re.findall(r'"userErrors": \[\{.*?\}', text)]


@pytest.mark.parametrize("documents", [DOCUMENTS, graphiql.examples()], ids=["readme", "tabs"])
async def test_every_document_works_in_the_demo(documents: list[str], tmp_path: Path) -> None:
    async with (
        demo_api(f"sqlite:///{tmp_path / 'demo.db'}") as demo,
        client_of(demo.app, demo.access.staff_token) as client,
    ):
        for document in documents:
            assert await refusals(client, document) == [], document


async def test_a_key_that_the_readme_hands_over_is_out(tmp_path: Path) -> None:
    async with (
        demo_api(f"sqlite:///{tmp_path / 'demo.db'}") as demo,
        client_of(demo.app, demo.access.staff_token) as client,
    ):
        (hand_over,) = [one for one in DOCUMENTS if "keyHandOver" in one]
        (look,) = [one for one in DOCUMENTS if "keysOut" in one]
        await refusals(client, hand_over)

        found = (await ask(client, look))["data"]

    assert found["key"]["status"] == "OUT"
    assert found["key"]["holder"]["contacts"][0]["name"] == "Helmi Virta"
    codes = [edge["node"]["key"]["code"] for edge in found["keysOut"]["edges"]]
    assert "A0004" in codes
    assert all(edge["node"]["returnPlace"] for edge in found["keysOut"]["edges"])


async def test_the_contract_of_the_demo_that_waits_can_be_signed_over_a_link(
    tmp_path: Path,
) -> None:
    async with (
        demo_api(f"sqlite:///{tmp_path / 'demo.db'}") as demo,
        client_of(demo.app, demo.access.staff_token) as client,
    ):
        waiting = (await ask(client, TO_SIGN))["data"]["keyContract"]
        begin = {"keyContractId": waiting["id"], "method": "LINK"}
        begun = (await ask(client, START, input=begin))["data"]["signingStart"]

    assert waiting["status"] == "WAITING_FOR_SIGNATURE"
    assert begun["userErrors"] == []
    assert "/sign#" in begun["url"]
    assert begun["signing"]["contact"]["name"] == "Aino Virtanen"
