"""Messages: as they are written they are read, and whatever else comes is refused in few words."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from spoken import DIGITS, NOON, commands, others, reports

from automat_link.messages.base import LONGEST_MESSAGE, Message, Unreadable, read_as
from automat_link.messages.commands import Answer, Command
from automat_link.messages.reports import KeyTaken, NotUnderstood, Report, read_report
from automat_link.messages.states import Online, State
from automat_link.messages.wanted import Heard, Hours, Sealed, WantedCode, WantedCodes
from automat_link.sealing import seal

EVERY = [Report, Command, Answer, State, Online, Heard, WantedCodes, Sealed]
HEAD = {"id": "0199f1c2-7a5e-7c3b-8f4d-2b6e9a1c0d35", "number": 7, "at": "2027-06-01T12:00:00Z"}
TAKEN = {"kind": "key_taken", **HEAD, "lockerIndex": 3, "tag": "04A1B2C3"}
HEARD = {"number": 7, "at": "2027-06-01T12:00:00Z"}
STATE = {"at": HEAD["at"], "number": 7, "lockers": [{"index": 0, "hasKey": True}]}
CODE = {
    "id": "one",
    "code": DIGITS,
    "kind": "pin",
    "use": "fetch",
    "lockerIndex": 3,
    "opensAt": HEAD["at"],
}
HOURS = {"timeZone": "Europe/Helsinki", "stretches": [[480, 1020]]}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def written(message: Any) -> bytes:
    return json.dumps(message).encode()


def everything(told: Any) -> Iterator[tuple[str, Any]]:
    """Walk through all fields of a message, and of those in it."""
    for one in told if isinstance(told, list) else [told]:
        for name, value in one.items() if isinstance(one, dict) else ():
            yield name, value
            yield from everything(value)


@given(reports)
def test_a_report_is_read_as_it_was_written(report: Message) -> None:
    assert read_as(Report, report.written()).root == report
    assert read_report(report.written()) == report


@given(commands)
def test_a_command_is_read_as_it_was_written(command: Message) -> None:
    assert read_as(Command, command.written()).root == command


@given(others)
def test_every_other_message_is_read_as_it_was_written(message: Message) -> None:
    assert type(message).read(message.written()) == message


@given(others)
def test_messages_are_written_in_camel_case_and_without_what_is_not_known(message: Message) -> None:
    names, values = zip(*everything(json.loads(message.written())), strict=True)

    assert all(name.isalnum() for name in names)
    assert None not in values


def refusals(payload: bytes) -> Iterator[str]:
    """Read something as each kind of message; what is said where it is none."""
    for model in EVERY:
        try:
            read_as(cast("Any", model), payload)
        except Unreadable as refusal:
            yield str(refusal)


@given(st.binary() | anything.map(written))
@example(b"")
@example(b"[" * 100_000)
@example(b'{"a":' * 50_000)
@example(b"\xff\xfe{}")
def test_whatever_comes_is_read_or_refused_in_few_words(payload: bytes) -> None:
    assert all(len(words) < 100 for words in refusals(payload))


@given(
    st.dictionaries(
        st.sampled_from([*TAKEN, *STATE, *CODE, *HEARD, "codes", "revision", "health", "done"]),
        anything | st.sampled_from([*TAKEN.values(), *CODE.values()]),
    )
)
def test_messages_that_are_nearly_right_are_read_or_refused(message: dict[str, Any]) -> None:
    assert all(len(words) < 100 for words in refusals(written(message)))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Heard, HEARD | {"number": "7"}),
        (Heard, HEARD | {"number": True}),
        (Heard, HEARD | {"number": 7.0}),
        (Heard, HEARD | {"number": -1}),
        (Heard, HEARD | {"number": 2**31}),
        (Heard, HEARD | {"at": 1_811_937_600}),
        (Heard, HEARD | {"at": "1811937600"}),
        (Heard, HEARD | {"at": "2027-06-01T12:00:00"}),
        (Heard, HEARD | {"at": "2027-06-01T12:00:60Z"}),
        (Heard, HEARD | {"at": "1969-12-31T23:59:59Z"}),
        (Heard, HEARD | {"at": "0001-01-01T00:00:00+05:00"}),
        (Heard, HEARD | {"at": "9999-12-31T23:59:59-05:00"}),
        (Heard, {"number": 7}),
        (Online, {"online": "yes"}),
        (Online, {"online": 1}),
        (Report, TAKEN | {"kind": "key_eaten"}),
        (Report, TAKEN | {"lockerIndex": 30}),
        (Report, TAKEN | {"tag": "04A1\n"}),
        (Report, TAKEN | {"number": 0}),
        (State, STATE | {"firmware": "a\0b"}),
        (State, STATE | {"lockers": [{"index": 0, "hasKey": True}] * 2}),
        (State, STATE | {"health": {"signalDbm": float("nan")}}),
        (State, STATE | {"health": {"signalDbm": float("inf")}}),
        (WantedCode, CODE | {"code": "123"}),
        (WantedCode, CODE | {"code": "\u0661\u0662\u0663\u0664"}),
        (WantedCode, CODE | {"hours": HOURS | {"timeZone": "Nowhere/Land"}}),
        (WantedCode, CODE | {"hours": HOURS | {"timeZone": "../../etc/passwd"}}),
        (WantedCode, CODE | {"hours": HOURS | {"stretches": [[480, 480]]}}),
        (WantedCode, CODE | {"hours": HOURS | {"stretches": [[480, 480 + 10_081]]}}),
        (WantedCode, CODE | {"hours": HOURS | {"stretches": [[10_080, 10_081]]}}),
    ],
)
def test_what_is_not_said_as_agreed_is_refused(model: Any, message: Any) -> None:
    with pytest.raises(Unreadable):
        read_as(model, written(message))


def test_times_are_counted_in_utc() -> None:
    heard = Heard.read(written(HEARD | {"at": "2027-06-01T15:00:00+03:00"}))

    assert heard.at == NOON
    assert heard.written() == b'{"number":7,"at":"2027-06-01T12:00:00Z"}'


def test_what_a_newer_side_says_more_is_passed_over() -> None:
    report = read_as(Report, written(TAKEN | {"colour": "red", "since": {"then": 1}})).root

    assert report == read_as(Report, written(TAKEN)).root


def test_names_are_those_of_the_protocol_and_not_those_of_the_program() -> None:
    with pytest.raises(Unreadable, match="lockerIndex: missing"):
        read_as(Report, written({**HEAD, "kind": "key_taken", "locker_index": 3}))


def test_a_message_that_is_too_long_is_refused_before_it_is_read() -> None:
    longest = written(HEARD).ljust(LONGEST_MESSAGE)

    assert Heard.read(longest).number == 7
    with pytest.raises(Unreadable, match="1048577 bytes"):
        Heard.read(longest + b" ")


def test_the_longest_table_can_be_sent() -> None:
    hours = Hours(time_zone="Europe/Helsinki", stretches=[(day, day + 540) for day in range(7)])
    code = WantedCode.read(written(CODE | {"id": "i" * 36, "code": "0123456789"}))
    table = WantedCodes(
        revision=1, at=NOON, codes=[code.model_copy(update={"hours": hours})] * 2_000
    )

    assert len(seal(bytes(32), "topic", table.written())) <= LONGEST_MESSAGE


@pytest.mark.parametrize(
    "message",
    [
        CODE | {"opensAt": DIGITS},
        CODE | {"kind": DIGITS},
        CODE | {"lockerIndex": DIGITS},
        CODE | {"code": DIGITS + "x"},
        CODE | {"hours": HOURS | {"timeZone": DIGITS}},
        CODE | {"hours": {"stretches": [[DIGITS, 1]], DIGITS: DIGITS}},
        [DIGITS],
        DIGITS,
    ],
)
def test_a_refusal_never_says_what_was_in_the_message(message: Any) -> None:
    for model, told in [
        (WantedCode, message),
        (WantedCodes, {"revision": 1, "at": HEAD["at"], "codes": [message]}),
    ]:
        with pytest.raises(Unreadable) as refusal:
            read_as(cast("Any", model), written(told))
        assert DIGITS not in str(refusal.value)
        assert refusal.value.__cause__ is None
        assert refusal.value.__suppress_context__


def test_the_text_of_json_that_breaks_off_is_not_said_either() -> None:
    with pytest.raises(Unreadable) as refusal:
        WantedCode.read(written(CODE)[:-2])

    assert str(refusal.value) == "the message: json_invalid"


def test_a_code_does_not_show_its_digits_when_it_is_printed() -> None:
    table = WantedCodes.read(written({"revision": 1, "at": HEAD["at"], "codes": [CODE]}))

    assert table.codes[0].code == DIGITS
    assert DIGITS not in f"{table!r} {table}"
    with pytest.raises(ValidationError) as refusal:
        WantedCode(**(CODE | {"lockerIndex": 99}))
    assert DIGITS not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "key_eaten"}, "the message: union_tag_invalid"),
        ({"kind": "not_understood", "problem": DIGITS}, "the message: union_tag_invalid"),
        ({"lockerIndex": 30}, "key_taken.lockerIndex: less_than_equal"),
        ({"tag": DIGITS + "xyz"}, "key_taken.tag: string_pattern_mismatch"),
    ],
)
def test_a_report_that_is_not_understood_keeps_its_place(
    change: dict[str, Any], problem: str
) -> None:
    report = read_report(written(TAKEN | change))

    assert isinstance(report, NotUnderstood)
    assert (report.number, report.at, str(report.id)) == (7, NOON, HEAD["id"])
    assert report.problem == problem


@pytest.mark.parametrize("change", [{"number": 0}, {"id": "seven"}, {"at": "noon"}])
def test_a_report_without_a_place_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read_report(written(TAKEN | change))


def test_a_report_that_is_understood_is_what_it_says() -> None:
    assert isinstance(read_report(written(TAKEN)), KeyTaken)
