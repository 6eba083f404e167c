"""PINs that somebody chose for the keys of a contract, and new ones for those made."""

import pytest
from factories import DAY, make_automat, make_entity, make_key, push
from lives import fetch, trail
from outcomes import everything, key_contract, known_codes, undone
from promising import lockers_of, made
from sqlalchemy import Select

from models.codes import AutomatCode
from models.contracts import LockerContractState
from models.errors import InvalidInput, KeyOut, NotFound, PinInUse
from models.events import Event, EventKind
from models.keys import KeyKind
from resolvers import contract_changes, contracts
from resolvers.staff_contracts.pins import renew
from resolvers.work import Work

PIN = "194628"


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_key_in_an_automat_has_the_pin_that_was_chosen(work: Work, kind: KeyKind) -> None:
    automat = await make_automat(work)
    chosen, other = [await make_key(work, automat=automat, kind=kind) for _ in range(2)]

    contract = await made(work, chosen, other, pins={chosen.id: PIN})

    held = {one.locker_id: one.pin for one in await lockers_of(work, contract)}
    assert held[chosen.locker_id] == PIN
    assert held[other.locker_id] not in (None, PIN)


@pytest.mark.parametrize(
    "pin", ["", "123", "1946281946", "19462a", "194 28", "١٩٤٦٢٨", "777777", "345678", "987654"]
)
async def test_a_pin_has_four_to_nine_digits_that_are_not_easily_guessed(
    work: Work, pin: str
) -> None:
    key = await make_key(work, automat=await make_automat(work))

    refusal = await undone(work, made(work, key, pins={key.id: pin}))

    assert isinstance(refusal, InvalidInput)
    assert not pin or pin not in refusal.message


async def test_pins_are_for_keys_in_automats_only(work: Work) -> None:
    desk_key, other = await make_key(work), await make_key(work)

    at_desk = await undone(work, made(work, desk_key, pins={desk_key.id: PIN}))
    of_another = await undone(work, made(work, desk_key, pins={other.id: PIN}))

    assert (type(at_desk), at_desk.path) == (InvalidInput, ("pins",))
    assert desk_key.code in at_desk.message
    assert (type(of_another), of_another.path) == (NotFound, ("pins",))


async def test_a_key_that_is_brought_to_an_automat_may_have_a_chosen_pin(work: Work) -> None:
    automat, key = await make_automat(work), await make_key(work)

    contract = await made(work, key, automat_id=automat.id, pins={key.id: PIN})

    (held,) = await lockers_of(work, contract)
    assert held.pin == PIN


async def test_a_pin_that_the_automat_knows_is_refused_without_telling_whose(work: Work) -> None:
    automat = await make_automat(work)
    key, other, third = [await make_key(work, automat=automat) for _ in range(3)]
    taken = await made(work, key, pins={key.id: PIN})
    before = await everything(work)

    in_use = await undone(work, made(work, other, pins={other.id: PIN}))
    twice = await undone(work, made(work, other, third, pins={other.id: "2846", third.id: "2846"}))

    assert (type(in_use), in_use.path) == (PinInUse, ("pins",))
    assert PIN not in in_use.message
    assert taken.reference not in in_use.message
    assert isinstance(twice, PinInUse)
    assert await everything(work) == before


async def test_two_automats_may_know_the_same_pin(work: Work) -> None:
    keys = [await make_key(work, automat=await make_automat(work)) for _ in range(2)]

    contract = await made(work, *keys, pins={key.id: PIN for key in keys})

    assert [one.pin for one in await lockers_of(work, contract)] == [PIN, PIN]


async def test_a_chosen_pin_stays_when_the_end_moves(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key, pins={key.id: PIN})

    await contract_changes.change_end(work, contract.id, ends_at=contract.starts_at + 30 * DAY)

    (held,) = await lockers_of(work, contract)
    assert held.pin == PIN


async def test_no_event_tells_a_pin(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key, pins={key.id: PIN}, starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    await renew(work, contract.id, held.id)

    await work.connection()
    said = [f"{one.facts} {one.notice}" for one in await work.all(work.own(Event))]

    assert not [one for one in said if PIN in one or (held.pin or "") in one]


def pins_of(work: Work) -> Select[AutomatCode]:
    """Select the PINs that automats know."""
    return work.own(AutomatCode).where(AutomatCode.locker_contract_id.is_not(None))


async def test_a_new_pin_is_learned_by_the_automat_and_the_one_before_forgotten(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    contract = await made(work, key, pins={key.id: PIN}, starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    revision = automat.code_revision

    await renew(work, contract.id, held.id)

    (again,) = await lockers_of(work, contract)
    (code,) = await work.all(pins_of(work))
    assert (again.id, again.state) == (held.id, LockerContractState.SYNCING)
    assert again.pin not in (None, PIN)
    assert code.code == again.pin
    assert PIN not in await known_codes(work, automat)
    assert automat.code_revision > revision
    assert EventKind.LOCKER_CONTRACT_RESYNCED in await trail(work, again)


async def test_a_new_pin_of_a_contract_that_lies_ahead_waits_for_its_time(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key, starts_at=work.now + 9 * DAY)
    (held,) = await lockers_of(work, contract)
    before = held.pin

    await renew(work, contract.id, held.id)

    (again,) = await lockers_of(work, contract)
    assert again.pin != before
    assert again.state is LockerContractState.PLANNED
    assert await work.all(pins_of(work)) == []


async def test_a_reservation_may_have_a_new_pin_too(work: Work) -> None:
    home = await make_entity(work)
    await make_key(work, home, automat=await make_automat(work))
    contract = await key_contract(work, (await push(work, home))[0])
    (held,) = await lockers_of(work, contract)
    before = held.pin

    await renew(work, contract.id, held.id)

    assert (await lockers_of(work, contract))[0].pin != before


async def test_a_pin_stays_once_its_key_was_fetched(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await made(work, key, starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    taken = await fetch(work, held, at=work.now)

    refusal = await undone(taken, renew(taken, contract.id, held.id))

    assert isinstance(refusal, KeyOut)


async def test_only_a_live_locker_of_the_contract_gets_a_new_pin(work: Work) -> None:
    automat = await make_automat(work)
    key, other = [await make_key(work, automat=automat) for _ in range(2)]
    contract, another = await made(work, key), await made(work, other)
    (held,), (elsewhere,) = await lockers_of(work, contract), await lockers_of(work, another)
    await contracts.cancel(work, contract.id)

    over = await undone(work, renew(work, contract.id, held.id))
    wrong = await undone(work, renew(work, contract.id, elsewhere.id))

    assert (type(over), over.path) == (InvalidInput, ("locker_contract_id",))
    assert (type(wrong), wrong.path) == (NotFound, ("locker_contract_id",))
