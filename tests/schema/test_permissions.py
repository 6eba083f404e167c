"""Everything in the schema says what it takes; whoever lacks it is refused before it is done."""

from collections.abc import Iterator
from typing import Any

import pytest
import strawberry
from declared import BY_WHAT_IS_FOUND, MAY_BY_INPUT, OURS, STORED, roles_with
from graphql import GraphQLInterfaceType, GraphQLObjectType, is_non_null_type, parse
from rights import MUTATIONS, QUERIES, SEEN_BY
from things import KINDS

from models.accounts import Permission
from resolvers.looking import permission_of
from schema import nodes
from schema.api import schema
from schema.guards.needs import needs_of
from schema.paging import Connection
from schema.permissions import declares, guard_of, is_hidden, need_of, query, reached


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
    assert "PIN_READ. Shown with `SEE_PINS`." in printed
    assert "the PIN that opens it. Seen with `VIEW`." in printed
    assert "Takes `VIEW` and `VIEW_PLACES`." in printed


REPORT = 'input: {automatId: "x", lockerIndex: 0, fact: KEY_FETCHED}'
IN_PARTS = """query A { ...q } fragment q on Query { automats { ...a } }
fragment a on AutomatConnection { edges { node { ... { utilisation } } } }"""


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
