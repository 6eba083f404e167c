"""The API with the walls in the code taken away: PostgreSQL still shows and lets be done nothing.

Here all code asks for the rows of one organization, while the database stands for another one: as
if every query had forgotten whose rows are meant, or meant the wrong ones.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from string import Template
from typing import Any
from uuid import UUID

import pytest
from conftest import Kept, Shared
from documents import UPSERT, stay
from foreign import BY_OTHERS_IDS, EDGES
from sqlalchemy import func, select
from talking import Client, new_client
from things import one_of_everything

from models.database import Database
from models.walls import owned_tables

LISTS = "reservations entities automats keys keyRings manualStorages deviceGroups keyContracts "
LISTS += "lockerContracts contacts organizationUnits contractTemplates events notices agreements "
LISTS += "erasures signatureStations automatCommands automatAlarms automatEvents"
NEW_GROUP = """mutation { deviceGroupCreate(input: {name: "Of nobody", automatIds: []}) {
  deviceGroup { id } userErrors { code } } }"""


@pytest.fixture(scope="session")
async def shared(kept_databases: Kept) -> Shared:
    """Give what all tests share on PostgreSQL; SQLite has no second wall."""
    return await kept_databases.of("postgresql")


@pytest.fixture
async def mistaken(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Client, Client]]:
    """Give two organizations; from here on the database stands for the second one alone."""
    async with new_client(shared.database) as asking, new_client(shared.database) as standing:
        yield asking, standing


def stand_for(monkeypatch: pytest.MonkeyPatch, organization_id: UUID) -> None:
    """Let the doors open for one organization, whoever's name is given."""
    for name in ("reading", "writing"):
        door = getattr(Database, name)

        def always(
            database: Database, named: UUID | None = None, door: Any = door, **given: Any
        ) -> AbstractAsyncContextManager[Any]:
            opened: AbstractAsyncContextManager[Any] = door(
                database, None if named is None else organization_id, **given
            )
            return opened

        monkeypatch.setattr(Database, name, always)


async def rows_of(database: Database, organization_id: UUID) -> dict[str, int]:
    """Count an organization's rows."""
    async with database.reading() as connection:
        return {
            table.name: await connection.scalar(
                select(func.count())
                .select_from(table)
                .where(table.c.organization_id == organization_id)
            )
            for table in owned_tables()
        }


async def test_whatever_the_code_asks_for_nothing_of_others_is_there(
    mistaken: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, standing = mistaken
    ids = await one_of_everything(asking, "theirs")
    mine = await one_of_everything(standing, "ours")
    documents = [f"{{ {name}(first: 100) {{ {EDGES} }} }}" for name in LISTS.split()]
    documents += [Template(f"{{ {each} }}").safe_substitute(ids) for each in BY_OTHERS_IDS]
    documents += [f'{{ node(id: "{id}") {{ id }} }}' for id in ids.values()]
    before = json.dumps([await asking.ask(document) for document in documents])
    assert all(id in before for id in ids.values())

    stand_for(monkeypatch, standing.organization_id)
    after = [await asking.ask(document) for document in documents]

    written = json.dumps(after)
    assert not [id for id in (*ids.values(), *mine.values()) if id in written]
    assert "theirs" not in written
    assert all(found in (None, [], {"edges": []}) for one in after for found in one.values())


async def test_whatever_the_code_writes_nothing_becomes_somebody_elses(
    mistaken: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, standing = mistaken
    await one_of_everything(asking, "theirs")
    owners = [one.organization_id for one in mistaken]
    before = [await rows_of(asking.database, id) for id in owners]

    with monkeypatch.context() as patch:
        stand_for(patch, standing.organization_id)
        answers = [
            (await asking.post(UPSERT, input=stay(entityExternalId="theirs"))).json(),
            (await asking.post(NEW_GROUP)).json(),
        ]

    assert "NOT_FOUND" in json.dumps(answers[0])
    assert [error["extensions"]["code"] for error in answers[1]["errors"]] == ["INTERNAL"]
    assert [await rows_of(asking.database, id) for id in owners] == before
