"""The page on the protocol, the schemas beside it, and the messages say the same."""

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from commands import CommandLine
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from jsonschema import Draft202012Validator
from spoken import COMMANDS, REPORTS, commands, others, reports

from automat_link.describing import HERE, MODELS, PAGE, SCHEMAS, file_name, schema_of, write
from automat_link.messages.base import LONGEST_MESSAGE, LONGEST_SAID, Message, Unreadable, read_as
from automat_link.messages.commands import Answer
from automat_link.messages.states import HEARTBEAT_SECONDS, Online, State
from automat_link.messages.wanted import Heard, WantedCodes
from automat_link.sealing import unseal
from automat_link.topics import TO_AUTOMATS, Topic
from models import automat_alarms, automat_commands, automat_reports, codes, doors, keypads

TEXT = (HERE / PAGE).read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json (\S+)\n(.+?)```", TEXT, re.DOTALL)
TOPICS: dict[type[Message], str] = {
    WantedCodes: Topic.WANT_CODES,
    Heard: Topic.WANT_HEARD,
    Answer: Topic.ANSWER,
    State: Topic.STATE,
    Online: Topic.ONLINE,
}


@cache
def schema(name: str) -> Draft202012Validator:
    told = json.loads((HERE / SCHEMAS / file_name(name)).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(told)
    return Draft202012Validator(told)


def follows(name: str, payload: bytes) -> bool:
    return bool(schema(name).is_valid(json.loads(payload)))


@pytest.mark.parametrize("name", MODELS)
def test_the_schemas_are_what_the_messages_say(name: str) -> None:
    kept = (HERE / SCHEMAS / file_name(name)).read_text(encoding="utf-8")

    assert kept == schema_of(name), "livionkey protocol automat_link writes them anew"


def test_there_is_a_schema_for_each_topic_and_no_other_file() -> None:
    assert {*Topic, "sealed"} == set(MODELS)
    assert {file.name for file in (HERE / SCHEMAS).iterdir()} == {file_name(one) for one in MODELS}


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_each_example_is_read_and_follows_its_schema(name: str, text: str) -> None:
    example = json.loads(text)

    message = read_as(MODELS[name], text.encode())

    schema(name).validate(example)
    written = message.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert example.items() <= written.items() or name == Topic.WANT_CODES


def test_there_is_an_example_of_each_message() -> None:
    kinds = {(name, json.loads(text).get("kind")) for name, text in EXAMPLES}

    assert {name for name, _ in kinds} == set(MODELS)
    assert kinds >= {("report", model.model_fields["kind"].default) for model in REPORTS}
    assert kinds >= {("command", model.model_fields["kind"].default) for model in COMMANDS}


def test_the_example_of_a_sealed_message_opens_as_the_page_says() -> None:
    (key,) = re.findall(r"^    (\S+=)$", TEXT, re.MULTILINE)
    (name,) = re.findall(r"`(keys/v1/[0-9a-f-]{36}/want/heard)`", TEXT)
    sealed, opened = (
        next(text for one, text in EXAMPLES if one == what) for what in ("sealed", "want/heard")
    )

    message = unseal(base64.b64decode(key), name, sealed.encode())

    assert message.decode() == opened.strip()
    nonce = base64.b64decode(json.loads(sealed)["nonce"])
    again = AESGCM(base64.b64decode(key)).encrypt(nonce, message, name.encode())
    assert base64.b64encode(again).decode() == json.loads(sealed)["sealed"]


@given(reports)
def test_every_report_follows_its_schema(report: Message) -> None:
    assert follows("report", report.written())


@given(commands)
def test_every_command_follows_its_schema(command: Message) -> None:
    assert follows("command", command.written())


@given(others)
def test_every_other_message_follows_its_schema(message: Message) -> None:
    assert follows(TOPICS[type(message)], message.written())


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("report", {"lockerIndex": 30}),
        ("report", {"kind": "key_eaten"}),
        ("report", {"codeId": ""}),
        ("report", {"at": 5}),
        ("report", {"number": 0}),
        ("command", {"lockerIndex": "3"}),
        ("answer", {"done": "yes"}),
        ("state", {"health": {"battery": 2}}),
        ("want/codes", {"codes": [{}]}),
        ("online", {"online": None}),
    ],
)
def test_what_breaks_a_schema_is_not_read_either(name: str, wrong: dict[str, Any]) -> None:
    example = json.loads(next(text for one, text in EXAMPLES if one == name)) | wrong

    assert not schema(name).is_valid(example)
    with pytest.raises(Unreadable):
        read_as(MODELS[name], json.dumps(example).encode())


@pytest.mark.parametrize("name", ["report", "command"])
def test_a_message_without_its_kind_follows_no_schema(name: str) -> None:
    example = json.loads(next(text for one, text in EXAMPLES if one == name))
    del example["kind"]

    assert not schema(name).is_valid(example)


@pytest.mark.parametrize(
    "word",
    [
        *(f"`{one.value}`" for one in automat_commands.CommandKind),
        *(f"`{one.value}`" for one in automat_reports.CodeRefusal),
        *(f'"{one.value}"' for one in automat_reports.ReportKind if one.value != "not_understood"),
        *(f'"{one.value}"' for one in codes.CodeUse if one.value != "fetch"),
        *(f"`{topic}`" for topic in Topic),
    ],
)
def test_the_page_names_everything(word: str) -> None:
    assert word in TEXT


def test_the_figures_on_the_page_are_those_of_the_rules() -> None:
    rests = [keypads.Keypad(misses, None).rest.seconds // 60 for misses in range(4, 11)]

    assert rests == [0, 1, 2, 4, 8, 15, 15]
    assert "rests after each: 1 minute, then 2, 4, 8,\nand 15 at most" in TEXT
    assert f"more than {doors.OFFLINE_GRACE.days} days: `codes_too_old`" in TEXT
    assert f"at most {LONGEST_MESSAGE:,} bytes".replace(",", " ") in TEXT
    assert f"at most {LONGEST_SAID:,} bytes".replace(",", " ") in TEXT
    assert f"Every {HEARTBEAT_SECONDS} seconds" in TEXT
    assert all(f"| `{one}` | to the automat |" in TEXT for one in TO_AUTOMATS)


def test_no_alarm_that_an_automat_may_raise_is_forgotten() -> None:
    (told,) = re.findall(r"An automat raises an alarm(.+?)The server", TEXT, re.DOTALL)

    known = {kind.value for kind in automat_alarms.AlarmKind}
    assert set(re.findall(r"`(\w+)`", told)) <= known
    assert len(re.findall(r"`(\w+)`", told)) == 8


def test_a_command_writes_the_page_and_the_schemas(tmp_path: Path) -> None:
    commands = CommandLine(tmp_path)

    written = commands.done("protocol", "for/firmware").split()

    assert {Path(one).name for one in written} == {PAGE, *map(file_name, MODELS)}
    assert (tmp_path / "for/firmware" / PAGE).read_text(encoding="utf-8") == TEXT


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    refusal = CommandLine(tmp_path).refusal("protocol", "file/folder")

    assert "cannot be written" in refusal


def test_what_is_written_is_what_is_kept(tmp_path: Path) -> None:
    for path in write(tmp_path):
        assert path.read_bytes() == (HERE / path.relative_to(tmp_path)).read_bytes()
