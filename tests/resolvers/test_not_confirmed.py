"""PINs that an automat does not say it knows: people are told, and no guest is worse off by it."""

from typing import Any

import pytest
from acknowledging import confirm, linked, linked_automat
from factories import DAY, HOUR, NOON, make_automat, make_key
from lives import at, look_after, notices_of, trail
from promising import lockers_of, made
from waiting_for_automats import MINUTE, alarms, next_look, now_of, stay_at

from models.contracts import LockerContractState as State
from models.events import EventKind
from resolvers.automat_codes.awaiting import NOT_CONFIRMED
from resolvers.staff_contracts import pins
from resolvers.work import Work

TOLD, FAILED = EventKind.LOCKER_CONTRACT_NOT_CONFIRMED, EventKind.LOCKER_CONTRACT_FAILED


async def test_people_are_told_two_hours_before_and_it_is_given_up_a_quarter_before(
    work: Work,
) -> None:
    automat = await linked_automat(work)
    stay, held = await stay_at(work, automat)
    starts_at = stay.starts_at

    assert await next_look(work, stay, work.now) == starts_at - 2 * HOUR
    assert await next_look(work, stay, starts_at - 2 * HOUR) == starts_at - 15 * MINUTE
    assert (await trail(work, held)).count(TOLD) == 1
    assert await alarms(work, automat) == [True]
    assert (await now_of(work, held)).state is State.SYNCING
    await look_after(work, stay, at=starts_at - 15 * MINUTE)

    given_up = await now_of(work, held)
    assert (given_up.state, given_up.reason) == (State.FAILED, NOT_CONFIRMED)
    assert (await trail(work, held))[-1] is FAILED
    told = await notices_of(work, held)
    assert "Hand the key over in another way" in told[-1]
    assert not [notice for notice in told if (held.pin or "-") in notice]


async def test_nothing_is_told_of_what_is_confirmed_in_time(work: Work) -> None:
    automat = await linked_automat(work)
    stay, held = await stay_at(work, automat)
    await confirm(work, automat)

    assert await next_look(work, stay, work.now) == stay.starts_at
    await look_after(work, stay, at=stay.starts_at - MINUTE)

    assert (await now_of(work, held)).state is State.READY
    assert TOLD not in await trail(work, held)
    assert await alarms(work, automat) == []


@pytest.mark.parametrize("given", [None, {"works": False}, {"revoked_at": NOON}])
async def test_nobody_waits_for_an_automat_that_does_not_work_with_a_link(
    work: Work, given: dict[str, Any] | None
) -> None:
    automat = await make_automat(work)
    if given is not None:
        await linked(work, automat, **given)
    stay, held = await stay_at(work, automat)

    assert await next_look(work, stay, work.now) == stay.starts_at
    await look_after(work, stay, at=stay.starts_at)

    assert (await now_of(work, held)).state is State.SYNCING
    assert TOLD not in await trail(work, held)


async def test_a_stay_that_begins_at_once_has_a_quarter_of_an_hour(work: Work) -> None:
    automat = await linked_automat(work)
    stay, held = await stay_at(work, automat, starts_at=work.now)

    assert await next_look(work, stay, work.now) == work.now + 10 * MINUTE
    assert await next_look(work, stay, work.now + 10 * MINUTE) == work.now + 15 * MINUTE
    assert (await now_of(work, held)).state is State.SYNCING
    await look_after(work, stay, at=work.now + 15 * MINUTE)

    assert (await now_of(work, held)).state is State.FAILED


async def test_people_are_told_once_even_of_what_is_looked_at_late(work: Work) -> None:
    automat = await linked_automat(work)
    stay, held = await stay_at(work, automat)
    _, other = await stay_at(work, automat)

    for minutes in (10, 5, 1):
        await look_after(work, stay, at=stay.starts_at - minutes * MINUTE)

    assert (await trail(work, held)).count(TOLD) == 1
    assert (await trail(work, held)).count(FAILED) == 1
    assert await alarms(work, automat) == [True]
    assert other.id != held.id


async def test_a_window_that_is_open_is_never_given_up_for_a_change(work: Work) -> None:
    automat = await linked_automat(work)
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    await confirm(work, automat)
    await look_after(work, contract, at=work.now + MINUTE)
    changed = at(work, work.now + HOUR)
    await pins.renew(changed, contract.id, held.id)

    assert await next_look(work, contract, changed.now) == changed.now + 10 * MINUTE
    await look_after(work, contract, at=changed.now + 10 * MINUTE)
    await look_after(work, contract, at=changed.now + 5 * HOUR)

    assert (await now_of(work, held)).state is State.SYNCING
    assert (await trail(work, held)).count(TOLD) == 1
    assert await alarms(work, automat) == [True]
    await confirm(work, automat)
    assert (await now_of(work, held)).state is State.READY
    assert await alarms(work, automat) == [False]


async def test_an_automat_that_is_linked_later_has_its_time_to_learn(work: Work) -> None:
    automat = await make_automat(work)
    stay, held = await stay_at(work, automat)
    await look_after(work, stay, at=stay.starts_at)
    begun = at(work, stay.starts_at + HOUR)
    await linked(begun, automat, activated_at=begun.now)

    assert await next_look(work, stay, begun.now) == begun.now + 10 * MINUTE
    assert TOLD not in await trail(work, held)
    await look_after(work, stay, at=begun.now + 5 * HOUR)

    assert (await now_of(work, held)).state is State.SYNCING
    assert (await trail(work, held)).count(TOLD) == 1


async def test_a_change_is_told_anew_when_it_is_not_confirmed_either(work: Work) -> None:
    automat = await linked_automat(work)
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now + DAY)
    (held,) = await lockers_of(work, contract)
    begun = await look_after(work, contract, at=held.starts_at - HOUR)
    await pins.renew(begun, contract.id, held.id)

    await look_after(work, contract, at=begun.now + 9 * MINUTE)
    assert (await trail(work, held)).count(TOLD) == 1
    await look_after(work, contract, at=begun.now + 10 * MINUTE)

    assert (await trail(work, held)).count(TOLD) == 2


async def test_a_restored_automat_has_its_time_to_catch_up(work: Work) -> None:
    automat = await linked_automat(work)
    stay, held = await stay_at(work, automat)
    await confirm(work, automat, number=3)
    soon = at(work, stay.starts_at - 5 * MINUTE)
    await confirm(soon, automat, None, number=4)

    await look_after(work, stay, at=soon.now)
    assert (await now_of(work, held)).state is State.SYNCING
    assert TOLD not in await trail(work, held)
    await look_after(work, stay, at=soon.now + 15 * MINUTE)

    assert (await now_of(work, held)).state is State.FAILED
