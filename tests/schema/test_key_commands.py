"""`livionkey keys`, and the files of keys that are made when none are named."""

import stat
from pathlib import Path

import pytest
from commands import CommandLine


@pytest.fixture
def commands(tmp_path: Path) -> CommandLine:
    """Give a database of its own whose keys are in files of the data folder."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    unset = {"encryption_keys": "", "mark_key": ""}
    commands = CommandLine(tmp_path, {"database_url": url, "data_folder": "data", **unset})
    commands.done("migrate")
    return commands


def test_keys_are_made_once_turn_and_are_missed(commands: CommandLine) -> None:
    data = commands.folder / "data"
    sealing, marking = data / "encryption.keys", data / "mark.key"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (sealing, marking)] == [0o600] * 2
    (former,) = sealing.read_text().splitlines()

    said = commands.run("keys", "rotate")
    assert said.returncode == 0, said.stderr

    assert "0 secrets are encrypted anew, by the key" in said.stderr
    new, kept = sealing.read_text().splitlines()
    assert (kept, stat.S_IMODE(sealing.stat().st_mode)) == (former, 0o600)
    assert {former, new, marking.read_text()}.isdisjoint(said.stderr.split())
    first, second, third = commands.done("keys", "list").splitlines()[-4:-1]
    assert "not needed" in first or "not needed" in second
    assert "encrypts" in f"{first}{second}{third}"
    for words, keys in (
        ("list", "a key by which nothing is encrypted"),
        ("rotate", f"{new},{kept}"),
    ):
        line = commands.refusal("keys", words, encryption_keys=keys)

        assert "LIVIONKEY_ENCRYPTION_KEYS" in line
        assert not [key for key in (new, kept) if key in line]
