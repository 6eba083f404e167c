"""The README is true: its documents fit the schema, and its commands exist."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate
from typer.main import get_command

from schema.api import schema
from schema.cli import command_line

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = sorted(set(re.findall(r"livionkey ((?:[a-z][a-z-]* ?)+)", README)))


def test_the_first_screen_has_both_commands() -> None:
    first_screen = "\n".join(README.splitlines()[:8])

    assert "./dev run" in first_screen
    assert "./dev test" in first_screen


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_fits_the_schema(document: str) -> None:
    assert not validate(schema._schema, parse(document))


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_is_one(words: str) -> None:
    command = get_command(command_line())
    for word in words.split():
        subcommands = getattr(command, "commands", None)
        if subcommands is None:
            break
        assert word in subcommands, f"livionkey {words}"
        command = subcommands[word]
