"""Requests that are meant to cost much or to get where nobody may: each is to be refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
from graphql import get_introspection_query

from models.accounts import Role

JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Attack:
    """A request that is to be refused.

    Args:
        tells: What the answer says, or part of it.
        body: What is sent.
        headers: With what.
        address: Where to.
        method: How.
        role: Who sends it.
    """

    tells: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    address: str = "/graphql"
    method: str = "POST"
    role: Role = Role.PARTNER


def sent(query: Any, tells: str, **variables: Any) -> Attack:
    """Write an attack that a document is."""
    return Attack(tells, orjson.dumps({"query": query, "variables": variables}))


def nested(levels: int) -> str:
    """Go round from a unit to the unit above it."""
    return (
        "{ organizationUnits { edges { node { "
        + "parent { " * levels
        + "id"
        + " }" * levels
        + "} } } }"
    )


def ring(size: int) -> str:
    """Spread fragments in a ring."""
    spread = " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % size} }}" for n in range(size))
    return f"{{ ...F0 }} {spread}"


def doubling(levels: int) -> str:
    """Spread each fragment twice in the one before: two to the power of levels."""
    on = "on OrganizationUnit"
    inner = " ".join(
        f"fragment F{n} {on} {{ parent {{ ...F{n + 1} }} b: parent {{ ...F{n + 1} }} }}"
        for n in range(levels)
    )
    last = f"fragment F{levels} {on} {{ id }}"
    return f"{{ organizationUnits {{ edges {{ node {{ ...F0 }} }} }} }} {inner} {last}"


def many(count: int, field_: str) -> str:
    """Ask for a field by many names."""
    return "{ " + " ".join(f"a{n}: {field_}" for n in range(count)) + " }"


def documents() -> Iterator[tuple[str, Attack]]:
    """List documents that are too deep, too wide, too many, or too dear."""
    for levels in (12, 60):
        yield f"{levels} levels", sent(nested(levels), "levels of fields")
    yield "250 levels", sent(nested(250), "nested too deeply")
    yield "20 000 levels", sent(nested(20_000), "bytes")
    yield "12 000 brackets", sent("{a" * 12_000, "nested too deeply")
    yield "nested lists", sent("{ key(id: " + "[" * 700 + "]" * 700 + ") { id } }", "")
    yield "nested types", sent("query($a: " + "[" * 400 + "ID" + "]" * 400 + ") { __typename }", "")
    for count in (401, 900, 40_000):
        yield f"{count} fields", sent("{ " + "__typename " * count + "}", "")
    yield "long names", sent("{ " + "a" * 99_000 + " }", "Cannot query field")
    for count in (31, 240):
        yield f"{count} aliases", sent(many(count, "__typename"), "aliases")
    yield (
        "brute force",
        sent(
            "{ " + " ".join(f'a{n}: key(code: "{n:06}") {{ id }}' for n in range(60)) + " }",
            "aliases",
        ),
    )
    yield (
        "changes by aliases",
        sent(
            "mutation { "
            + " ".join(
                f'a{n}: reservationCancel(input: {{id: "{n}"}}) {{ __typename }}' for n in range(60)
            )
            + " }",
            "aliases",
        ),
    )
    for size in (1, 2, 50):
        yield f"a ring of {size} fragments", sent(ring(size), "Cannot spread fragment")
    yield "an explosion of fragments", sent(doubling(30), "are allowed")
    yield (
        "the same fragment",
        sent(
            "{ " + "...A " * 300 + "} fragment A on Query { __typename b: __typename }",
            "are allowed",
        ),
    )
    yield "the same directive", sent("{ __typename " + "@include(if: true) " * 150 + "}", "")
    yield (
        "pages in pages",
        sent(
            "{ entities(first: 100) { edges { node { keys(first: 100) { edges { node { "
            "custody(first: 100) { edges { node { id } } } } } } } } } }",
            "rows",
        ),
    )
    yield "dear queries", sent(many(29, "missingAutomats { entities }"), "could cost")
    yield (
        "many operations",
        sent(
            " ".join(
                f"query Q{n} {{ entities(first: {n}) {{ pageInfo {{ hasNextPage }} }} }}"
                for n in range(200)
            ),
            "tokens",
        ),
    )


def variables() -> Iterator[tuple[str, Attack]]:
    """List values that are too many, too large, too deep, or not what they should be."""
    ids = "query($a: [ID!]) { contractDefaults(keyIds: $a) { value } }"
    page = "query($a: Int!) { entities(first: $a) { edges { node { id } } } }"
    unused = "query($a: JSON) { __typename }"
    yield "a list of 25 000", sent(ids, "are allowed", a=["key_1"] * 25_000)
    yield (
        "a list in the document",
        sent("{ contractDefaults(keyIds: [" + '"a" ' * 5_000 + "]) { value } }", "tokens"),
    )
    yield "a page of a million", sent(page, "are allowed", a=1_000_000)
    yield "a page of -1", sent(page, "`first`", a=-1)
    yield "a page of 2^70", sent(page, "", a=2**60)
    yield "a text of a megabyte", sent(page, "larger than", a="x" * 1_000_001)
    yield "a text for a number", sent(page, "Int", a="x" * 900_000)
    yield (
        "variables nobody asked for",
        sent(unused, "never used", **{f"v{n}": n for n in range(50_000)}),
    )
    deep = (
        b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}"
    )
    yield "deep JSON", Attack("not JSON", deep)
    yield "names of Python", sent("{ __class__ }", "Cannot query field", __proto__={"a": 1})


def shapes() -> Iterator[tuple[str, Attack]]:
    """List requests that are not what a request is."""
    query = {"query": "{ __typename }"}
    yield "a batch", Attack("one operation", orjson.dumps([query] * 1_000))
    yield "a batch of one", Attack("one operation", orjson.dumps([query]))
    yield (
        "a batch of guesses",
        Attack(
            "one operation",
            orjson.dumps([{"query": f'{{ key(code: "{n}") {{ id }} }}'} for n in range(1_000)]),
        ),
    )
    yield "no JSON", Attack("not JSON", b"{" * 1_000)
    yield "a text", Attack("object", b'"{ __typename }"')
    yield "a query that is none", Attack("`query`", b'{"query": {"a": 1}}')
    yield (
        "a name that is none",
        Attack("`operationName`", b'{"query": "{ __typename }", "operationName": ["a"]}'),
    )
    yield "a digest that is none", Attack("digits", b'{"documentId": "sha256:../../etc/passwd"}')
    change = 'mutation { reservationCancel(input: {id: "1"}) { userErrors { code } } }'
    form = urlencode({"query": change}).encode()
    parts = f'--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{change}\r\n--x--'
    for name, kind, body in (
        ("text/plain", "text/plain", orjson.dumps({"query": change})),
        ("urlencoded", "application/x-www-form-urlencoded", form),
        ("multipart", "multipart/form-data; boundary=x", parts.encode()),
        ("a type in a type", "text/plain; application/json", orjson.dumps({"query": change})),
        ("no type", "", orjson.dumps({"query": change})),
    ):
        yield f"a form of another site: {name}", Attack("", body, {"content-type": kind})
    address = "/graphql?" + urlencode({"query": change})
    yield "a change by GET", Attack("", b"", {}, address, "GET")
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        yield f"a change by {method}", Attack("", orjson.dumps({"query": change}), method=method)


def probes() -> Iterator[tuple[str, Attack]]:
    """List questions for what there is, by somebody who may not know."""
    deep = "ofType { " * 9 + "name" + " }" * 9
    for name, query in (
        ("introspection", get_introspection_query()),
        ("one type", '{ __type(name: "Query") { fields { name } } }'),
        ("a fragment", "{ ...A } fragment A on Query { __schema { types { name } } }"),
        ("a deep type", f'{{ __type(name: "Query") {{ fields {{ type {{ {deep} }} }} }} }}'),
    ):
        yield f"probing: {name}", sent(query, "may not ask for the schema")
    for query in (
        "{ reservation }",
        "{ reservatio { id } }",
        "{ entities(fist: 1) { pageInfo { x } } }",
    ):
        yield f"guessing: {query}", sent(query, "")


ATTACKS: dict[str, Attack] = dict([*documents(), *variables(), *shapes(), *probes()])
