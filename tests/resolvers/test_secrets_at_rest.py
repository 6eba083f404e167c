"""Secrets at rest: nothing in the database tells a PIN, each opens in its place, and keys turn."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from databases import Place
from factories import NOON, make_automat, make_entity, make_key, push
from sqlalchemy import String, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor
from models.base import new_id, table_of
from models.codes import AutomatCode, BackupCode
from models.contracts import LockerContract
from models.database import Database
from models.encryption_keys import EncryptionKey
from models.errors import InvalidInput
from models.keys import Key
from models.marks import Marked
from models.sealed import Sealed, SealedText
from models.sealer import CannotBeOpened, Sealer, SealerKeys
from models.tables import metadata
from resolvers import organizations, resealing
from resolvers.keys_at_rest import come_with, known_keys, missing, sealed_columns
from resolvers.outside.encryption_keys import AsTheyAre, KeyFile, SaidKeys, made_once
from resolvers.work import Work

MARKING = b"marks for ever, and is another one than those that seal"
PIN = "918273645"
RETURN_CODE = "736450918"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return made_once(tmp_path / "encryption.keys")


def sealer_of(key_file: Path) -> Sealer:
    return Sealer(KeyFile(key_file, MARKING, AsTheyAre()))


@pytest.fixture
async def own(own_url: str, key_file: Path) -> AsyncIterator[Database]:
    """Give a database whose keys are in a file of its own."""
    database = Database(own_url, sealer=sealer_of(key_file))
    async with database.administering() as connection:
        await connection.execute(table_of(EncryptionKey).delete())
        names = {"sealing": database.sealer.names[0], "marking": database.sealer.marks_with}
        rows = [
            {"id": new_id(), "use": use, "name": name, "used_since": NOON}
            for use, name in names.items()
        ]
        await connection.execute(table_of(EncryptionKey).insert(), rows)
    yield database
    await database.dispose()


async def a_house(database: Database) -> tuple[Actor, Any]:
    """Make an automat with a key that is promised for now, and every kind of code."""
    owner = organizations.founder()
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        unit = await organizations.found(work, name="Kotikatu")
        unit.pin_length = 9
        home, automat = await make_entity(work), await make_automat(work)
        await make_key(work, home, automat=automat, return_code=RETURN_CODE)
        await push(work, home, starts_at=NOON)
    return owner, home


async def codes_of(database: Database, owner: Actor) -> dict[Any, str]:
    """Read every secret of an organization, by its row."""
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        contracts = await work.all(work.own(LockerContract))
        known = [*await work.all(work.own(AutomatCode)), *await work.all(work.own(BackupCode))]
        keys = await work.all(work.own(Key))
    return (
        {one.id: one.pin or "" for one in contracts}
        | {(type(one), one.id): one.code for one in known}
        | {one.id: one.return_code or "" for one in keys}
    )


async def all_that_is_kept(database: Database) -> str:
    """Read all that a database holds, as it is: the file, or every row of every table."""
    if database.is_sqlite:
        folder = Path(database.url.database or "").parent
        return "".join(one.read_bytes().decode("latin-1") for one in folder.iterdir())
    async with database.reading() as connection:
        texts = []
        for name in metadata.tables:
            rows = await connection.exec_driver_sql(f'select t::text from "{name}" as t')  # noqa: S608
            texts += rows.scalars().all()
    return "\n".join(texts)


async def test_nothing_that_is_kept_tells_a_code(own: Database) -> None:
    owner, _ = await a_house(own)
    codes = set((await codes_of(own, owner)).values())

    kept = await all_that_is_kept(own)

    assert RETURN_CODE in codes
    assert len(codes) >= 4  # a PIN, a return code, two backup codes
    assert "locker_contract_planned" in kept
    assert not [code for code in codes if code in kept]


@pytest.mark.parametrize("change", ["changed", "another row", "another column", "no key"])
async def test_a_secret_opens_only_as_and_where_it_was_sealed(own: Database, change: str) -> None:
    await a_house(own)
    row, code = table_of(LockerContract), table_of(AutomatCode)
    text = type_coerce(row.c.sealed_pin, String)
    wrong = {
        "changed": select(func.substr(text, 1, 30).concat("AAAA").concat(func.substr(text, 35))),
        "another row": select(text).where(row.c.id != new_id()),
        "another column": select(type_coerce(code.c.sealed_code, String)),
        "no key": select(func.concat("00000000", func.substr(text, 9))),
    }[change]
    async with own.administering() as connection:
        there = await one_of(connection, row)
        if change == "another row":
            there = {**there, "id": new_id(), "state": "cancelled"}
            await connection.execute(
                row.insert(), {**there, "sealed_pin": Sealed(PIN, of=there["id"])}
            )
            wrong = select(text).where(row.c.id != there["id"])
        found = (await connection.execute(wrong.limit(1))).scalar_one()
        moved = type_coerce(found, String)
        await connection.execute(
            update(row).where(row.c.id == there["id"]).values(sealed_pin=moved)
        )
    async with own.reading() as connection:
        kept = select(row.c.sealed_pin).where(row.c.id == there["id"])
        sealed = (await connection.execute(kept)).scalar_one()

    with pytest.raises(CannotBeOpened):
        sealed.opened(of=there["id"])


async def one_of(connection: AsyncConnection, table: Any) -> dict[str, Any]:
    found = (await connection.execute(select(table).limit(1))).one()
    return dict(found._mapping)


async def test_equal_codes_look_alike_only_at_one_automat(own: Database) -> None:
    here, there = new_id(), new_id()

    marks = [Marked(PIN, of=one).mark(own.sealer) for one in (here, here, there)]

    assert marks[0] == marks[1] != marks[2]
    assert Marked(PIN[::-1], of=here).mark(own.sealer) != marks[0]


async def test_keys_turn_while_everybody_works(
    own: Database, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "STEP", 2)
    owner, home = await a_house(own)
    before, (old,) = await codes_of(own, owner), own.sealer.names
    serving = Database(own.url.render_as_string(hide_password=False), sealer=sealer_of(key_file))
    KeyFile(key_file, MARKING, AsTheyAre()).add()
    own.sealer.look()
    await come_with(own, NOON)

    async def go_on() -> None:
        """Read and write as a server does that has not heard of the new key."""
        for day in range(2, 8):
            async with serving.writing() as session:
                begin = NOON.replace(day=NOON.day) + day * (NOON - NOON.replace(hour=0))
                await push(Work(session, owner, NOON), home, starts_at=begin, external_id=f"{day}")
            assert (await codes_of(serving, owner)).items() >= before.items()

    _, changed = await asyncio.gather(go_on(), resealing.reseal(own, NOON))
    await resealing.reseal(own, NOON)

    new = own.sealer.names[0]
    assert changed >= len(before)
    assert [serving.sealer.names, own.sealer.names] == [[new, old]] * 2
    assert (await codes_of(serving, owner)).items() >= before.items()
    assert {(one.name, one.sealed, one.retired_at) for one in await known_keys(own)} >= {
        (old, 0, NOON)
    }
    await serving.dispose()
    only_new = key_file.read_text().splitlines()[0].encode()
    alone = Sealer(SaidKeys(SealerKeys([only_new], MARKING)))
    after = Database(own.url.render_as_string(hide_password=False), sealer=alone)
    await come_with(after, NOON)
    assert (await codes_of(after, owner)).items() >= before.items()
    await after.dispose()


@pytest.mark.parametrize(
    ("sealing", "marking", "setting"),
    [
        (b"another key than the one that sealed it", MARKING, "LIVIONKEY_ENCRYPTION_KEYS"),
        (None, b"another key than the one that marked it all", "LIVIONKEY_MARK_KEY"),
    ],
)
async def test_a_start_without_a_key_that_is_needed_is_refused(
    own: Database, key_file: Path, sealing: bytes | None, marking: bytes, setting: str
) -> None:
    keys = SealerKeys([sealing or key_file.read_bytes()], marking)
    url = own.url.render_as_string(hide_password=False)
    wrong = Database(url, sealer=Sealer(SaidKeys(keys)))

    with pytest.raises(InvalidInput, match=setting) as refusal:
        await come_with(wrong, NOON)

    assert "\n" not in refusal.value.message
    async with own.reading() as connection:
        assert await missing(connection, own.sealer) is None
        assert await missing(connection, wrong.sealer) == refusal.value.message
    await wrong.dispose()


def test_every_sealed_column_says_where_it_is() -> None:
    for column in sealed_columns():
        assert isinstance(column.type, SealedText)
        assert column.type.purpose == f"{column.table.name}.{column.name}"


def test_a_secret_does_not_show_itself(place: Place) -> None:
    assert PIN not in repr(Sealed(PIN, of=new_id()))
