"""Whoever lacks what something takes is refused before it is done, and the rest is answered."""

from contextlib import aclosing
from string import Template
from typing import Any

import pytest
from declared import BY_WHAT_IS_FOUND, MAY_BY_INPUT, OURS, STORED, roles_with
from factories import make_automat, make_key
from rights import MUTATIONS, QUERIES
from sandboxing import become_sandbox
from talking import Client
from things import one_of_everything

from models.accounts import Actor, Permission, Role
from models.base import new_id
from schema.api import schema
from schema.context import Context
from schema.execution import ColumnExecutor
from schema.guards import refusing
from schema.guards.refusing import PermittingExecutor
from schema.permissions import need_of

NOWHERE: Any = None
WATCHED = {
    "stationProcess": "{ id }",
    "automatCommandChanged": '(id: "x") { id }',
    "automatAlarmChanged": "{ id }",
    "automatEventAdded": "{ id }",
}


def documents() -> dict[str, tuple[set[Role], str]]:
    """Write a document for each query and each mutation, with the roles that may send it."""
    queries = {
        name: (roles, f"{{ {name} {rest} }}")
        for name, (roles, rest) in QUERIES.items()
        if name not in BY_WHAT_IS_FOUND
    }
    return queries | {
        name: (roles, f"mutation {{ {name}(input: {{{rest}}}) {{ userErrors {{ code }} }} }}")
        for name, (roles, rest) in MUTATIONS.items()
    }


def codes_in(data: dict[str, Any] | None, errors: list[Any] | None) -> list[str]:
    """Give the codes of all that stood against an operation."""
    refused = [error["extensions"]["code"] for error in errors or ()]
    for answer in (data or {}).values():
        refused += [error["code"] for error in (answer or {}).get("userErrors", ())]
    return refused


def context_of(role: Role) -> Context:
    """Make a context in which nothing can be done: there is no database."""
    return Context(NOWHERE, NOWHERE, NOWHERE, Actor(new_id(), role))


async def test_whoever_may_not_is_refused_before_anything_is_done() -> None:
    for name, (roles, document) in documents().items():
        for role in set(Role) - roles - MAY_BY_INPUT.get(name, set()):
            answer = await schema.execute(document, context_value=context_of(role))
            errors: list[Any] = [error.formatted for error in answer.errors or ()]
            assert codes_in(answer.data, errors) == ["NOT_ALLOWED"], (name, role)


@pytest.mark.parametrize("name", WATCHED)
async def test_whoever_may_not_watch_is_refused_before_anything_is_done(name: str) -> None:
    document = f"subscription {{ {name} {WATCHED[name]} }}"
    needed = need_of(OURS.subscription_type.fields[name])

    for role in set(Role) - roles_with(needed):
        stream: Any = await schema.subscribe(document, context_value=context_of(role))
        async with aclosing(stream):
            answer = await anext(stream)
        assert [error.extensions["code"] for error in answer.errors] == ["NOT_ALLOWED"], role


@pytest.fixture
def no_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what is checked before an operation; what use cases check themselves stays."""
    monkeypatch.setattr(PermittingExecutor, "build", ColumnExecutor.build)
    monkeypatch.setattr("schema.mutations.require", lambda *_: None)


@pytest.mark.usefixtures("no_gate")
@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
async def test_use_cases_refuse_by_themselves_what_the_gate_would_refuse(client: Client) -> None:
    ids = await one_of_everything(client)
    await become_sandbox(client)
    cases = [
        (name, Template(document).safe_substitute(ids), role)
        for name, (roles, document) in documents().items()
        for role in Role
        if role not in roles
    ]

    for name, document, role in cases:
        answer = (await client.post(document, role)).json()
        assert codes_in(answer["data"], answer.get("errors")) == ["NOT_ALLOWED"], name

    assert len(cases) > 300


@pytest.fixture
async def cabinet(client: Client) -> Client:
    """Make an automat with a key in it."""
    async with client.working() as work:
        await make_key(work, automat=await make_automat(work, "Pasila"), code="K 1")
    return client


CABINETS = """{
  automats { edges { node { name utilisation lockers { index key { code } } } } }
  deviceGroups { edges { node { name } } }
}"""


async def test_a_part_that_is_refused_is_null_and_the_rest_is_answered(cabinet: Client) -> None:
    answer = (await cabinet.post(CABINETS, Role.INSTALLER)).json()

    (edge,) = answer["data"]["automats"]["edges"]
    assert edge["node"]["name"] == "Pasila"
    assert edge["node"]["utilisation"] is None
    assert {locker["key"] for locker in edge["node"]["lockers"]} == {None}
    assert answer["data"]["deviceGroups"] == {"edges": []}
    way = ["automats", "edges", 0, "node"]
    first = ["utilisation", "lockers"]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"NOT_ALLOWED"}
    assert {tuple(error["path"][:5]) for error in answer["errors"]} == {(*way, f) for f in first}


async def test_what_is_hidden_is_null_without_an_error(cabinet: Client) -> None:
    document = "{ keys { edges { node { code backupCodes } } } }"

    (edge,) = (await cabinet.ask(document, Role.VIEWER))["keys"]["edges"]

    assert edge["node"] == {"code": "K 1", "backupCodes": None}


async def test_a_viewer_sees_where_a_key_lies_and_not_what_else_is_in_there(
    cabinet: Client,
) -> None:
    document = """{ keys { edges { node { storage { ... on AutomatStorage {
      locker { index } automat { name address { city } health { power } }
    } } } } } }"""

    answer = (await cabinet.post(document, Role.VIEWER)).json()

    (error,) = answer["errors"]
    assert error["path"][-2:] == ["automat", "health"]
    automat = answer["data"]["keys"]["edges"][0]["node"]["storage"]["automat"]
    assert (automat["name"], automat["health"]) == ("Pasila", None)
    assert await cabinet.error_code("{ automats { edges { cursor } } }", Role.VIEWER) == (
        "NOT_ALLOWED"
    )


AUTOMATS = "{ automats { edges { node { name } } } }"
KEYS = "{ keys { edges { node { code } } } }"


@pytest.mark.parametrize(
    ("scopes", "refused"),
    [
        ({Permission.VIEW}, {"automats", "storage"}),
        ({Permission.VIEW, Permission.VIEW_PLACES}, {"automats"}),
        ({Permission.VIEW, Permission.VIEW_PLACES, Permission.VIEW_AUTOMATS}, set()),
        ({Permission.VIEW_PLACES, Permission.VIEW_AUTOMATS}, {"keys", "storage"}),
    ],
)
async def test_scopes_narrow_what_is_answered(
    cabinet: Client, scopes: set[Permission], refused: set[str]
) -> None:
    actor = Actor(cabinet.organization_id, Role.PARTNER, scopes=frozenset(scopes))
    context = Context(cabinet.database, NOWHERE, cabinet.outside, actor)
    for part, asked in {"automats": AUTOMATS, "storage": STORED, "keys": KEYS}.items():
        answer = await schema.execute(asked, context_value=context)

        told = [(error.extensions or {})["code"] for error in answer.errors or ()]
        assert told == (["NOT_ALLOWED"] if part in refused else []), part


async def test_whoever_may_see_all_is_asked_nothing_field_by_field(
    cabinet: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError

    await cabinet.ask(CABINETS)  # now it is known what it takes
    for name in ("guard_of", "need_of", "is_hidden"):
        monkeypatch.setattr(refusing, name, never)
    monkeypatch.setattr("schema.guards.guarded.needs_of", never)

    answer = await cabinet.ask(CABINETS)

    assert answer["automats"]["edges"][0]["node"]["lockers"][0]["key"] == {"code": "K 1"}
