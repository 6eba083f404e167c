"""Broken rules come back with their code; faults of ours and secrets come back never."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLError
from small_api import MARKER_PIN, SCHEMA, ask, client_of, small_app

from models.errors import ErrorCode, KeyTaken, LivionKeyError, NotFound
from schema.errors import UserError, meaning
from schema.guards.masking import shown


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_is_described_in_the_schema(code: ErrorCode) -> None:
    values: Any = SCHEMA._schema.type_map["ErrorCode"]

    assert values.values[code.name].description == meaning(code)
    assert meaning(code).endswith(".")


def test_every_rule_has_a_meaning_of_its_own() -> None:
    rules = LivionKeyError.__subclasses__()

    assert len({meaning(rule.code) for rule in rules}) == len(rules)


def test_the_path_of_a_user_error_has_the_names_that_clients_use() -> None:
    error = UserError.of(NotFound(path=("starts_at_local",)))

    assert error.path == ["input", "startsAtLocal"]


def test_a_user_error_says_from_when_on_it_would_work() -> None:
    noon = datetime(2031, 6, 1, 12, tzinfo=UTC)

    assert UserError.of(KeyTaken(free_from=noon)).free_from == noon
    assert UserError.of(KeyTaken()).free_from is None


async def test_a_broken_rule_in_a_mutation_is_a_user_error_and_all_else_is_null() -> None:
    async with client_of(small_app()) as client:
        answer = await ask(
            client,
            'mutation { pinSet(input: {pin: "123456", lockers: [1]}) '
            "{ pin locker userErrors { code message path } } }",
        )

    assert answer == {
        "data": {
            "pinSet": {
                "pin": None,
                "locker": None,
                "userErrors": [
                    {
                        "code": "KEY_TAKEN",
                        "message": "Somebody else holds the key for part of that time.",
                        "path": ["input", "lockers", "0"],
                    }
                ],
            }
        }
    }


async def test_a_broken_rule_in_a_query_is_an_error_with_its_code() -> None:
    async with client_of(small_app()) as client:
        answer = await ask(client, '{ me nearest(near: {address: "Nowhere 1"}) }')

    assert answer["data"] == {"me": "Veikko", "nearest": None}
    (error,) = answer["errors"]
    assert error["message"] == "No address fits."
    assert error["path"] == ["nearest"]
    assert error["extensions"] == {"code": "ADDRESS_NOT_FOUND"}


@pytest.mark.parametrize("query", ["{ fault }", "mutation { pinLose { pin } }", "{ nothing }"])
async def test_a_fault_of_ours_shows_a_reference_that_the_log_has_too(
    query: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with client_of(small_app()) as client:
        answer = await ask(client, query)

    (error,) = answer["errors"]
    reference = error["extensions"]["reference"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["message"] == f"Something went wrong on our side. Reference: {reference}"
    assert [reference in record.getMessage() for record in caplog.records] == [True]
    assert MARKER_PIN not in caplog.text


async def test_the_log_of_a_fault_says_where_in_our_code_it_was(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with client_of(small_app()) as client:
        await ask(client, "{ fault }")

    assert "RuntimeError" in caplog.text
    assert "in fault" in caplog.text


async def test_a_broken_rule_is_not_logged_as_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    async with client_of(small_app()) as client:
        await ask(client, '{ nearest(near: {address: "Nowhere 1"}) }')

    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


SECRETIVE: list[tuple[str, dict[str, Any]]] = [
    (f"{{ whose(pin: {MARKER_PIN}) }}", {}),
    (f'{{ whose(pin: "{MARKER_PIN}9") }}', {}),
    (f'{{ whose(pin: "{MARKER_PIN}" }}', {}),
    (f'{{ whose(pin: "{MARKER_PIN}) }}', {}),
    (f"{{ whose(pin: {MARKER_PIN}x) }}", {}),
    (f"{{ whose({MARKER_PIN}) }}", {}),
    (f"{{ whose(pin: lk_{MARKER_PIN}) }}", {}),
    (f'{{ whose(pin: """{MARKER_PIN}""" ', {}),
    (rf'{{ whose(pin: "\u{{{MARKER_PIN}}}") }}', {}),
    ("query($pin: Pin!) { whose(pin: $pin) }", {"pin": int(MARKER_PIN)}),
    ("query($pin: Pin!) { whose(pin: $pin) }", {"pin": {"pin": MARKER_PIN}}),
    ("query($pin: Pin!) { whose(pin: $pin) }", {"pin": [MARKER_PIN, MARKER_PIN]}),
    (f"query($pin: Pin = {MARKER_PIN}) {{ whose(pin: $pin) }}", {}),
    ("query($pin: Int!) { whose(pin: $pin) }", {"pin": MARKER_PIN}),
    ("query($to: ID!) { node(id: $to) { id } }", {"to": {"pin": MARKER_PIN}}),
    ("query($n: Int!) { automats(first: $n) { edges { node { id } } } }", {"n": MARKER_PIN}),
    ("query($n: Near!) { nearest(near: $n) }", {"n": {"address": MARKER_PIN, "entityId": "1"}}),
    ("query($n: Near!) { nearest(near: $n) }", {"n": {"pin": MARKER_PIN}}),
    ("query($n: Near!) { nearest(near: $n) }", {"n": MARKER_PIN}),
    (f'{{ nearest(near: {{address: "{MARKER_PIN}", entityId: "1"}}) }}', {}),
    (f'{{ nearest(near: "{MARKER_PIN}") }}', {}),
    (f'{{ nearest(near: {{pin: "{MARKER_PIN}"}}) }}', {}),
    ("mutation($i: PinInput!) { pinSet(input: $i) { pin } }", {"i": {"pin": int(MARKER_PIN)}}),
    (
        "mutation($i: PinInput!) { pinSet(input: $i) { pin } }",
        {"i": {"pin": "123456", "startsAt": MARKER_PIN}},
    ),
    (
        "mutation($i: PinInput!) { pinSet(input: $i) { pin } }",
        {"i": {"pin": "123456", "strict": MARKER_PIN}},
    ),
    (
        "mutation($i: PinInput!) { pinSet(input: $i) { pin } }",
        {"i": {"pin": "123456", "lockers": [1, MARKER_PIN]}},
    ),
    (
        f'mutation {{ pinSet(input: {{pin: "123456", strict: "{MARKER_PIN}"}}) {{ pin }} }}',
        {},
    ),
    (
        f'mutation {{ pinSet(input: {{pin: "123456", lockers: "{MARKER_PIN}"}}) {{ pin }} }}',
        {},
    ),
    (
        f"mutation($l: [Int!]!) {{ pinSet(input: {{pin: {MARKER_PIN}, lockers: $l}}) {{ pin }} }}",
        {"l": [MARKER_PIN]},
    ),
    ("query($if: Boolean!) { me @include(if: $if) }", {"if": MARKER_PIN}),
    (f'{{ me @include(if: "{MARKER_PIN}") }}', {}),
    ("{ fault }", {}),
    ("mutation { pinLose { pin } }", {}),
]


@pytest.mark.parametrize(("query", "variables"), SECRETIVE)
async def test_no_error_and_no_log_repeats_a_value(
    query: str, variables: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with client_of(small_app()) as client:
        response = await client.post("/graphql", json={"query": query, "variables": variables})

    (error, *_) = response.json()["errors"]
    assert error["extensions"]["code"] in {"INVALID_INPUT", "INTERNAL"}
    assert MARKER_PIN not in response.text
    assert MARKER_PIN not in caplog.text


@pytest.mark.parametrize(
    ("query", "variables", "message"),
    [
        (
            "query($n: Int!) { automats(first: $n) { edges { node { id } } } }",
            {"n": "many"},
            "Variable '$n': Expected value of type 'Int'.",
        ),
        (
            "query($n: Int!) { automats(first: $n) { edges { node { id } } } }",
            {},
            "Variable '$n': Expected a value of non-null type 'Int!' to be provided.",
        ),
        (
            "mutation($i: PinInput!) { pinSet(input: $i) { pin } }",
            {"i": {"pin": "12"}},
            "Variable '$i' at .pin: A PIN has six digits.",
        ),
        (
            "mutation($i: PinInput!) { pinSet(input: $i) { pin } }",
            {"i": {"pin": "123456", "lockers": [1, "x"]}},
            "Variable '$i' at .lockers[1]: Expected value of type 'Int'.",
        ),
        (
            "mutation($i: PinInput!) { pinSet(input: $i) { pin } }",
            {"i": {"lockers": []}},
            "Variable '$i': Expected value of type 'PinInput' to include required field 'pin'.",
        ),
        (
            '{ nearest(near: {address: "here", entityId: "1"}) }',
            {},
            "OneOf Input Object 'Near' must specify exactly one key.",
        ),
        (
            "query($n: Near!) { nearest(near: $n) }",
            {"n": {}},
            "OneOf Input Object 'Near' must specify exactly one key.",
        ),
        ("{ whose(pin: 12) }", {}, "A PIN has six digits."),
        ("{ unknown }", {}, "Cannot query field 'unknown' on type 'Query'."),
        ("{ me", {}, "Syntax Error: Expected Name, found <EOF>."),
    ],
)
async def test_a_request_that_does_not_fit_says_what_was_expected_and_where(
    query: str, variables: dict[str, Any], message: str
) -> None:
    async with client_of(small_app()) as client:
        answer = await ask(client, query, **variables)

    error = answer["errors"][0]
    assert error["message"] == message
    assert error["extensions"]["code"] == "INVALID_INPUT"


def test_an_error_that_has_a_code_already_is_left_as_it_is() -> None:
    error = GraphQLError("Slower, please.", extensions={"code": "TOO_OFTEN"})

    assert shown(error) is error
