"""A locker contract is READY once its automat has said that it knows its PIN (item 2, G25)."""

from functools import partial
from typing import Any

import pytest
from acknowledging import codes_of, confirm, latest, link_of, linked
from counting import statements_of
from factories import DAY, HOUR, NOON, later, make_automat, make_entity, make_key, push
from lives import at, fetch, look_after, notices_of, trail
from outcomes import key_contract, locker_contract
from promising import lockers_of, made
from racing import at_once, by_itself
from sqlalchemy import select

from models.automat_links import AutomatLink
from models.automats import Automat
from models.contracts import KeyContract, LockerContract
from models.contracts import LockerContractState as State
from models.database import Database
from models.events import Event, EventKind
from models.jobs import Job
from resolvers import codes, organizations, rivals
from resolvers.automat_codes.confirming import codes_applied
from resolvers.staff_contracts import pins
from resolvers.work import Work

READY, RESYNCED = EventKind.LOCKER_CONTRACT_READY, EventKind.LOCKER_CONTRACT_RESYNCED


async def on_its_way(work: Work, automat: Automat) -> LockerContract:
    """Make a contract whose PIN has been sent to an automat."""
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    assert held.state is State.SYNCING
    return held


async def again(work: Work, held: LockerContract) -> LockerContract:
    return await work.get(LockerContract, held.id)


async def is_ready(work: Work, held: LockerContract) -> bool:
    found = await again(work, held)
    assert (found.state is State.READY) == (found.synced_at is not None)
    return found.state is State.READY


async def linked_automat(work: Work) -> Automat:
    automat = await make_automat(work)
    await linked(work, automat)
    return automat


async def test_a_contract_is_ready_once_its_automat_says_that_it_knows_the_pin(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)

    await confirm(later(work, HOUR), automat)

    assert await is_ready(work, held)
    assert (await again(work, held)).synced_at == work.now + HOUR
    assert (await trail(work, held))[-1] is READY
    assert await notices_of(work, held) != []


async def test_to_know_an_older_revision_is_not_enough(work: Work) -> None:
    automat = await linked_automat(work)
    first, second = await on_its_way(work, automat), await on_its_way(work, automat)

    await confirm(work, automat, 1)

    assert await is_ready(work, first)
    assert not await is_ready(work, second)


async def test_an_automat_that_knows_nothing_confirms_nothing(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    (code,) = await codes_of(work, automat)
    code.revision = 0  # it was written before there was a link
    await work.save()

    await confirm(work, automat, None)

    assert not await is_ready(work, held)


@pytest.mark.parametrize("given", [{"works": False}, {"revoked_at": NOON}])
async def test_credentials_that_wait_or_were_taken_back_confirm_nothing(
    work: Work, given: dict[str, Any]
) -> None:
    automat = await make_automat(work)
    link = await linked(work, automat, **given)
    held = await on_its_way(work, automat)

    await codes_applied(work, link, 1)

    assert not await is_ready(work, held)
    assert link.applied_revision is None


async def test_what_is_said_twice_is_done_once(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)

    for _ in range(3):
        await confirm(work, automat, 1, number=7)

    assert (await trail(work, held)).count(READY) == 1


async def test_what_comes_late_is_old_news(work: Work) -> None:
    automat = await linked_automat(work)
    first, second = await on_its_way(work, automat), await on_its_way(work, automat)

    for number, revision in ((9, 2), (7, None), (8, 1), (9, 2)):
        await confirm(work, automat, revision, number=number)

    assert await is_ready(work, first)
    assert await is_ready(work, second)
    assert RESYNCED not in await trail(work, first)
    assert (await link_of(work, automat)).applied_number == 9


async def test_a_contract_of_another_automat_is_left_alone(work: Work) -> None:
    automat, other = await linked_automat(work), await linked_automat(work)
    held = await on_its_way(work, other)
    await on_its_way(work, automat)

    await confirm(work, automat)

    assert not await is_ready(work, held)


async def test_an_automat_without_a_link_is_run_by_hand_as_before(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)

    await look_after(work, stay, at=stay.starts_at)
    await look_after(work, stay, at=stay.starts_at + HOUR)

    assert (await again(work, held)).state is State.SYNCING
    assert EventKind.LOCKER_CONTRACT_NOT_CONFIRMED not in await trail(work, held)


async def test_a_new_pin_has_to_be_confirmed_again(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    await confirm(work, automat)

    await pins.renew(work, held.key_contract_id, held.id)

    assert not await is_ready(work, held)
    assert (await trail(work, held))[-2:] == [EventKind.LOCKER_CONTRACT_SYNCING, RESYNCED]
    await confirm(work, automat, 1)
    assert not await is_ready(work, held)
    await confirm(work, automat, 2)
    assert await is_ready(work, held)


async def test_a_contract_that_moves_has_to_be_confirmed_again(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    await confirm(work, automat)
    (locked,) = await work.locked(LockerContract, [held.id])

    await rivals.move(work, automat, locked, 9, reason="Its door is broken.")

    assert not await is_ready(work, held)
    assert (await trail(work, held)).count(RESYNCED) == 1


async def test_a_stay_that_is_changed_has_to_be_confirmed_again(work: Work) -> None:
    apartment, automat = await make_entity(work), await linked_automat(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, external_id="x")
    held = await locker_contract(work, stay)
    await confirm(work, automat)
    assert await is_ready(work, held)

    await push(work, apartment, external_id="x", days=3)

    assert not await is_ready(work, held)
    assert (await trail(work, held)).count(RESYNCED) == 1


async def test_a_locker_that_is_held_longer_has_to_be_confirmed_again(work: Work) -> None:
    apartment, automat = await make_entity(work), await linked_automat(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    await confirm(work, automat)
    begun = await look_after(work, stay, at=stay.starts_at)
    await fetch(begun, held, at=stay.starts_at)
    assert await is_ready(work, held)

    assert stay.ends_at is not None
    over = await look_after(work, stay, at=stay.ends_at)

    found = await again(work, held)
    assert (found.state, found.synced_at, found.return_only) == (State.SYNCING, None, True)
    await confirm(over, automat)
    assert await is_ready(work, held)


async def test_a_stay_that_is_moved_to_later_is_forgotten_and_confirmed_anew(work: Work) -> None:
    apartment, automat = await make_entity(work), await linked_automat(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, external_id="x")
    held = await locker_contract(work, stay)
    await confirm(work, automat)

    await push(work, apartment, external_id="x", starts_at=work.now + 30 * DAY)
    await confirm(work, automat)

    moved = await again(work, held)
    assert (moved.state, moved.synced_at) == (State.PLANNED, None)
    assert await codes_of(work, automat) == []
    begun = await look_after(work, stay, at=moved.sync_at)
    assert not await is_ready(work, held)
    await confirm(begun, automat)
    assert await is_ready(work, held)


async def test_a_restored_automat_has_to_catch_up(work: Work) -> None:
    automat = await linked_automat(work)
    first, second = await on_its_way(work, automat), await on_its_way(work, automat)
    await confirm(work, automat, number=9)

    await confirm(later(work, HOUR), automat, 1, number=10)

    assert await is_ready(work, first)
    assert not await is_ready(work, second)
    assert (await trail(work, second))[-1] is RESYNCED
    _, code = await codes_of(work, automat)
    assert (code.revision, code.wanted_at) == (2, work.now + HOUR)
    await confirm(work, automat, 2, number=11)
    assert await is_ready(work, second)


async def test_new_hardware_knows_nothing(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    await confirm(work, automat, number=9)
    (await link_of(work, automat)).revoked_at = work.now
    await work.save()
    await linked(work, automat)

    await confirm(work, automat, None, number=1)

    assert not await is_ready(work, held)
    await confirm(work, automat, number=2)
    assert await is_ready(work, held)


async def test_what_a_restored_database_never_wrote_proves_nothing(work: Work) -> None:
    automat = await linked_automat(work)
    held, other = await on_its_way(work, automat), await on_its_way(work, automat)
    await confirm(work, automat, 1, number=8)

    await confirm(work, automat, 60, number=9)

    assert await latest(work, automat) == 61
    assert {one.revision for one in await codes_of(work, automat)} == {61}
    assert not await is_ready(work, held)
    await confirm(work, automat, 60, number=9)
    assert await latest(work, automat) == 61
    await confirm(work, automat, 61, number=10)
    assert await is_ready(work, held)
    assert await is_ready(work, other)


async def test_the_timer_finds_what_was_confirmed_while_somebody_changed_it(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    link = await link_of(work, automat)
    link.applied_revision = 1
    await work.save()

    await look_after(work, await _contract(work, held), at=work.now + HOUR)

    assert await is_ready(work, held)


async def _contract(work: Work, held: LockerContract) -> KeyContract:
    return await work.get(KeyContract, held.key_contract_id)


async def _prepared(database: Database, contracts: int) -> tuple[Any, Automat, list[Any]]:
    owner = organizations.founder()

    async def prepare(work: Work) -> tuple[Automat, list[Any]]:
        await organizations.found(work, name="Kotikatu")
        automat = await linked_automat(work)
        held = [await on_its_way(work, automat) for _ in range(contracts)]
        return automat, [one.id for one in held]

    automat, ids = await by_itself(database, owner, prepare)
    return owner, automat, ids


async def _states(database: Database, ids: list[Any]) -> list[State]:
    async with database.reading() as connection:
        row = LockerContract
        return list((await connection.execute(select(row.state).where(row.id.in_(ids)))).scalars())


async def test_two_who_hear_the_same_make_it_ready_once(database: Database) -> None:
    owner, automat, ids = await _prepared(database, 3)

    await at_once(database, owner, *[partial(confirm, automat=automat, number=5)] * 4)

    assert await _states(database, ids) == [State.READY] * 3
    async with database.reading() as connection:
        told = select(Event.id).where(Event.subject_id.in_(ids), Event.kind == READY)
        assert len((await connection.execute(told)).all()) == 3


async def test_nobody_waits_for_a_contract_that_is_being_changed(database: Database) -> None:
    owner, automat, ids = await _prepared(database, 2)
    if database.is_sqlite:
        pytest.skip("there is one writer at a time")
    async with database.writing() as session:
        busy = Work(session, owner, NOON)
        (held,) = await busy.locked(LockerContract, ids[:1])
        async with database.reading() as connection:
            before = (await connection.execute(select(Job.due_at))).all()

        await by_itself(database, owner, partial(confirm, automat=automat), at=NOON + HOUR)

        assert await _states(database, ids[1:]) == [State.READY]
        assert await _states(database, ids[:1]) == [State.SYNCING]
        async with database.reading() as connection:
            due = select(Job.due_at).where(Job.subject_id == held.key_contract_id)
            assert (await connection.execute(due)).scalar_one() <= NOON + HOUR
        assert before


async def test_changes_and_confirmations_at_once_agree_in_the_end(database: Database) -> None:
    owner, automat, ids = await _prepared(database, 4)

    async def change(work: Work, id: Any) -> None:
        (held,) = await work.locked(LockerContract, [id])
        await codes.renew(work, [held.id])

    async def heard(work: Work) -> None:
        row = AutomatLink
        (link,) = await work.locking(work.own(row).where(row.automat_id == automat.id), row)
        await codes_applied(work, link, await latest(work, automat))

    for _ in range(4):
        changes = [partial(change, id=id) for id in ids]
        await at_once(database, owner, *changes, *[heard] * 4, within=0.02)
        async with database.reading() as connection:
            wrong = await connection.exec_driver_sql(
                "select count(*) from locker_contracts c join automat_codes code"
                " on code.locker_contract_id = c.id join automat_links l"
                " on l.automat_id = c.automat_id where c.state = 'ready'"
                " and code.revision > l.applied_revision"
            )
            assert wrong.scalar_one() == 0
    await by_itself(database, owner, heard)

    assert await _states(database, ids) == [State.READY] * 4


async def test_the_number_of_statements_does_not_grow_with_contracts(database: Database) -> None:
    counted = []
    for contracts in (1, 6):
        owner, automat, ids = await _prepared(database, contracts)
        with statements_of(database) as seen:
            await by_itself(database, owner, partial(confirm, automat=automat))
        with statements_of(database) as back:
            await by_itself(database, owner, partial(confirm, automat=automat, revision=None))
        counted.append((len(seen), len(back)))
        assert await _states(database, ids) == [State.SYNCING] * contracts

    assert counted[0] == counted[1]


async def test_a_stay_begins_ready(work: Work) -> None:
    apartment, automat = await make_entity(work), await linked_automat(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    await confirm(work, automat)

    begun = await look_after(work, stay, at=stay.starts_at)

    assert await is_ready(begun, held)
    await fetch(at(work, stay.starts_at), held, at=stay.starts_at + HOUR)
    assert (await key_contract(work, stay)).id == held.key_contract_id
