"""A reservation that is changed keeps what it can: its contract, its keys, its locker, its PIN."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from factories import (
    AINO,
    DAY,
    PASILA,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_group,
    make_key,
    push,
)
from outcomes import (
    allocation,
    decision,
    everything,
    free,
    key_contract,
    keys_of,
    locker_contract,
    locker_contracts,
    undone,
)

from models.contracts import KeyContractStatus
from models.errors import ErrorCode, LivionKeyError
from models.organizations import ContactDetails
from models.reservations import UpsertOutcome
from resolvers import reservations
from resolvers.work import Work

VEIKKO = ContactDetails("Veikko Korhonen", phone="+358505550002", language="fi")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "change",
    [
        {"days": 3},
        {"days": None},
        {"starts_at": datetime.fromisoformat("2027-06-02T13:00+00:00")},
        {"contacts": [VEIKKO]},
        {"contacts": [AINO, VEIKKO]},
    ],
)
async def test_a_change_keeps_the_contract_the_locker_and_the_pin(
    work: Work, change: dict[str, Any]
) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, apartment)
    await push(work, await _another(work), external_id="before")
    reservation, _ = await push(work, apartment, external_id="stay")
    contract, held = await key_contract(work, reservation), await locker_contract(work, reservation)
    await reservations.cancel(work, external_id="before")

    _, outcome = await push(work, apartment, external_id="stay", **change)

    again = await locker_contract(work, reservation)
    assert outcome is UpsertOutcome.UPDATED
    assert (await key_contract(work, reservation)).id == contract.id
    assert (again.automat_id, again.locker_id, again.pin) == (automat.id, held.locker_id, held.pin)
    assert again.starts_at == reservation.starts_at
    assert again.ends_at == (reservation.ends_at or again.starts_at + 3 * DAY)


async def _another(work: Work) -> Any:
    neighbour = await make_entity(work)
    await make_key(work, neighbour)
    return neighbour


async def test_several_keys_keep_their_pins_and_lockers(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    desk = await make_desk(work)
    keys = [(await make_key(work, apartment, desk=desk)).id for _ in range(3)]
    reservation, _ = await push(work, apartment, external_id="stay", key_ids=keys)
    before = {(one.key_id, one.locker_id, one.pin) for one in await _held(work, reservation)}

    await push(work, apartment, external_id="stay", key_ids=keys, days=5)

    after = {(one.key_id, one.locker_id, one.pin) for one in await _held(work, reservation)}
    assert len(before) == 3
    assert after == before


async def _held(work: Work, reservation: Any) -> Any:
    return await locker_contracts(work, reservation)


async def test_a_change_keeps_the_key_although_another_became_free(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    await make_key(work, apartment)
    await push(work, apartment, external_id="first")
    second, _ = await push(work, apartment, external_id="second")
    before = [key.id for key in await keys_of(work, second)]
    await reservations.cancel(work, external_id="first")

    await push(work, apartment, external_id="second", days=3)

    assert [key.id for key in await keys_of(work, second)] == before


async def test_another_entity_brings_another_key(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    await make_automat(work)
    key, another = await make_key(work, apartment), await make_key(work, other)
    reservation, _ = await push(work, apartment, external_id="stay")
    pin = (await locker_contract(work, reservation)).pin

    await push(work, other, external_id="stay")

    held = await locker_contract(work, reservation)
    assert (held.key_id, held.pin) == (another.id, pin)
    assert (key.target_automat_id, another.target_automat_id) == (None, held.automat_id)


async def test_another_automat_brings_another_pin(work: Work) -> None:
    apartment = await make_entity(work)
    station = await make_automat(work, "Station", STATION)
    pasila = await make_automat(work, "Pasila", PASILA)
    key = await make_key(work, apartment)
    reservation, _ = await push(work, apartment, external_id="stay")
    contract = await key_contract(work, reservation)
    assert key.target_automat_id == station.id

    _, outcome = await push(work, apartment, external_id="stay", automat_id=pasila.id)

    assert outcome is UpsertOutcome.UPDATED
    assert (await locker_contract(work, reservation)).automat_id == pasila.id
    assert (await key_contract(work, reservation)).id == contract.id
    assert key.target_automat_id == pasila.id
    assert await free(work, station, reservation.window) == 30


async def test_naming_a_group_is_a_change(work: Work) -> None:
    apartment = await make_entity(work)
    group = await make_group(work, await make_automat(work))
    await make_key(work, apartment)
    await push(work, apartment, external_id="stay")

    reservation, outcome = await push(work, apartment, external_id="stay", device_group_id=group.id)

    assert outcome is UpsertOutcome.UPDATED
    assert (await decision(work, reservation)).method == "device_group"


async def test_contacts_may_change_while_the_key_is_out(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    reservation, _ = await push(work, apartment, external_id="stay")
    (await allocation(work, reservation)).fetched_at = work.now

    _, outcome = await push(work, apartment, external_id="stay", contacts=[VEIKKO])

    assert outcome is UpsertOutcome.UPDATED
    (contact,) = await reservations.contacts_of(work, reservation.id)
    assert contact.name == VEIKKO.name


async def test_a_change_that_is_refused_leaves_all_as_it_was(work: Work) -> None:
    apartment, other = await make_entity(work), await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    await make_key(work, other)
    await push(work, apartment, external_id="stay")
    await push(work, other, external_id="neighbour")
    before = await everything(work)

    refusal: LivionKeyError = await undone(
        work, push(work, other, external_id="stay", contacts=[VEIKKO])
    )

    assert refusal.code is ErrorCode.KEY_TAKEN
    assert await everything(work) == before


async def test_a_change_that_cannot_be_fulfilled_lets_go(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    bare = await make_entity(work)
    key = await make_key(work, apartment)
    reservation, _ = await push(work, apartment, external_id="stay")

    _, outcome = await push(work, bare, external_id="stay")

    assert outcome is UpsertOutcome.UPDATED
    assert reservation.unfulfilled_reason is ErrorCode.NO_KEY_FOR_ENTITY
    assert (await key_contract(work, reservation)).status is KeyContractStatus.CANCELLED
    assert await free(work, automat, reservation.window) == 30
    assert key.target_automat_id is None


async def test_a_stay_may_be_moved_into_the_minutes_that_are_past(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    await push(work, home, external_id="stay", starts_at=work.now + 60 * MINUTE)

    begin, end = work.now - 10 * MINUTE, work.now - 5 * MINUTE
    moved, outcome = await push(work, home, external_id="stay", starts_at=begin, ends_at=end)

    (held,) = await locker_contracts(work, moved)
    assert (outcome, held.starts_at, held.sync_at) == (UpsertOutcome.UPDATED, begin, begin)
