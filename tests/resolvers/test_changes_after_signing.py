"""What was signed is one content of a contract; another one has to be signed anew (R69, G34)."""

from typing import Any

import pytest
from factories import AINO, DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from handing import name, take_from_locker
from lives import at, fetch, give_back, look_after, notices_of, trail
from outcomes import allocation, everything, key_contract, keys_of, locker_contract, undone
from signable import make_process, make_signature, signed_stay, unsigned, unsigned_stay

from models.awaiting import covers_content
from models.contracts import KeyContract, KeyContractStatus, LockerContractState
from models.entities import ReservableEntity
from models.errors import InvalidInput
from models.events import EventKind
from models.keys import KeyKind
from models.organizations import ContactDetails
from models.reservations import Reservation, ReservationStatus, UpsertOutcome
from models.signing import SigningPurpose, SigningState
from resolvers import contract_changes, reservations
from resolvers.handover.desks import hand_over, take_back
from resolvers.signed import effects
from resolvers.work import Work

Status, State = KeyContractStatus, LockerContractState
WAITING = Status.WAITING_FOR_SIGNATURE
VEIKKO = ContactDetails("Veikko")


async def push_again(work: Work, stay: Reservation, **changes: Any) -> UpsertOutcome:
    """Push a stay as it is, but for what is said."""
    same = {"starts_at": stay.starts_at, "ends_at": stay.ends_at, "external_id": stay.external_id}
    entity = changes.pop("entity", None) or await work.get(ReservableEntity, stay.entity_id)
    _, outcome = await push(work, entity, **(same | changes))
    return outcome


async def another_home(work: Work, stay: Reservation) -> ReservableEntity:
    """Give another home that the key of a stay opens too."""
    automat = await make_automat(work)
    home = await make_entity(work)
    await make_key(work, home, automat=automat)
    return home


async def synced_stay(work: Work) -> tuple[Reservation, KeyContract, str]:
    """Give a stay that was signed and whose PIN is at its automat, and that PIN."""
    stay, contract = await signed_stay(work)
    await look_after(work, contract, at=work.now)
    held = await locker_contract(work, stay)
    assert held.state is State.SYNCING
    assert held.pin is not None
    return stay, contract, held.pin


@pytest.mark.parametrize("change", ["contacts", "ends_at", "starts_at", "entity"])
async def test_what_is_changed_before_a_key_is_out_has_to_be_signed_anew(
    work: Work, change: str
) -> None:
    stay, contract, pin = await synced_stay(work)
    process = await make_process(work, contract)
    changes = {
        "contacts": [AINO, VEIKKO],
        "ends_at": stay.ends_at + HOUR if stay.ends_at else None,
        "starts_at": stay.starts_at + HOUR,
        "entity": await another_home(work, stay),
    }

    outcome = await push_again(work, stay, **{change: changes[change]})

    assert outcome is UpsertOutcome.UPDATED
    assert (contract.status, contract.waits_since) == (WAITING, work.now)
    assert (contract.revision, contract.signed_revision, covers_content(contract)) == (2, 1, False)
    assert process.state is SigningState.WITHDRAWN
    held = await locker_contract(work, stay)
    assert held.state is State.PLANNED
    assert held.pin == pin or change == "entity"  # another home's key lies in another automat
    assert stay.status is ReservationStatus.CONFIRMED

    await effects.signed(work, contract)
    await look_after(work, contract, at=work.now)

    held = await locker_contract(work, stay)
    assert (contract.status, held.state) == (Status.UPCOMING, State.SYNCING)
    assert covers_content(contract)
    assert await notices_of(work, contract) == []


async def test_an_unchanged_push_lets_what_was_signed_be(work: Work) -> None:
    stay, contract, _ = await synced_stay(work)
    before = await everything(work)

    outcome = await push_again(work, stay)

    assert outcome is UpsertOutcome.UNCHANGED
    assert await everything(work) == before
    assert contract.revision == 1


async def test_what_is_not_signed_can_be_changed_without_a_new_signature(work: Work) -> None:
    stay, contract, pin = await synced_stay(work)
    held = await locker_contract(work, stay)

    outcome = await push_again(work, stay, automat_id=held.automat_id)

    assert outcome is UpsertOutcome.UPDATED
    assert (contract.status, contract.revision) == (Status.UPCOMING, 1)
    held = await locker_contract(work, stay)
    assert (held.state, held.pin) == (State.SYNCING, pin)


async def test_what_waits_and_is_changed_waits_on(work: Work) -> None:
    stay, contract = await unsigned_stay(work)
    process = await make_process(work, contract)

    await push_again(work, stay, contacts=[VEIKKO])
    await push_again(work, stay, ends_at=stay.starts_at + 3 * DAY, contacts=[VEIKKO])

    assert (contract.status, contract.revision) == (WAITING, 3)
    assert process.state is SigningState.WITHDRAWN
    kinds = await trail(work, contract)
    assert kinds.count(EventKind.KEY_CONTRACT_WAITING_FOR_SIGNATURE) == 1


@pytest.mark.parametrize("change", ["contacts", "ends_at"])
async def test_while_a_key_is_out_a_change_holds_and_people_are_told_that_it_is_not_signed(
    work: Work, change: str
) -> None:
    stay, contract, _ = await synced_stay(work)
    held = await locker_contract(work, stay)
    out = await fetch(work, held, at=stay.starts_at)
    process = await make_process(out, contract)
    changes = {"contacts": [AINO, VEIKKO], "ends_at": stay.starts_at + 3 * DAY}

    await push_again(out, stay, **{change: changes[change]})

    assert (contract.status, contract.revision, contract.signed_revision) == (Status.ACTIVE, 2, 1)
    (notice,) = await notices_of(out, contract)
    assert f"{contract.reference} was changed, and that is not signed." in notice
    assert process.state is SigningState.WITHDRAWN
    assert held.state is State.SYNCING
    await give_back(out, held, at=out.now + HOUR)
    await effects.signed(out, contract)
    assert (contract.status, covers_content(contract)) == (Status.ACTIVE, True)


async def test_a_contract_whose_keys_are_all_back_waits_for_nothing(work: Work) -> None:
    stay, contract, _ = await synced_stay(work)
    held = await locker_contract(work, stay)
    out = await fetch(work, held, at=stay.starts_at)
    back = await give_back(out, held, at=out.now + HOUR)

    await push_again(back, stay, contacts=[VEIKKO])

    assert (contract.status, covers_content(contract)) == (Status.ACTIVE, False)


@pytest.mark.parametrize("change", ["end", "pick-up"])
async def test_a_contract_by_staff_that_is_changed_has_to_be_signed_anew(
    work: Work, change: str
) -> None:
    key = await make_key(work)
    contract = await unsigned(work, key, pick_up_information="Ring twice.")
    await effects.signed(work, contract)
    later = contract.starts_at + 9 * DAY

    if change == "end":
        await contract_changes.change_end(work, contract.id, ends_at=later)
        await contract_changes.change_end(work, contract.id, ends_at=later)
    else:
        await contract_changes.describe_pick_up(work, contract.id, "Ring once.")
        await contract_changes.describe_pick_up(work, contract.id, "Ring once.")

    assert (contract.status, contract.revision) == (WAITING, 2)


async def test_the_end_of_a_contract_by_staff_can_be_moved_while_its_key_is_out(
    work: Work,
) -> None:
    desk = await make_desk(work)
    key = await make_key(work, desk=desk)
    contract = await unsigned(work, key)
    await effects.signed(work, contract)
    await hand_over(work, [name(key)])

    later = contract.starts_at + 9 * DAY
    await contract_changes.change_end(work, contract.id, ends_at=later)
    await contract_changes.change_end(work, contract.id, ends_at=later)

    assert (contract.status, contract.revision, contract.signed_revision) == (Status.ACTIVE, 2, 1)
    assert len(await notices_of(work, contract)) == 1
    await take_back(work, name(key), manual_storage_id=desk.id)


async def test_a_stay_that_was_given_up_and_is_pushed_again_has_to_be_signed_anew(
    work: Work,
) -> None:
    stay, contract, _ = await synced_stay(work)
    await reservations.cancel(work, id=stay.id)

    await push_again(work, stay)

    assert (contract.status, contract.revision, contract.signed_revision) == (WAITING, 2, 1)
    assert (await locker_contract(work, stay)).state is State.PLANNED


async def test_a_stay_that_has_ended_and_is_moved_has_to_be_signed_anew(work: Work) -> None:
    stay, contract, _ = await synced_stay(work)
    assert stay.ends_at is not None
    then = await look_after(work, contract, at=stay.ends_at)
    assert contract.status is Status.ENDED

    await push_again(then, stay, ends_at=then.now + 3 * DAY)

    assert contract.status is WAITING


async def test_a_call_for_a_key_that_is_out_withdraws_what_was_offered(work: Work) -> None:
    stay, contract, _ = await synced_stay(work)
    out = await fetch(work, await locker_contract(work, stay), at=stay.starts_at)
    process = await make_process(out, contract)

    await reservations.cancel(at(work, out.now + HOUR), id=stay.id, force=True)

    assert process.state is SigningState.WITHDRAWN
    assert contract.status in {Status.ACTIVE, Status.OVERDUE}


async def test_whoever_took_another_key_than_was_noted_need_not_sign_anew(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    for tag in ("e200a1", "e200a2"):
        kind = KeyKind.ELECTROMECHANICAL
        await make_key(work, home, automat=automat, kind=kind, rfid_tag=tag)
    stay, contract = await signed_stay(work, entity=home)
    noted = (await allocation(work, stay)).key_id
    (tag,) = {"e200a1", "e200a2"} - {(await keys_of(work, stay))[0].rfid_tag}

    out = await fetch(work, await locker_contract(work, stay), at=stay.starts_at, rfid_tag=tag)

    assert (await allocation(out, stay)).key_id != noted
    assert (contract.status, contract.revision, contract.signed_revision) == (Status.ACTIVE, 2, 1)
    (notice,) = await notices_of(out, contract)
    assert "was changed, and that is not signed." in notice


@pytest.mark.parametrize("is_signed", [True, False])
async def test_whoever_gets_another_key_as_theirs_is_missing_need_not_sign_anew(
    work: Work, *, is_signed: bool
) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    await make_key(work, home, automat=automat)
    await take_from_locker(work, automat.id)
    make = signed_stay if is_signed else unsigned_stay
    stay, contract = await make(work, entity=home, starts_at=work.now + 2 * DAY)
    spare = await make_key(work, home, automat=automat)

    then = await look_after(work, contract, at=stay.starts_at - 2 * HOUR)

    assert [one.id for one in await keys_of(then, stay)] == [spare.id]
    assert contract.status is (Status.UPCOMING if is_signed else WAITING)
    assert (contract.revision, covers_content(contract)) == (2, False)
    assert len(await notices_of(then, contract)) == is_signed
    held = await locker_contract(then, stay)
    assert held.state is (State.SYNCING if is_signed else State.PLANNED)


async def test_a_signed_return_is_a_record_and_nothing_else(work: Work) -> None:
    stay, contract, _ = await synced_stay(work)
    held = await locker_contract(work, stay)
    out = await fetch(work, held, at=stay.starts_at)

    await make_signature(out, contract, SigningPurpose.RETURN)

    assert (await trail(out, contract))[-1] is EventKind.KEY_CONTRACT_UPDATED
    assert (contract.status, held.state) == (Status.ACTIVE, State.SYNCING)
    assert (await key_contract(out, stay)).signed_revision == 1


async def test_a_contract_that_waits_and_lies_ahead_says_how_its_desk_keys_are_got(
    work: Work,
) -> None:
    contract = await unsigned(work, await make_key(work), pick_up_information="Ring twice.")

    refusal = await undone(work, contract_changes.describe_pick_up(work, contract.id, ""))

    assert (type(refusal), refusal.path) == (InvalidInput, ("pick_up_information",))
    assert contract.revision == 1
