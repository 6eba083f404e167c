"""A locker contract is READY once its automat has said that it knows its PIN (G9)."""

from typing import Any

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
from factories import HOUR, NOON, later, make_automat, make_entity, make_key, push
from lives import fetch, look_after, notices_of, trail
from outcomes import key_contract, locker_contract

from models.contracts import KeyContract, KeyContractStatus, LockerContract
from models.contracts import LockerContractState as State
from models.events import EventKind
from resolvers.automat_codes.confirming import codes_applied
from resolvers.work import Work

READY, RESYNCED = EventKind.LOCKER_CONTRACT_READY, EventKind.LOCKER_CONTRACT_RESYNCED


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
    first = await on_its_way(work, automat)
    before = await latest(work, automat)
    second = await on_its_way(work, automat)

    await confirm(work, automat, before)

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

    await codes_applied(work, link, await latest(work, automat))

    assert not await is_ready(work, held)
    assert link.applied_revision is None


async def test_what_is_said_twice_is_done_once(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)

    for _ in range(3):
        await confirm(work, automat, number=7)

    assert (await trail(work, held)).count(READY) == 1


async def test_what_comes_late_is_old_news(work: Work) -> None:
    automat = await linked_automat(work)
    first, second = await on_its_way(work, automat), await on_its_way(work, automat)

    newest = await latest(work, automat)
    for number, revision in ((9, newest), (7, None), (8, newest - 1), (9, newest)):
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


async def test_the_timer_finds_what_was_confirmed_while_somebody_changed_it(work: Work) -> None:
    automat = await linked_automat(work)
    held = await on_its_way(work, automat)
    link = await link_of(work, automat)
    link.applied_revision = await latest(work, automat)
    await work.save()

    await look_after(work, await _contract(work, held), at=work.now + HOUR)

    assert await is_ready(work, held)


async def _contract(work: Work, held: LockerContract) -> KeyContract:
    return await work.get(KeyContract, held.key_contract_id)


async def test_a_stay_begins_ready_and_its_key_is_fetched(work: Work) -> None:
    apartment, automat = await make_entity(work), await linked_automat(work)
    await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    await confirm(work, automat)

    begun = await look_after(work, stay, at=stay.starts_at)

    assert await is_ready(begun, held)
    taken = await fetch(work, held, at=stay.starts_at + HOUR)
    assert await is_ready(taken, held)  # its locker waits for the return
    assert (await key_contract(work, stay)).status is KeyContractStatus.ACTIVE
