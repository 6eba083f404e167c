"""What changes has to be confirmed again, and so has what is forgotten (re-sync, un-sync)."""

import pytest
from acknowledging import (
    again,
    codes_of,
    confirm,
    is_ready,
    latest,
    link_of,
    linked,
    linked_automat,
    on_its_way,
)
from factories import DAY, HOUR, later, make_entity, make_key, push
from lives import fetch, look_after, trail
from outcomes import locker_contract

from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automats import Automat
from models.contracts import LockerContract
from models.contracts import LockerContractState as State
from models.events import EventKind
from resolvers import rivals
from resolvers.automat_codes import confirming
from resolvers.staff_contracts import pins
from resolvers.work import Work

READY, RESYNCED = EventKind.LOCKER_CONTRACT_READY, EventKind.LOCKER_CONTRACT_RESYNCED


async def test_a_new_pin_has_to_be_confirmed_again(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    await confirm(work, automat)
    before = await latest(work, automat)

    await pins.renew(work, held.key_contract_id, held.id)

    assert not await is_ready(work, held)
    assert (await trail(work, held))[-2:] == [EventKind.LOCKER_CONTRACT_SYNCING, RESYNCED]
    await confirm(work, automat, before)
    assert not await is_ready(work, held)
    await confirm(work, automat)
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
    first = await on_its_way(work, automat)
    before = await latest(work, automat)
    second = await on_its_way(work, automat)
    await confirm(work, automat, number=9)

    await confirm(later(work, HOUR), automat, before, number=10)

    assert await is_ready(work, first)
    assert not await is_ready(work, second)
    assert (await trail(work, second))[-1] is RESYNCED
    _, code = await codes_of(work, automat)
    assert (code.revision, code.wanted_at) == (await latest(work, automat), work.now + HOUR)
    await confirm(work, automat, number=11)
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
    await confirm(work, automat, number=8)

    await confirm(work, automat, 60, number=9)

    assert await latest(work, automat) == 61
    assert {one.revision for one in await codes_of(work, automat)} == {61}
    assert not await is_ready(work, held)
    await confirm(work, automat, 60, number=9)
    assert await latest(work, automat) == 61
    await confirm(work, automat, 61, number=10)
    assert await is_ready(work, held)
    assert await is_ready(work, other)


@pytest.mark.parametrize("far", [2_147_483_646, 1_000_003])
async def test_a_revision_that_cannot_be_is_not_believed(work: Work, far: int) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    await confirm(work, automat)
    known = await latest(work, automat)

    for _ in range(2):
        await confirm(work, automat, far)

    assert (await latest(work, automat), await is_ready(work, held)) == (known, False)
    assert (await link_of(work, automat)).applied_revision is None
    (alarm,) = await work.all(work.own(AutomatAlarm))
    assert (alarm.kind, alarm.until) == (AlarmKind.DEVICE_ERROR, work.now + HOUR)
    await confirm(work, automat)
    assert await is_ready(work, held)


async def test_revisions_are_not_driven_up_step_by_step(work: Work) -> None:
    automat = await linked_automat(work)
    row = await work.get(Automat, automat.id)
    row.code_revision = confirming.HIGHEST
    await work.save()

    await confirm(work, automat, confirming.HIGHEST + 1)

    assert await latest(work, automat) == confirming.HIGHEST
