"""Everything in the schema says what it takes; whoever lacks it is refused before it is done."""

from collections.abc import Iterator
from contextlib import aclosing
from string import Template
from typing import Any

import pytest
import strawberry
from factories import make_automat, make_key
from graphql import GraphQLInterfaceType, GraphQLObjectType, is_non_null_type, parse
from rights import MUTATIONS, QUERIES, SEEN_BY
from sandboxing import become_sandbox
from talking import Client
from things import KINDS, one_of_everything

from models.accounts import PERMISSIONS, Actor, Permission, Role
from models.base import new_id
from resolvers.looking import permission_of
from schema import nodes, refusing
from schema.api import schema
from schema.context import Context
from schema.execution import ColumnExecutor
from schema.needs import needs_of
from schema.paging import Connection
from schema.permissions import declares, guard_of, is_hidden, need_of, query, reached
from schema.refusing import PermittingExecutor

OURS: Any = schema._schema
NOWHERE: Any = None
WATCHED = {
    "stationProcess": "{ id }",
    "automatCommandChanged": '(id: "x") { id }',
    "automatAlarmChanged": "{ id }",
    "automatEventAdded": "{ id }",
}
BY_WHAT_IS_FOUND = {"node"}
BY_INPUT = {Role.USER, Role.INSTALLER}
MAY_BY_INPUT = {"placementSet": BY_INPUT, "placementReviewAccept": BY_INPUT}
"""Installers may for automats; users are found out by the use case, which knows what it is for."""


def silent(ours: Any) -> Iterator[str]:
    """Name what does not say what it takes: fields of the roots, and all other types."""
    roots = {ours.query_type, ours.mutation_type, ours.subscription_type}
    for type_ in ours.type_map.values():
        if type_.name.startswith("__"):
            continue
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        if type_ in roots:
            fields = type_.fields.items()
            yield from (f"{type_}.{name}" for name, field in fields if not declares(field))
        elif guard_of(type_) is None:
            yield type_.name


def test_every_field_of_the_schema_says_what_it_takes() -> None:
    assert not list(silent(OURS)), (
        "Write `@guarded_by(Permission.X)` or `@reached` above a type, and make queries by "
        "`@query(permission=...)`."
    )


def test_whatever_says_nothing_would_be_found() -> None:
    @strawberry.type
    class Forgotten:
        name: str

    @reached
    @strawberry.type
    class Told:
        name: str

    @strawberry.type
    class Query:
        told: Told
        forgotten: Forgotten

        @query(permission=Permission.VIEW, description="All.")
        def page(self) -> Connection[Forgotten]:
            raise NotImplementedError

        @query(permission=Permission.VIEW, description="All.")
        def told_page(self) -> Connection[Told]:
            raise NotImplementedError

    found = set(silent(strawberry.Schema(Query)._schema))

    assert found == {
        *("Query.told", "Query.forgotten", "Forgotten"),
        *("ForgottenConnection", "ForgottenEdge"),
    }


def test_what_is_hidden_can_be_null() -> None:
    fields = [
        (f"{type_}.{name}", field)
        for type_ in OURS.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
    ]
    hidden = {name: field for name, field in fields if is_hidden(field)}

    assert {"LockerContract.pin", "Key.backupCodes", "KeyContract.evidenceUrl"} <= hidden.keys()
    assert not [name for name, field in hidden.items() if is_non_null_type(field.type)]


def roles_with(needed: frozenset[Permission]) -> set[Role]:
    """Tell which roles have all of several permissions."""
    return {role for role in Role if needed <= PERMISSIONS[role]}


def test_what_the_schema_says_is_what_the_table_of_rights_says() -> None:
    for fields, rights in ((OURS.query_type, QUERIES), (OURS.mutation_type, MUTATIONS)):
        for name in rights.keys() - BY_WHAT_IS_FOUND:
            may = roles_with(need_of(fields.fields[name]))
            assert may == rights[name][0] | MAY_BY_INPUT.get(name, set()), name
    for kind, model in KINDS.items():
        type_ = OURS.type_map[nodes._SHOWN_AS[model].__name__]
        assert roles_with(guard_of(type_) or frozenset()) == SEEN_BY[kind], kind
        assert guard_of(type_) == {permission_of(model)}


def test_every_permission_is_taken_by_something() -> None:
    taken = {
        permission
        for type_ in OURS.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for field in type_.fields.values()
        for permission in need_of(field)
    }

    assert taken >= set(Permission) - {Permission.VIEW_USERS, Permission.EDIT_USERS}


def test_the_schema_tells_clients_what_things_take() -> None:
    printed = schema.as_str()

    assert 'Register a key where it lies. Takes `EDIT_KEYS`."""' in printed
    assert "nothing any more. Shown with `SEE_PINS`." in printed
    assert "the PIN that opens it. Seen with `VIEW`." in printed
    assert "Takes `VIEW` and `VIEW_PLACES`." in printed


REPORT = 'input: {automatId: "x", lockerIndex: 0, fact: KEY_FETCHED}'
IN_PARTS = """query A { ...q } fragment q on Query { automats { ...a } }
fragment a on AutomatConnection { edges { node { ... { utilisation } } } }"""
STORED = "{ keys { edges { node { storage { ... on AutomatStorage { automat { name } } } } } } }"


@pytest.mark.parametrize(
    ("document", "needed"),
    [
        ("{ __typename __schema { types { name } } }", ""),
        ('{ placement(address: {text: "x"}) { confidence } }', ""),
        ("{ keys { pageInfo { hasNextPage } } }", "view"),
        ("{ all: keys @skip(if: true) { edges { node { backupCodes } } } }", "view see_pins"),
        (IN_PARTS, "view_automats view_places view_reports"),
        (f"mutation {{ lockerReport({REPORT}) {{ isNews }} }}", "edit_automats"),
        (STORED, "view view_places"),
        ("subscription { automatAlarmChanged { automat { name } } }", "view_alarms view_places"),
    ],
)
def test_what_an_operation_takes_is_added_up(document: str, needed: str) -> None:
    found = needs_of(OURS, parse(document))

    assert found[None] == {Permission(name) for name in needed.split()}


def test_each_operation_of_a_document_takes_what_it_selects_itself() -> None:
    found = needs_of(OURS, parse("query A { keys { edges { cursor } } } query B { __typename }"))

    assert (found["A"], found["B"]) == ({Permission.VIEW}, frozenset())


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
    monkeypatch.setattr("schema.guarded.needs_of", never)

    answer = await cabinet.ask(CABINETS)

    assert answer["automats"]["edges"][0]["node"]["lockers"][0]["key"] == {"code": "K 1"}
