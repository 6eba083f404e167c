"""The tables of codes that automats should know: a revision for each, read in one look."""

from acknowledging import codes_of, confirm, latest, linked
from counting import statements_of
from factories import HOUR, make_automat, make_entity, make_key, push
from lives import fetch, look_after
from outcomes import locker_contract
from promising import lockers_of, made
from racing import by_itself

from models.automat_reports import CodeKind
from models.automats import Locker
from models.base import new_id
from models.codes import AutomatCode, BackupCode, CodeUse
from models.contracts import LockerContract
from models.database import Database
from models.keys import KeyStatus
from resolvers import codes, organizations, return_codes
from resolvers.automat_codes import tables
from resolvers.automat_reports.links import heard_from
from resolvers.staff_contracts import pins
from resolvers.work import Work


async def pin_of(work: Work, held: LockerContract) -> AutomatCode:
    row = AutomatCode
    (code,) = await work.all(work.own(row).where(row.locker_contract_id == held.id))
    return code


async def test_each_code_is_written_with_the_revision_that_brings_it(work: Work) -> None:
    automat = await make_automat(work)
    keys = [await make_key(work, automat=automat) for _ in range(2)]
    before = await latest(work, automat)

    for number, key in enumerate(keys, 1):
        (held,) = await lockers_of(work, await made(work, key, starts_at=work.now))
        code = await pin_of(work, held)
        assert (code.revision, code.wanted_at) == (before + number, work.now)
        assert await latest(work, automat) == code.revision


async def test_a_code_that_is_changed_comes_with_a_later_revision(work: Work) -> None:
    automat = await make_automat(work)
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    before = await latest(work, automat)

    await pins.renew(work, contract.id, held.id)

    assert (await pin_of(work, held)).revision == await latest(work, automat) == before + 1


async def test_return_codes_of_several_keys_come_with_one_revision(work: Work) -> None:
    automat = await make_automat(work)
    keys = [await make_key(work, automat=automat, return_code=f"47{n}1") for n in range(3)]
    lockers = {key.id: key.selected_locker_id for key in keys}
    before = await latest(work, automat)
    for key in keys:
        key.automat_id, key.locker_id, key.status = None, None, KeyStatus.OUT
    await work.save()

    await return_codes.renew(work, keys)

    found = await codes_of(work, automat)
    assert {one.key_id: one.locker_id for one in found} == lockers
    assert {one.revision for one in found} == {before + 1} == {await latest(work, automat)}


async def test_the_table_of_a_link_holds_all_codes_of_its_automat(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    contract = await made(work, key, starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    link = await linked(work, automat)

    table = await tables.of_link(work, link.id)

    assert table is not None
    (code,) = [one for one in table.codes if one.kind is CodeKind.PIN]
    index = (await work.get(Locker, held.locker_id)).index
    assert (table.link_id, table.automat_id) == (link.id, automat.id)
    assert table.organization_id == work.actor.organization_id
    assert table.revision == await latest(work, automat)
    assert (code.code, code.use) == (held.pin, CodeUse.FETCH_AND_RETURN)
    assert (code.locker_index, code.opens_at, code.closes_at) == (
        *(index, held.starts_at),
        held.ends_at,
    )
    assert code.hours is None
    assert (held.pin or "") not in repr(table)


async def test_a_return_code_and_a_backup_code_are_named_for_what_they_are(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat, return_code="4711")
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    begun = await look_after(work, stay, at=stay.starts_at)
    await fetch(begun, held, at=stay.starts_at + HOUR)
    link = await linked(work, automat)

    table = await tables.of_link(work, link.id)

    assert table is not None
    theirs = work.own(BackupCode).where(BackupCode.key_id == key.id)
    backup_codes = [one.code for one in await work.all(theirs)]
    assert sorted((code.kind, code.code) for code in table.codes) == sorted(
        [
            (CodeKind.PIN, held.pin or ""),
            (CodeKind.RETURN_CODE, "4711"),
            *((CodeKind.BACKUP_CODE, code) for code in backup_codes),
        ]
    )


async def test_neither_credentials_that_wait_nor_those_taken_back_have_a_table(
    work: Work,
) -> None:
    automat = await make_automat(work)
    waiting = await linked(work, automat, works=False)
    former = await linked(work, automat, revoked_at=work.now)

    assert await tables.of_link(work, waiting.id) is None
    assert await tables.of_link(work, former.id) is None
    assert await tables.of_link(work, new_id()) is None
    assert waiting.id not in await tables.changed(await work.connection(), {})

    await heard_from(work, waiting)

    assert await tables.of_link(work, waiting.id) is not None
    assert waiting.id in await tables.changed(await work.connection(), {})


async def test_an_automat_without_codes_has_an_empty_table(work: Work) -> None:
    link = await linked(work, await make_automat(work))

    table = await tables.of_link(work, link.id)

    assert table is not None
    assert (table.revision, table.codes) == (0, ())


async def test_links_are_listed_whose_table_is_another_one_than_was_sent(work: Work) -> None:
    connection = await work.connection()
    before = set(await tables.changed(connection, {}))
    automat = await make_automat(work)
    link, former = await linked(work, automat), await linked(work, automat, revoked_at=work.now)
    connection = await work.connection()

    async def changed(published: dict[object, int]) -> bool:
        return link.id in set(await tables.changed(connection, published)) - before

    assert await changed({})
    assert not await changed({link.id: 0})
    await codes.bump(work, [automat.id])
    assert await changed({link.id: 0})
    assert not await changed({link.id: 1})
    assert await changed({link.id: 60})  # our database was restored from a backup
    assert former.id not in await tables.changed(connection, {})


async def test_a_table_that_an_automat_knows_is_listed_only_when_it_is_asked_for(
    work: Work,
) -> None:
    automat = await make_automat(work)
    link = await linked(work, automat, applied_revision=0)
    waiting = await linked(work, automat, works=False)
    connection = await work.connection()
    both = [link.id, waiting.id]

    assert link.id not in await tables.changed(connection, {})
    assert link.id in await tables.changed(connection, {link.id: 0}, again=both)
    assert waiting.id not in await tables.changed(connection, {}, again=both)
    assert link.id in await tables.all_of(connection)
    assert waiting.id not in await tables.all_of(connection)


async def test_links_are_listed_that_are_there_and_did_not_say_that_they_know_their_table(
    work: Work,
) -> None:
    automat = await make_automat(work)
    link = await linked(work, automat)
    await codes.bump(work, [automat.id])
    sent = {link.id: 1}

    async def again(*long_ago: object, **row: object) -> bool:
        for name, value in row.items():
            setattr(link, name, value)
        await work.save()
        return link.id in await tables.changed(await work.connection(), sent, long_ago)

    assert not await again(link.id, connected=False)
    assert await again(link.id, connected=True)
    assert not await again()
    assert await again(link.id, applied_revision=0)
    assert not await again(link.id, applied_revision=1)


async def test_the_number_of_statements_does_not_grow_with_codes(database: Database) -> None:
    counted = [await statements_for(database, codes_at_once) for codes_at_once in (1, 5)]

    assert counted[0] == counted[1]


async def statements_for(database: Database, number: int) -> tuple[int, int]:
    """Count the statements that write so many codes, and those that read their table."""
    owner = organizations.founder()
    writing, reading = 0, 0

    async def counting(work: Work) -> None:
        nonlocal writing, reading
        await organizations.found(work, name="Kotikatu")
        automat = await make_automat(work)
        for _ in range(number):
            await made(work, await make_key(work, automat=automat), starts_at=work.now)
        link = await linked(work, automat)
        await confirm(work, automat)
        known = [one.locker_contract_id for one in await codes_of(work, automat)]
        with statements_of(database) as seen:
            await codes.renew(work, [id for id in known if id])
            await work.connection()
        writing = len(seen)
        with statements_of(database) as seen:
            table = await tables.of_link(work, link.id)
        reading = len(seen)
        assert table is not None
        assert len([one for one in table.codes if one.kind is CodeKind.PIN]) == number
        work.undo()

    await by_itself(database, owner, counting)
    return writing, reading
