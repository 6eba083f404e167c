"""Documents that an organization trusts are asked for by their digests, and perhaps only those."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bounding import bounded, send
from talking import Client, unset

from models.accounts import Role
from models.errors import InvalidInput
from models.organizations import OrganizationUnit
from models.trusted_documents import document_digest
from resolvers import trusted_documents
from schema.commands import documents as cli_documents
from schema.commands import on_database
from schema.scalars import to_id

UNITS = "query Units { organizationUnits(first: 1) { edges { node { name } } } }"
DIGEST = document_digest(UNITS)
ADD = """mutation($input: TrustedDocumentAddInput!) { trustedDocumentAdd(input: $input) {
  trustedDocument { id digest } userErrors { code message path } } }"""
REMOVE = """mutation($input: TrustedDocumentRemoveInput!) { trustedDocumentRemove(input: $input) {
  trustedDocument { digest } userErrors { code } } }"""
RESTRICT = """mutation($input: TrustedDocumentRolesSetInput!) {
  trustedDocumentRolesSet(input: $input) { roles userErrors { code path } } }"""

WAYS: list[dict[str, Any]] = [
    {"documentId": f"sha256:{DIGEST}"},
    {"documentId": DIGEST.upper()},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}},
    {"extensions": {"persistedQuery": {"sha256Hash": DIGEST}}, "query": UNITS},
]


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trusted_documents, "REMEMBERED", trusted_documents.REMEMBERED * 0)


async def add(client: Client, text: str = UNITS) -> Any:
    """Trust a document."""
    answer = await client.ask(ADD, input={"name": "Units", "text": text})
    return answer["trustedDocumentAdd"]


async def test_a_trusted_document_is_asked_for_by_its_digest(client: Client) -> None:
    async with bounded(client) as here:
        added = await add(client)
        answers = [(await send(here, Role.VIEWER, **way)).json() for way in WAYS]
        headers = {"authorization": f"Bearer {client.tokens[Role.VIEWER]}"}
        by_get = await here.http.get("/graphql", params=WAYS[0], headers=headers)
        again = await add(client)
        await client.ask(REMOVE, input={"id": added["trustedDocument"]["id"]})
        gone = await send(here, Role.VIEWER, **WAYS[0])

    expected = {"organizationUnits": {"edges": [{"node": {"name": "Kotikatu Isännöinti"}}]}}
    assert answers == [{"data": expected}] * len(WAYS)
    assert by_get.json() == {"data": expected}
    assert added["trustedDocument"]["digest"] == f"sha256:{DIGEST}"
    assert again == added
    (error,) = gone.json()["errors"]
    assert error["message"] == "PersistedQueryNotFound"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_nobody_elses_document_is_found(client: Client, stranger: Client) -> None:
    await add(stranger)
    async with bounded(client) as here:
        answer = await send(here, **WAYS[0])

    assert answer.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_role_may_be_held_to_trusted_documents(client: Client) -> None:
    await add(client)
    other = "{ __typename }"
    async with bounded(client) as here:
        refusal = await client.ask(RESTRICT, input={"roles": ["ADMIN", "PARTNER"]})
        before = await send(here, Role.PARTNER, query=other)
        await client.ask(RESTRICT, input={"roles": ["PARTNER"]})
        after = await send(here, Role.PARTNER, query=other)
        trusted = [await send(here, Role.PARTNER, **way) for way in (*WAYS, {"query": UNITS})]
        free = [await send(here, role, query=other) for role in (Role.ADMIN, Role.VIEWER)]
    async with bounded(client, trusted_only=frozenset({Role.VIEWER})) as held:
        by_setting = await send(held, Role.VIEWER, query=other)

    (problem,) = refusal["trustedDocumentRolesSet"]["userErrors"]
    assert problem == {"code": "INVALID_INPUT", "path": ["input", "roles"]}
    assert before.status_code == 200
    for answer in (after, by_setting):
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert [answer.status_code for answer in (*trusted, *free)] == [200] * 7
    assert all("errors" not in answer.json() for answer in trusted)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{ unknown }", "Cannot query field 'unknown'"),
        ("{ me(", "Syntax Error"),
        ("fragment A on Query { __typename }", "never used"),
        ("{ " + "__typename " * 401 + "}", "fields"),
    ],
)
async def test_only_what_could_be_executed_is_trusted(client: Client, text: str, why: str) -> None:
    (error,) = (await add(client, text))["userErrors"]

    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "text"])
    assert why in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": "../secret"},
        {"documentId": 7},
        {"documentId": DIGEST, "query": "{ __typename }"},
        {"extensions": {"persistedQuery": "x"}},
        {},
    ],
)
async def test_a_digest_that_is_none_is_refused(client: Client, body: dict[str, Any]) -> None:
    async with bounded(client) as here:
        answer = await send(here, **body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_command_trusts_files(
    client: Client,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    current = unset().model_copy(update={"database_url": database_url})
    monkeypatch.setattr(on_database, "settings", lambda: current)
    good, bad = tmp_path / "units.graphql", tmp_path / "bad.graphql"
    good.write_text(UNITS)
    bad.write_text("{ unknown }")
    trust = partial(
        asyncio.to_thread,
        cli_documents.trust,
        organization=to_id(OrganizationUnit, client.organization_id),
    )

    with pytest.raises(InvalidInput, match=r"bad.graphql: Cannot query field 'unknown'"):
        await trust([good, bad])
    async with bounded(client) as here:
        before = await send(here, **WAYS[0])
        await trust([good])
        after = await send(here, **WAYS[0])

    assert before.status_code == 400
    assert capsys.readouterr().out.split() == [f"sha256:{DIGEST}", str(good)]
    assert after.status_code == 200
