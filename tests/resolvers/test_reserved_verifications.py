"""A reservation that is there already can be made to need a signature; the rest of it is pushed."""

import pytest
from factories import DAY, HOUR, make_automat, make_entity, make_key, make_unit, push
from lives import fetch
from outcomes import key_contract, locker_contract, undone
from templating import Value, template

from models.contracts import KeyContract, KeyContractStatus, Verification
from models.entities import ReservableEntity
from models.errors import AlreadySigned, Enforced, InvalidInput, KeyOut
from models.reservations import Reservation, UpsertOutcome
from resolvers.signed import effects
from resolvers.staff_contracts.changing import change
from resolvers.work import Work

Status = KeyContractStatus
SIGNED = {"verification": Verification.SIGNATURE}
PLAIN = {"verification": Verification.NONE}


async def make_stay(work: Work) -> tuple[ReservableEntity, Reservation, KeyContract]:
    home = await make_entity(work, unit_id=(await make_unit(work)).id)
    await make_key(work, home, automat=await make_automat(work))
    stay, _ = await push(work, home, external_id="stay-1", starts_at=work.now + HOUR)
    return home, stay, await key_contract(work, stay)


async def test_the_contract_of_a_reservation_waits_for_a_signature_from_now_on(work: Work) -> None:
    _, _, contract = await make_stay(work)

    await change(work, contract.id, SIGNED)

    assert (contract.verification, contract.status) == (
        Verification.SIGNATURE,
        Status.WAITING_FOR_SIGNATURE,
    )
    await change(work, contract.id, PLAIN)
    assert (contract.verification, contract.status) == (Verification.NONE, Status.UPCOMING)


@pytest.mark.parametrize("later", [0, 1])
async def test_a_later_push_keeps_how_a_reservation_is_confirmed(work: Work, later: int) -> None:
    home, stay, contract = await make_stay(work)
    await change(work, contract.id, SIGNED)
    assert stay.ends_at is not None

    starts_at, ends_at = stay.starts_at, stay.ends_at + later * DAY
    _, outcome = await push(work, home, external_id="stay-1", starts_at=starts_at, ends_at=ends_at)

    assert outcome is (UpsertOutcome.UPDATED if later else UpsertOutcome.UNCHANGED)
    assert contract.verification is Verification.SIGNATURE
    assert contract.status is Status.WAITING_FOR_SIGNATURE


async def test_it_stays_once_a_key_was_fetched(work: Work) -> None:
    _, stay, contract = await make_stay(work)
    held = await locker_contract(work, stay)
    out = await fetch(work, held, at=stay.starts_at)

    fetched = await undone(out, change(out, contract.id, SIGNED))

    assert isinstance(fetched, KeyOut)


async def test_it_stays_once_it_was_signed(work: Work) -> None:
    _, _, contract = await make_stay(work)
    await change(work, contract.id, SIGNED)
    await effects.signed(work, contract)

    assert isinstance(await undone(work, change(work, contract.id, PLAIN)), AlreadySigned)


async def test_nothing_else_of_a_reservation_is_changed_like_that(work: Work) -> None:
    _, _, contract = await make_stay(work)

    refusal = await undone(work, change(work, contract.id, SIGNED | {"language": "fi"}))

    assert isinstance(refusal, InvalidInput)
    assert "belongs to a reservation" in refusal.message


async def test_what_the_unit_of_the_entity_lets_and_insists_on_counts(work: Work) -> None:
    _, _, contract = await make_stay(work)
    id = contract.id
    strong = await undone(work, change(work, id, {"verification": Verification.STRONG}))
    await template(work, None, Value.VERIFICATION, verification="none")

    refusal = await undone(work, change(work, id, SIGNED))

    assert (type(strong), strong.path) == (InvalidInput, ("verification",))
    assert isinstance(refusal, Enforced)
