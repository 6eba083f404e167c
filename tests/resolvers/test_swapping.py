"""Electromechanical keys: guests may take another one than was noted for them (R69d)."""

from uuid import UUID

from factories import AINO, DAY, make_automat, make_entity, make_key, push
from lives import at, look_after, notices_of, trail
from outcomes import locker_contracts

from models.contracts import KeyAllocation, KeyContract, LockerContract, LockerContractState
from models.entities import ReservableEntity
from models.events import EventKind
from models.keys import Key, KeyKind, KeyStatus
from models.reservations import Reservation, ReservationStatus
from models.times import Window
from resolvers import contracts
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.work import Work

ELECTRIC = KeyKind.ELECTROMECHANICAL


async def noted(work: Work, stay: Reservation | KeyContract) -> list[UUID]:
    """List the keys that are noted for a stay."""
    row = KeyAllocation
    same = KeyContract.reservation_id == stay.id
    if isinstance(stay, KeyContract):
        same = KeyContract.id == stay.id
    of_stay = work.own(row).join(KeyContract, KeyContract.id == row.key_contract_id).where(same)
    return [one.key_id for one in await work.all(of_stay.where(row.live))]


async def tagged_keys(work: Work) -> tuple[ReservableEntity, list[Key], Reservation]:
    """Put two keys of an apartment into an automat, and let somebody stay there for long."""
    apartment = await make_entity(work)
    automat = await make_automat(work)
    made = [
        await make_key(work, apartment, automat=automat, kind=ELECTRIC, rfid_tag=tag)
        for tag in ("e1e1", "e2e2")
    ]
    stay, _ = await push(work, apartment, days=60)
    return apartment, made, stay


async def take(work: Work, key: Key, stay: Reservation) -> Work:
    """Take a key from the locker that a stay opens, whichever is noted for it."""
    fetches, _ = sorted(await locker_contracts(work, stay), key=lambda one: one.starts_at)
    then = at(work, stay.starts_at)
    await key_fetched(
        then,
        automat_id=fetches.automat_id,
        locker_index=0,
        at=then.now,
        rfid_tag=key.rfid_tag,
    )
    return then


async def test_whoever_takes_another_key_has_that_one_also_to_return(work: Work) -> None:
    _, (first, second), stay = await tagged_keys(work)
    assert await noted(work, stay) == [first.id]

    await take(work, second, stay)

    assert await noted(work, stay) == [second.id]
    (back,) = await locker_contracts(work, stay)
    assert back.key_id == second.id
    assert second.status is KeyStatus.OUT


async def test_whoever_was_to_have_it_gets_the_one_that_is_left(work: Work) -> None:
    apartment, (first, second), stay = await tagged_keys(work)
    other, _ = await push(work, apartment, days=60)
    assert await noted(work, other) == [second.id]

    await take(work, second, stay)

    assert await noted(work, stay) == [second.id]
    assert await noted(work, other) == [first.id]
    (_, back) = sorted(await locker_contracts(work, other), key=lambda one: one.starts_at)
    assert back.key_id == first.id


async def test_a_key_is_still_somebody_elses_later(work: Work) -> None:
    _, (first, second), stay = await tagged_keys(work)
    assert stay.ends_at is not None
    later = await contracts.create(
        work,
        key_ids=[second.id],
        contacts=[AINO],
        window=Window(stay.ends_at, stay.ends_at + DAY),
    )

    await take(work, second, stay)

    assert await noted(work, later) == [second.id]
    assert first.id not in await noted(work, stay)


async def test_whoever_loses_the_key_and_cannot_have_the_other_waits_for_one(work: Work) -> None:
    apartment, (first, second), stay = await tagged_keys(work)
    assert stay.ends_at is not None
    loser, _ = await push(work, apartment, starts_at=stay.starts_at + DAY, days=80)
    assert await noted(work, loser) == [second.id]
    await contracts.create(
        work,
        key_ids=[first.id],
        contacts=[AINO],
        window=Window(stay.ends_at, stay.ends_at + 40 * DAY),
    )

    await take(work, second, stay)

    assert await noted(work, stay) == [second.id]
    assert loser.status is ReservationStatus.UNFULFILLED
    assert await noted(work, loser) == []


async def test_people_are_told_of_their_contract_that_has_lost_its_key(work: Work) -> None:
    _, (first, second), stay = await tagged_keys(work)
    assert stay.ends_at is not None
    loser = await contracts.create(
        work,
        key_ids=[second.id],
        contacts=[AINO],
        window=Window(stay.starts_at + DAY, stay.ends_at + DAY),
    )
    await contracts.create(
        work,
        key_ids=[first.id],
        contacts=[AINO],
        window=Window(stay.ends_at, stay.ends_at + 40 * DAY),
    )

    await take(work, second, stay)

    assert EventKind.KEY_CONTRACT_UPDATED in await trail(work, loser)
    (notice,) = await notices_of(work, loser)
    assert loser.reference in notice
    assert second.code in notice


async def test_a_key_that_was_not_noted_comes_back_to_the_locker_that_is_held(work: Work) -> None:
    _, (_, second), stay = await tagged_keys(work)
    taken = await take(work, second, stay)
    (back,) = await locker_contracts(taken, stay)
    assert stay.ends_at is not None
    then = await look_after(taken, stay, at=stay.ends_at - DAY)

    heard = await key_returned(
        then, automat_id=back.automat_id, locker_index=0, at=then.now, rfid_tag=second.rfid_tag
    )

    assert (heard.key, heard.contradiction) == (second, None)
    row = LockerContract
    states = [one.state for one in await work.all(work.own(row).where(row.id == back.id))]
    assert states == [LockerContractState.COMPLETED]
