"""Which contracts may say when their keys can be fetched, and what happens outside of that."""

from datetime import UTC, datetime
from typing import Any

import pytest
from acknowledging import hours_of
from factories import (
    DAY,
    HOUR,
    PASILA,
    acting_as,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_unit,
    push,
)
from handing import name, newest
from lives import at, fetch, look_after, trail
from outcomes import key_contract, undone
from promising import asked, lockers_of, promised
from signable import make_process
from templating import Value, template

from models.access_schedules import AccessSchedule
from models.accounts import Role
from models.automats import Automat
from models.contracts import KeyContract, KeyContractStatus, Verification
from models.errors import Enforced, InvalidInput, NotAllowed
from models.events import EventKind
from models.keys import Key, KeyKind
from models.signing import SigningState
from resolvers import organizations, reservations
from resolvers.access_hours import OUTSIDE, zones_of
from resolvers.access_schedules import checked_schedule, set_schedule
from resolvers.handover.desks import hand_over, transfer
from resolvers.signed import effects
from resolvers.staff_contracts import drafts
from resolvers.work import Work

OFFICE = {
    "windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "17:00"}],
    "dailyReturn": False,
}
MONDAY = datetime(2027, 6, 7, tzinfo=UTC)
"""02:00 in Paris."""


async def unit_with_schedules(work: Work, **changes: Any) -> Any:
    settings = {"access_schedules": True, "time_zone": "Europe/Paris"}
    return await make_unit(work, **(settings | changes))


async def key_in_an_automat(work: Work, **given: Any) -> Key:
    unit = await unit_with_schedules(work)
    return await make_key(work, automat=await make_automat(work, unit_id=unit.id), **given)


async def key_at_a_desk(work: Work) -> Key:
    unit = await unit_with_schedules(work)
    desk = await make_desk(work)
    desk.unit_id = unit.id
    await work.save()
    return await make_key(work, desk=desk)


async def scheduled(work: Work, key: Key) -> KeyContract:
    contract = await promised(work, key, starts_at=MONDAY, days=5)
    return await set_schedule(work, contract.id, OFFICE)


async def test_a_schedule_is_kept_where_the_unit_lets_contracts_have_one(work: Work) -> None:
    contract = await scheduled(work, await key_in_an_automat(work))

    assert contract.access_schedule == OFFICE
    assert contract.revision == 2
    assert await set_schedule(work, contract.id, None) is contract
    assert (contract.access_schedule, contract.revision) == (None, 3)


async def test_a_unit_that_lets_no_contract_have_a_schedule_says_so(work: Work) -> None:
    parent = await unit_with_schedules(work)
    unit = await make_unit(work, name="Cellar", parent_id=parent.id)
    assert await checked_schedule(work, unit.id, OFFICE) == OFFICE
    await organizations.update_unit(work, unit.id, {"access_schedules": False})
    work.known_settings.clear()

    refusal = await undone(work, checked_schedule(work, unit.id, OFFICE))

    assert (type(refusal), refusal.path) == (InvalidInput, ("access_schedule",))
    assert "Cellar" in refusal.message
    assert "`accessSchedules`" in refusal.message


async def test_a_schedule_that_makes_no_sense_is_refused_with_the_way_to_it(work: Work) -> None:
    contract = await promised(work, await key_in_an_automat(work))

    refusal = await undone(work, set_schedule(work, contract.id, OFFICE | {"windows": []}))

    assert refusal.path == ("access_schedule", "windows")


async def test_electronic_keys_of_a_contract_with_a_fetch_of_its_own_have_no_schedule(
    work: Work,
) -> None:
    unit = await unit_with_schedules(work)
    home = await make_entity(work, unit_id=unit.id)
    automat = await make_automat(work, unit_id=unit.id)
    await make_key(work, home, automat=automat, kind=KeyKind.ELECTROMECHANICAL)
    short, _ = await push(work, home, days=2)
    long, _ = await push(work, home, starts_at=work.now + 9 * DAY, days=60)

    kept = await set_schedule(work, (await key_contract(work, short)).id, OFFICE)
    refusal = await undone(work, set_schedule(work, (await key_contract(work, long)).id, OFFICE))

    assert kept.access_schedule == OFFICE
    assert isinstance(refusal, InvalidInput)
    assert "is for mechanical keys" in refusal.message


async def test_a_contract_that_is_over_gets_no_schedule(work: Work) -> None:
    unit = await unit_with_schedules(work)
    home = await make_entity(work, unit_id=unit.id)
    await make_key(work, home, automat=await make_automat(work, unit_id=unit.id))
    stay, _ = await push(work, home)
    contract = await key_contract(work, stay)
    await reservations.cancel(work, id=stay.id)

    for schedule in (OFFICE, None):
        refusal = await undone(work, set_schedule(work, contract.id, schedule))
        assert "It is CANCELLED" in refusal.message
    with pytest.raises(NotAllowed):
        await set_schedule(acting_as(work, Role.VIEWER), contract.id, None)


@pytest.mark.parametrize(("hour", "flagged"), [(8, False), (18, True)])
async def test_a_desk_may_hand_over_at_any_time_and_is_flagged_outside_the_hours(
    work: Work, hour: int, *, flagged: bool
) -> None:
    key = await key_at_a_desk(work)
    contract = await scheduled(work, key)

    then = at(work, MONDAY + hour * HOUR)
    handed = await hand_over(then, [name(key)])

    assert handed.contract.id == contract.id
    assert list(handed.contradictions) == [OUTSIDE] * flagged


@pytest.mark.parametrize(("hour", "flagged"), [(6, False), (5, True)])
async def test_a_fetch_outside_the_hours_is_believed_and_flagged(
    work: Work, hour: int, *, flagged: bool
) -> None:
    key = await key_in_an_automat(work)
    contract = await scheduled(work, key)
    (held,) = await lockers_of(work, contract)

    out = await fetch(work, held, at=MONDAY + hour * HOUR)

    assert (await newest(out, key)).contradiction == (OUTSIDE if flagged else None)
    assert key.automat_id is None


async def test_a_schedule_is_kept_when_the_keys_are_moved_elsewhere(work: Work) -> None:
    key = await key_at_a_desk(work)
    contract = await scheduled(work, key)
    elsewhere = await make_automat(work, "Elsewhere", PASILA)

    await transfer(work, name(key), automat_id=elsewhere.id)

    assert contract.access_schedule == OFFICE


async def test_the_hours_go_by_the_clock_of_the_automat_or_of_the_desk(work: Work) -> None:
    tokyo = await unit_with_schedules(work, time_zone="Asia/Tokyo")
    far = await make_key(work, automat=await make_automat(work, unit_id=tokyo.id))
    keys = [await key_in_an_automat(work), await key_at_a_desk(work), far, await make_key(work)]
    contracts = [await promised(work, key) for key in keys]

    zones = await zones_of(work, [one.id for one in contracts])

    assert zones == ["Europe/Paris", "Europe/Paris", "Asia/Tokyo", "Europe/Helsinki"]


async def test_an_automat_is_told_at_which_hours_its_codes_take_keys_out(work: Work) -> None:
    key = await key_in_an_automat(work)
    contract = await scheduled(work, key)
    automat = await work.get(Automat, key.automat_id)
    assert await hours_of(work, automat) == []
    then = await look_after(work, contract, at=MONDAY)

    (hours,) = await hours_of(then, automat)

    assert (hours.time_zone, hours.daily_return) == ("Europe/Paris", False)
    assert hours.stretches == tuple(AccessSchedule.read(OFFICE).stretches())
    assert hours.stretches[0] == (8 * 60, 17 * 60)
    await set_schedule(then, contract.id, None)
    assert await hours_of(then, automat) == []


async def test_another_schedule_has_to_be_signed_anew(work: Work) -> None:
    key = await key_in_an_automat(work)
    contract = await promised(work, key, verification=Verification.SIGNATURE)
    await effects.signed(work, contract)
    process = await make_process(work, contract)

    await set_schedule(work, contract.id, OFFICE)

    assert (contract.status, contract.revision) == (KeyContractStatus.WAITING_FOR_SIGNATURE, 2)
    assert process.state is SigningState.WITHDRAWN


async def test_a_draft_changes_its_schedule_with_itself(work: Work) -> None:
    draft = await drafts.create(work, asked(work, await key_in_an_automat(work)))

    refusal = await undone(work, set_schedule(work, draft.id, OFFICE))

    assert (type(refusal), refusal.path) == (InvalidInput, ("id",))
    assert "`keyContractUpdate`" in refusal.message


@pytest.mark.parametrize("by_staff", [True, False])
async def test_a_schedule_that_a_template_insists_on_stays(work: Work, *, by_staff: bool) -> None:
    key = await key_in_an_automat(work)
    if by_staff:
        contract = await scheduled(work, key)
    else:
        home = await make_entity(work, unit_id=(await unit_with_schedules(work)).id)
        await make_key(work, home, automat=await make_automat(work))
        stay, _ = await push(work, home)
        contract = await key_contract(work, stay)
        await set_schedule(work, contract.id, OFFICE)
    await template(work, None, Value.ACCESS_SCHEDULE, access_schedule=OFFICE)

    id = contract.id
    refusal = await undone(work, set_schedule(work, id, None))
    other = await undone(work, set_schedule(work, id, OFFICE | {"dailyReturn": True}))

    assert isinstance(refusal, Enforced)
    assert isinstance(other, Enforced)
    assert (await set_schedule(work, id, OFFICE)).access_schedule == OFFICE


async def test_the_same_schedule_again_is_no_news(work: Work) -> None:
    contract = await scheduled(work, await key_in_an_automat(work))

    await set_schedule(work, contract.id, OFFICE)

    assert (await trail(work, contract)).count(EventKind.KEY_CONTRACT_UPDATED) == 1
