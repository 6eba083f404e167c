"""Key contracts that wait for a signature: planned like any other, kept back (R27, R82, G16)."""

import pytest
from factories import DAY, HOUR, make_automat, make_desk, make_key
from handing import name, newest
from lives import at, fetch, look_after, notices_of, trail
from outcomes import undone
from promising import allocations, lockers_of, promised
from signable import make_process, unsigned, unsigned_stay
from sqlalchemy import select

from models.awaiting import is_unsigned
from models.codes import AutomatCode
from models.contracts import KeyContract, KeyContractStatus, LockerContractState, Verification
from models.database import do_last_acts
from models.errors import AlreadySigned, KeyOut, KeyTaken, WaitingForSignature
from models.events import EventKind
from models.jobs import Job
from models.reservations import ReservationStatus
from models.signing import SigningState
from resolvers import contracts, reservations
from resolvers.handover.desks import hand_over
from resolvers.signed import effects
from resolvers.signed.processes import withdraw_open
from resolvers.signed.verifications import begins_to_wait
from resolvers.work import Work

Status, State = KeyContractStatus, LockerContractState
WAITING = Status.WAITING_FOR_SIGNATURE


async def pins_at_automats(work: Work, contract: KeyContract) -> int:
    """Count the PINs of a contract that automats should know."""
    held = [one.id for one in await lockers_of(work, contract)]
    known = select(AutomatCode.id).where(AutomatCode.locker_contract_id.in_(held))
    return len(await work.rows(known))


async def is_due_now(work: Work, contract: KeyContract) -> bool:
    """Tell whether the timers look after a contract at once."""
    await do_last_acts(work.session)
    found = await work.first(work.own(Job).where(Job.subject_id == contract.id))
    return found is not None and found.due_at <= work.now


@pytest.mark.parametrize("verification", [Verification.SIGNATURE, Verification.STRONG])
async def test_an_unsigned_contract_holds_its_keys_and_lockers_and_tells_no_pin(
    work: Work, verification: Verification
) -> None:
    key = await make_key(work, automat=await make_automat(work))

    contract = await unsigned(work, key, verification=verification)
    await look_after(work, contract, at=work.now)

    (held,) = await lockers_of(work, contract)
    assert (contract.status, contract.waits_since) == (WAITING, work.now)
    assert (held.state, held.locker_id) == (State.PLANNED, key.locker_id)
    assert held.sync_at <= work.now
    assert await pins_at_automats(work, contract) == 0
    with pytest.raises(KeyTaken):
        await promised(work, key)


async def test_a_signature_lets_the_pin_go_to_the_automat(work: Work) -> None:
    contract = await unsigned(work, await make_key(work, automat=await make_automat(work)))

    await effects.signed(work, contract)

    assert (contract.status, contract.waits_since) == (Status.UPCOMING, None)
    assert contract.signed_revision == contract.revision == 1
    assert await is_due_now(work, contract)
    await look_after(work, contract, at=work.now)
    (held,) = await lockers_of(work, contract)
    assert held.state is State.SYNCING
    assert await pins_at_automats(work, contract) == 1


async def test_a_contract_that_is_signed_while_its_time_runs_is_active(work: Work) -> None:
    contract = await unsigned(work, await make_key(work, automat=await make_automat(work)))
    then = at(work, contract.starts_at + HOUR)

    await effects.signed(then, contract)
    await look_after(then, contract, at=then.now)

    assert contract.status is Status.ACTIVE
    assert EventKind.START_REMINDER not in await trail(then, contract)
    assert await pins_at_automats(then, contract) == 1


async def test_no_key_is_handed_over_before_the_signature(work: Work) -> None:
    desk = await make_desk(work)
    key = await make_key(work, desk=desk)
    contract = await unsigned(work, key)

    for named in (None, contract.id):
        refusal = await undone(work, hand_over(work, [name(key)], key_contract_id=named))
        assert isinstance(refusal, WaitingForSignature)
        assert f"{contract.reference} waits for a signature: have it signed" in refusal.message
    await effects.signed(work, contract)

    handed = await hand_over(work, [name(key)])
    assert (handed.contract.id, handed.contradictions) == (contract.id, [])
    assert contract.status is Status.ACTIVE


async def test_a_key_that_is_taken_all_the_same_is_believed_and_flagged(work: Work) -> None:
    automat = await make_automat(work)
    keys = [await make_key(work, automat=automat) for _ in range(2)]
    contract = await unsigned(work, *keys)
    first, second = await lockers_of(work, contract)

    out = await fetch(work, first, at=contract.starts_at)
    await look_after(out, contract, at=out.now)

    (taken,) = [key for key in keys if key.id == first.key_id]
    (kept,) = [key for key in keys if key.id == second.key_id]
    assert (await newest(out, taken)).contradiction == "Its contract waits for a signature."
    assert (contract.status, contract.waits_since) == (Status.ACTIVE, None)
    assert (first.state, second.state) == (State.SYNCING, State.PLANNED)
    assert await pins_at_automats(out, contract) == 1
    assert is_unsigned(contract)
    refusal = await undone(out, hand_over(out, [name(kept)]))
    assert isinstance(refusal, WaitingForSignature)


async def test_people_are_told_once_when_the_start_passes_unsigned(work: Work) -> None:
    _, contract = await unsigned_stay(work)

    for moment in (contract.starts_at, contract.starts_at + HOUR):
        await look_after(work, contract, at=moment)

    (notice,) = await notices_of(work, contract)
    assert f"{contract.reference} has begun and is not signed" in notice
    assert contract.status is WAITING
    again = at(work, contract.starts_at + 2 * HOUR)
    await effects.signed(again, contract)
    await effects.changed(again, contract)
    await look_after(again, contract, at=again.now)
    assert len(await notices_of(again, contract)) == 2


async def test_a_contract_whose_end_passes_unsigned_is_given_up(work: Work) -> None:
    reservation, contract = await unsigned_stay(work)
    process = await make_process(work, contract)

    then = await look_after(work, contract, at=contract.ends_at)

    assert (contract.status, contract.waits_since) == (Status.CANCELLED, None)
    (held,) = await lockers_of(then, contract)
    assert held.state is State.CANCELLED
    assert await allocations(then, contract) == []
    assert (process.state, process.reason) == (SigningState.WITHDRAWN, "Its end passed unsigned.")
    assert process.ended_at == then.now
    assert reservation.status is ReservationStatus.ENDED
    assert (await trail(then, process)) == [EventKind.SIGNING_WITHDRAWN]


async def test_the_locker_for_the_fetch_is_held_until_somebody_has_signed(work: Work) -> None:
    reservation, contract = await unsigned_stay(work, days=30)
    late = contract.starts_at + 5 * DAY
    fetched_from = (await lockers_of(work, contract))[0]
    assert fetched_from.ends_at is not None
    assert fetched_from.ends_at < late
    for hours in range(0, 121, 12):
        await look_after(work, contract, at=contract.starts_at + hours * HOUR)

    await effects.signed(at(work, late), contract)
    then = await look_after(work, contract, at=late)

    assert fetched_from.ends_at > late
    assert fetched_from.state is State.SYNCING
    await fetch(then, fetched_from, at=late)
    assert reservation.status is ReservationStatus.ACTIVE


@pytest.mark.parametrize("by_staff", [True, False])
async def test_what_waits_can_be_given_up(work: Work, *, by_staff: bool) -> None:
    if by_staff:
        contract = await unsigned(work, await make_key(work, automat=await make_automat(work)))
        process = await make_process(work, contract)
        await contracts.cancel(work, contract.id)
    else:
        reservation, contract = await unsigned_stay(work)
        process = await make_process(work, contract, SigningState.PREPARING)
        await reservations.cancel(work, id=reservation.id)

    assert (contract.status, contract.waits_since) == (Status.CANCELLED, None)
    assert await allocations(work, contract) == []
    assert process.state is SigningState.WITHDRAWN


async def test_only_what_is_open_is_withdrawn(work: Work) -> None:
    contract = await unsigned(work, await make_key(work))
    other = await unsigned(work, await make_key(work))
    signed = await make_process(work, contract, SigningState.SIGNED)
    elsewhere = await make_process(work, other)

    await withdraw_open(work, [contract.id], reason="It was changed.")
    await withdraw_open(work, [], reason="It was changed.")

    assert (signed.state, elsewhere.state) == (SigningState.SIGNED, SigningState.OFFERED)


async def test_a_contract_that_need_not_be_signed_any_more_holds_at_once(work: Work) -> None:
    _, contract = await unsigned_stay(work)
    process = await make_process(work, contract)

    await begins_to_wait(work, contract, Verification.NONE)

    assert (contract.status, process.state) == (Status.UPCOMING, SigningState.WITHDRAWN)
    await look_after(work, contract, at=work.now)
    assert await pins_at_automats(work, contract) == 1


async def test_how_it_is_confirmed_stays_once_it_was_signed_or_a_key_fetched(work: Work) -> None:
    _, contract = await unsigned_stay(work)
    await begins_to_wait(work, contract, Verification.STRONG)
    assert contract.status is WAITING
    await effects.signed(work, contract)
    refusal = await undone(work, begins_to_wait(work, contract, Verification.NONE))
    assert isinstance(refusal, AlreadySigned)

    key = await make_key(work)
    other = await promised(work, key, starts_at=work.now)
    await hand_over(work, [name(key)])
    refusal = await undone(work, begins_to_wait(work, other, Verification.SIGNATURE))

    assert (type(refusal), refusal.path) == (KeyOut, ("verification",))


async def test_a_pin_that_an_automat_knows_is_forgotten_when_a_contract_begins_to_wait(
    work: Work,
) -> None:
    key = await make_key(work, automat=await make_automat(work))
    contract = await promised(work, key, starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    pin = held.pin
    assert (held.state, await pins_at_automats(work, contract)) == (State.SYNCING, 1)

    await begins_to_wait(work, contract, Verification.SIGNATURE)

    assert (contract.status, await pins_at_automats(work, contract)) == (WAITING, 0)
    (held,) = await lockers_of(work, contract)
    assert (held.state, held.pin) == (State.PLANNED, pin)
    (notice,) = [one for one in await notices_of(work, held) if "forgets" in one]
    assert "It has to be signed first." in notice
    assert pin not in notice
