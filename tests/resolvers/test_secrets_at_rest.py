"""Secrets at rest: nothing in the database tells a PIN, each opens in its place, and keys turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from databases import Place
from factories import DAY, NOON, make_automat, make_entity, make_key, push
from sqlalchemy import String, func, literal, select, type_coerce, update
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
from resolvers.keys_at_rest import come_with, known_keys, sealed_columns
from resolvers.outside.encryption_keys import AsTheyAre, KeyFile, SaidKeys, made_once
from resolvers.work import Work
from schema.serving import what_is_missing

MARKING = b"marks for ever, and is another one than those that seal"
PIN = "918273645"
RETURN_CODE = "736450918"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return made_once(tmp_path / "encryption.keys")


def sealer_of(key_file: Path) -> Sealer:
    return Sealer(KeyFile(key_file, MARKING, AsTheyAre()))


def first_of(key_file: Path) -> bytes:
    return key_file.read_bytes().splitlines()[0]


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


@asynccontextmanager
async def opened(database: Database, sealer: Sealer) -> AsyncIterator[Database]:
    """Open the same database with other keys, as another process would."""
    other = Database(database.url.render_as_string(hide_password=False), sealer=sealer)
    try:
        yield other
    finally:
        await other.dispose()


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
            rows = await connection.exec_driver_sql(f'select t::text from "{name}" as t')  # noqa: S608 - ours
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


async def test_a_secret_opens_only_as_and_where_it_was_sealed(own: Database) -> None:
    await a_house(own)
    row, text = table_of(LockerContract), type_coerce(LockerContract.sealed_pin, String)
    async with own.administering() as connection:
        there = await one_of(connection, row)
        other = {**there, "id": new_id(), "state": "cancelled"}
        sealed = {"sealed_pin": Sealed(PIN, of=other["id"])}
        await connection.execute(row.insert(), other | sealed)
    its_own, id = LockerContract.id == there["id"], there["id"]
    changed = func.substr(text, 1, 30).concat("AAAA").concat(func.substr(text, 35))
    wrong = {
        "changed": select(changed).where(its_own),
        "another row": select(text).where(~its_own),
        "another column": select(type_coerce(AutomatCode.sealed_code, String)),
        "no key": select(literal("00000000").concat(func.substr(text, 9))).where(its_own),
        "no sealed text": select(literal("918273645")),
    }
    assert (await pin_of(own, id)).opened(of=id).isdecimal()
    for change, question in wrong.items():
        async with own.administering() as connection:
            found = (await connection.execute(question.limit(1))).scalar_one()
            moved = {"sealed_pin": type_coerce(found, String)}
            await connection.execute(update(row).where(row.c.id == id).values(moved))

        with pytest.raises(CannotBeOpened):
            (await pin_of(own, id)).opened(of=id)
            pytest.fail(change)


async def pin_of(database: Database, id: UUID) -> Sealed:
    async with database.reading() as connection:
        kept = select(LockerContract.sealed_pin).where(LockerContract.id == id)
        found: Sealed = (await connection.execute(kept)).scalar_one()
    return found


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

    async def go_on(serving: Database) -> None:
        """Read and write as a server does that has not heard of the new key."""
        for number in range(1, 6):
            async with serving.writing() as session:
                begins, work = NOON + 3 * number * DAY, Work(session, owner, NOON)
                await push(work, home, starts_at=begins, external_id=f"{number}")
            assert (await codes_of(serving, owner)).items() >= before.items()

    async with opened(own, sealer_of(key_file)) as serving:
        KeyFile(key_file, MARKING, AsTheyAre()).add()
        own.sealer.look()
        await come_with(own, NOON)
        _, changed = await asyncio.gather(go_on(serving), resealing.reseal(own, NOON))
        await resealing.reseal(own, NOON)

        assert changed >= len(before)
        assert (await codes_of(serving, owner)).items() >= before.items()
        assert serving.sealer.names == own.sealer.names
    found = {one.name: one for one in await known_keys(own)}
    assert (found[old].sealed, found[old].retired_at) == (0, NOON)
    alone = Sealer(SaidKeys(SealerKeys([first_of(key_file)], MARKING)))
    async with opened(own, alone) as after:
        await come_with(after, NOON)
        assert (await codes_of(after, owner)).items() >= before.items()


async def test_a_start_without_a_key_that_is_needed_is_refused(
    own: Database, key_file: Path
) -> None:
    right, another = first_of(key_file), b"another key than the one that is needed"
    wrong = {
        "LIVIONKEY_ENCRYPTION_KEYS": SealerKeys([another], MARKING),
        "LIVIONKEY_MARK_KEY": SealerKeys([right], another),
    }
    for setting, keys in wrong.items():
        async with opened(own, Sealer(SaidKeys(keys))) as other:
            with pytest.raises(InvalidInput, match=setting) as refusal:
                await come_with(other, NOON)

            assert "\n" not in refusal.value.message
            assert await what_is_missing(other) == refusal.value.message
    assert await what_is_missing(own) is None


def test_every_sealed_column_says_where_it_is() -> None:
    for column in sealed_columns():
        assert isinstance(column.type, SealedText)
        assert column.type.purpose == f"{column.table.name}.{column.name}"


def test_a_secret_does_not_show_itself(place: Place) -> None:
    assert PIN not in repr(Sealed(PIN, of=new_id()))
