"""Credentials as simulated automats get them: one JSON file for each, as installing writes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from models.automats import AutomatModel
from models.errors import InvalidInput
from resolvers.automat_links.credentials import Credentials

MOST_LOCKERS = AutomatModel.LIVIONKEY_30.locker_count


@dataclass(frozen=True, slots=True)
class Identity:
    """Who one simulated automat is.

    Args:
        credentials: How it signs in, and what it is sent is sealed with.
        device_id: What people call it; empty when its file does not say.
        lockers: How many lockers it has.
    """

    credentials: Credentials
    device_id: str = ""
    lockers: int = MOST_LOCKERS

    def as_file(self) -> dict[str, Any]:
        """Write it as JSON: the credentials, and beside them what else a simulator has to know."""
        own = {"deviceId": self.device_id, "lockers": self.lockers}
        return self.credentials.as_file() | own

    @classmethod
    def from_file(cls, written: Any) -> Self:
        """Read credentials, with or without what a simulator adds to them.

        Raises:
            ValueError: It is something else. The message does not repeat it.
        """
        credentials = Credentials.from_file(written)
        lockers = written.get("lockers", MOST_LOCKERS)
        if lockers not in range(1, MOST_LOCKERS + 1):
            message = f"An automat has 1 to {MOST_LOCKERS} lockers."
            raise ValueError(message)
        return cls(credentials, str(written.get("deviceId", "")), lockers)


def read_identities(folder: Path) -> list[Identity]:
    """Read all JSON files of a folder, in the order of their names.

    Raises:
        InvalidInput: There are none, or one of them holds no credentials.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InvalidInput(f"There are no credentials (*.json) in {folder}.")
    return [_read(file) for file in files]


def write_identity(folder: Path, identity: Identity) -> None:
    """Write credentials to a folder, for nobody else to read."""
    file = folder / f"{identity.credentials.link_id}.json"
    file.touch(mode=0o600)
    file.write_bytes(orjson.dumps(identity.as_file(), option=orjson.OPT_INDENT_2))


def _read(file: Path) -> Identity:
    try:
        return Identity.from_file(orjson.loads(file.read_bytes()))
    except ValueError as error:
        raise InvalidInput(f"{file.name}: {error}") from None
