"""`livionkey audit`: the trail given out, checked elsewhere, and checked in the database."""

from pathlib import Path

import pytest
from commands import CommandLine
from trails import a_trail, meddle, the_contact

from models.database import Database
from models.organizations import OrganizationUnit
from schema.scalars import to_id


@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)  # each command is a process
async def test_a_trail_is_given_out_and_checked(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    whose = await a_trail(database)
    contact, unit = await the_contact(database, whose), to_id(OrganizationUnit, whose)
    line = CommandLine(tmp_path, {"database_url": database_url})

    line.done("audit", "export", unit, "--output", "trail.jsonl")

    whole = line.done("audit", "verify", "--file", "trail.jsonl", database_url="sqlite:///none.db")
    assert "whole. 3 seals, 3 events in them and 0 behind them." in whole
    head = whole.split()[-1]
    changed = "update events set request_id = 'x' where subject_id = :id"
    await meddle(database, changed, id=contact.id)
    found = line.run("audit", "verify", "--organization", unit, "--noted", head)
    assert found.returncode == 1
    first, second = found.stdout.splitlines()
    assert first.startswith(f"{unit}: event ")
    assert first.endswith(" (seal 2): it was changed after it was sealed")
    assert "(seal 3)" in second
    assert "The trail is not whole: 2 things are not as they were sealed." in found.stderr
