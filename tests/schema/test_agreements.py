"""Agreements over HTTP: made, worded, published, chosen, previewed, listed in few statements."""

from typing import Any

import pytest
from agreeing import contact_of, make_agreement, make_contract, names_carried
from counting import statements_of
from factories import make_unit
from talking import Client

from models.agreements import Agreement
from models.contracts import KeyContract
from models.organizations import OrganizationUnit
from resolvers.agreements.facts import PLACEHOLDERS
from schema.api import schema
from schema.scalars import to_id

AGREEMENT = "agreement { id name mandatory inherited retiredAt organizationUnit { name } }"
VERSION = "agreementVersion { id number publishedAt texts { language title body digest } }"
REASONS = "userErrors { code path message }"
TEXT = '{language: "en-GB", title: "Rules", body: "# Be *nice*\\n\\nUntil {ends}."}'


async def change(client: Client, name: str, written: str, answer: str) -> dict[str, Any]:
    """Do something that is not refused, and give what became of it."""
    document = f"mutation {{ {name}(input: {{{written}}}) {{ {answer} {REASONS} }} }}"
    payload: dict[str, Any] = (await client.ask(document))[name]
    assert payload.pop("userErrors") == []
    (found,) = payload.values()
    made: dict[str, Any] = found
    return made


async def test_an_agreement_lives_from_its_first_draft_to_its_end(client: Client) -> None:
    made = await change(client, "agreementCreate", 'name: "Rules", mandatory: true', AGREEMENT)
    id = made["id"]
    draft = await change(
        client, "agreementVersionCreate", f'agreementId: "{id}", texts: [{TEXT}]', VERSION
    )
    texts = f'id: "{draft["id"]}", texts: [{TEXT.replace("nice", "kind")}]'
    changed = await change(client, "agreementVersionUpdate", texts, VERSION)
    published = await change(client, "agreementVersionPublish", f'id: "{draft["id"]}"', VERSION)
    renamed = await change(client, "agreementUpdate", f'id: "{id}", name: "House"', AGREEMENT)

    assert (made["mandatory"], made["inherited"], made["retiredAt"]) == (True, True, None)
    assert made["organizationUnit"] == {"name": "Kotikatu Isännöinti"}
    assert (draft["number"], draft["publishedAt"], changed["publishedAt"]) == (1, None, None)
    (text,) = published["texts"]
    assert (text["language"], text["body"]) == ("en", "# Be *kind*\n\nUntil {ends}.")
    assert len(text["digest"]) == 64
    assert renamed["name"] == "House"
    retired = await change(client, "agreementRetire", f'id: "{id}"', AGREEMENT)
    assert retired["retiredAt"] is not None


async def test_an_agreement_shows_what_is_offered_and_what_is_being_written(
    client: Client,
) -> None:
    async with client.working() as work:
        made = await make_agreement(work)
    id = to_id(Agreement, made.id)
    document = """query($id: ID!) { node(id: $id) { ... on Agreement {
      current { number agreement { id } } draft { number } versions { edges { node { number } } }
    } } }"""
    before = (await client.ask(document, id=id))["node"]

    await change(client, "agreementVersionCreate", f'agreementId: "{id}"', VERSION)

    after = (await client.ask(document, id=id))["node"]
    assert before["current"] == after["current"] == {"number": 1, "agreement": {"id": id}}
    assert (before["draft"], after["draft"]) == (None, {"number": 2})
    assert [edge["node"]["number"] for edge in after["versions"]["edges"]] == [1, 2]


async def test_a_text_that_cannot_be_read_is_refused_with_the_way_to_it(client: Client) -> None:
    async with client.working() as work:
        id = to_id(Agreement, (await make_agreement(work)).id)
    text = '{language: "en", title: "Rules", body: "Dear {name}"}'
    document = (
        f'mutation {{ agreementVersionCreate(input: {{agreementId: "{id}", texts: [{text}]}}) '
        f"{{ {VERSION} {REASONS} }} }}"
    )

    payload = (await client.ask(document))["agreementVersionCreate"]

    (reason,) = payload["userErrors"]
    assert (payload["agreementVersion"], reason["code"]) == (None, "INVALID_INPUT")
    assert reason["path"] == ["input", "texts", "0", "body"]
    assert "There is no {name} to be filled in" in reason["message"]
    assert all(f"{{{name}}}" in reason["message"] for name in PLACEHOLDERS)


async def test_agreements_are_listed_by_the_unit_where_they_hold(client: Client) -> None:
    async with client.working() as work:
        area = await make_unit(work)
        house = await make_unit(work, parent_id=area.id)
        await make_agreement(work, area, name="Area")
        await make_agreement(work, area, name="Area alone", inherited=False)
        await make_agreement(work, house, name="House")
        await make_agreement(work, await make_unit(work), name="Elsewhere")
    document = "query($id: ID) { agreements(organizationUnitId: $id) { edges { node { name } } } }"

    async def names(unit: OrganizationUnit | None) -> list[str]:
        id = to_id(OrganizationUnit, unit.id) if unit else None
        edges = (await client.ask(document, id=id))["agreements"]["edges"]
        return [edge["node"]["name"] for edge in edges]

    assert await names(house) == ["Area", "House"]
    assert await names(area) == ["Area", "Area alone"]
    assert await names(None) == ["Area", "Area alone", "House", "Elsewhere"]


async def test_retired_agreements_are_listed_where_they_are_asked_for(client: Client) -> None:
    async with client.working() as work:
        id = to_id(Agreement, (await make_agreement(work)).id)
    await change(client, "agreementRetire", f'id: "{id}"', AGREEMENT)

    in_use = await client.ask("{ agreements { edges { node { id } } } }")
    both = await client.ask("{ agreements(withRetired: true) { edges { node { id } } } }")

    assert in_use["agreements"]["edges"] == []
    assert [edge["node"]["id"] for edge in both["agreements"]["edges"]] == [id]


async def test_a_contract_shows_the_agreements_that_it_carries(client: Client) -> None:
    async with client.working() as work:
        optional = await make_agreement(work, name="Optional")
        await make_agreement(work, name="Mandatory", mandatory=True)
        contract = await make_contract(work)
    ids = f'keyContractId: "{to_id(KeyContract, contract.id)}", agreementIds: '
    chosen = f'["{to_id(Agreement, optional.id)}"]'
    shown = "keyContract { agreements { name } }"

    after = await change(client, "keyContractAgreementsSet", f"{ids}{chosen}", shown)
    without = await change(client, "keyContractAgreementsSet", f"{ids}[]", shown)

    assert after == {"agreements": [{"name": "Mandatory"}, {"name": "Optional"}]}
    assert without == {"agreements": [{"name": "Mandatory"}]}
    async with client.working() as work:
        assert await names_carried(work, contract) == ["Mandatory"]


async def test_the_agreements_of_many_contracts_take_as_many_statements_as_those_of_two(
    client: Client,
) -> None:
    document = "{ keyContracts { edges { node { agreements { name current { number } } } } } }"
    counted = []
    for contracts in (2, 8):
        async with client.working() as work:
            for _ in range(contracts):
                unit = await make_unit(work)
                await make_agreement(work, unit, mandatory=True)
                await make_contract(work, unit)
        with statements_of(client.database) as seen:
            edges = (await client.ask(document))["keyContracts"]["edges"]
        assert all(len(edge["node"]["agreements"]) == 1 for edge in edges)
        counted.append(len(seen))

    assert counted[0] == counted[1]


PREVIEW = """query($id: ID, $body: String, $language: String, $contract: ID) {
  agreementPreview(
    agreementVersionId: $id, body: $body, language: $language, keyContractId: $contract
  ) {
    language title warnings
    blocks { kind level ordered lines { spans { text strong emphasis } } }
  }
}"""


async def preview(client: Client, **asked: Any) -> dict[str, Any]:
    shown: dict[str, Any] = (await client.ask(PREVIEW, **asked))["agreementPreview"]
    return shown


async def test_words_are_previewed_as_blocks_before_they_are_saved(client: Client) -> None:
    shown = await preview(client, body="# A\n\n1. *b* <i>\n\n{keys}")

    heading, numbered, paragraph = shown["blocks"]
    assert (heading["kind"], heading["level"], heading["ordered"]) == ("HEADING", 1, None)
    assert (numbered["kind"], numbered["level"], numbered["ordered"]) == ("LIST", None, True)
    assert numbered["lines"][0]["spans"] == [
        {"text": "b", "strong": False, "emphasis": True},
        {"text": " <i>", "strong": False, "emphasis": False},
    ]
    assert paragraph["kind"] == "PARAGRAPH"
    assert paragraph["lines"][0]["spans"][0]["text"] == "{keys}"
    assert (shown["language"], shown["title"]) == ("en", None)
    assert shown["warnings"] == ["Without a key contract the facts are not filled in."]


async def test_mistakes_are_warnings_of_a_preview(client: Client) -> None:
    shown = await preview(client, body="Dear {name}\n\n- a\n  - b")

    assert [warning.partition(";")[0] for warning in shown["warnings"]] == [
        "There is no {name} to be filled in",
        "A list cannot hold another list.",
    ]


async def test_a_preview_has_the_facts_of_a_contract(client: Client) -> None:
    async with client.working() as work:
        contract = await make_contract(work, language="fi", reference="KC-9")
        contract.pick_up_information = None
        assert (await contact_of(work, contract)).name == "Aino Virtanen"
    id = to_id(KeyContract, contract.id)

    shown = await preview(client, body="{reference} {contact} {pickUp}", contract=id)

    assert shown["blocks"][0]["lines"][0]["spans"][0]["text"] == "KC-9 Aino Virtanen -"
    assert shown["language"] == "fi"
    assert shown["warnings"] == ["Nothing is known of the contract for {pickUp}."]


async def test_a_version_is_previewed_in_the_language_that_would_be_offered(
    client: Client,
) -> None:
    async with client.working() as work:
        made = await make_agreement(work, texts={"en": "Be nice.", "de": "Sei nett."})
    document = "query($id: ID!) { node(id: $id) { ... on Agreement { current { id } } } }"
    asked = await client.ask(document, id=to_id(Agreement, made.id))
    id = asked["node"]["current"]["id"]

    german = await preview(client, id=id, language="de-AT")
    swedish = await preview(client, id=id, language="sv")

    assert (german["language"], german["title"], german["warnings"]) == ("de", "Title in de", [])
    assert swedish["language"] == "en"
    assert swedish["warnings"] == ["There is no text in sv; the one in en is shown."]


async def test_a_version_without_a_text_that_could_be_offered_is_not_previewed(
    client: Client,
) -> None:
    async with client.working() as work:
        made = await make_agreement(work, texts={"de": "Sei nett."})
    document = "query($id: ID!) { node(id: $id) { ... on Agreement { current { id } } } }"
    asked = await client.ask(document, id=to_id(Agreement, made.id))
    id = asked["node"]["current"]["id"]

    assert await client.error_code(PREVIEW, id=id, language="fi") == "NO_AGREEMENT_TEXT"


@pytest.mark.parametrize("asked", [{}, {"body": "x" * 100_001}])
async def test_a_preview_is_of_one_thing_that_is_not_too_long(
    client: Client, asked: dict[str, str]
) -> None:
    assert await client.error_code(PREVIEW, **asked) == "INVALID_INPUT"


def test_the_schema_names_every_placeholder() -> None:
    texts: Any = schema._schema.type_map["AgreementTextInput"]

    for name in PLACEHOLDERS:
        assert f"`{{{name}}}`" in texts.fields["body"].description
