"""A reservation is given up, or changed, at the moment at which its key is fetched."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from factories import DAY, HOUR, NOON, make_automat, make_entity, make_key, push
from lives import fetch, lockers_of, look_after
from outcomes import key_contract, locker_contracts
from racing import at_once, by_itself

from models.accounts import Actor
from models.automats import Locker
from models.contracts import KeyAllocation, KeyContractStatus, LockerContractKind
from models.custody import CustodyEntry, CustodyKind
from models.database import Database
from models.entities import ReservableEntity
from models.errors import KeyOut, LivionKeyError
from models.keys import Key, KeyStatus
from models.reservations import Reservation, ReservationStatus
from resolvers import organizations, reservations
from resolvers.handover.lockers import Heard, key_fetched
from resolvers.work import Work

ROUNDS, MOST_ROUNDS = 20, 200
LONGER = 0.004
"""Seconds: in each round there is more time in which both come, until each has been first."""
AT = NOON + HOUR


@pytest.fixture
async def owner(database: Database) -> Actor:
    """Found an organization that stays."""
    owner = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, owner, NOON), name="Kotikatu")
    return owner


@dataclass(frozen=True)
class Stay:
    """A stay that has begun, with its key in a locker; and what may happen to it."""

    id: UUID
    number: str
    home: ReservableEntity
    key_id: UUID
    automat_id: UUID
    locker: int

    async def cancel(self, work: Work) -> Reservation:
        """Give it up."""
        return await reservations.cancel(work, id=self.id)

    async def force(self, work: Work) -> Reservation:
        """Give it up, whoever has the key."""
        return await reservations.cancel(work, id=self.id, force=True)

    async def fetch(self, work: Work) -> Heard:
        """Take the key out of its locker."""
        index = self.locker
        return await key_fetched(work, automat_id=self.automat_id, locker_index=index, at=work.now)

    async def shorten(self, work: Work) -> Any:
        """Move its end to half an hour from now."""
        end = work.now + HOUR / 2
        return await push(work, self.home, external_id=self.number, starts_at=NOON, ends_at=end)


async def a_stay(database: Database, owner: Actor, *, days: int = 2) -> Stay:
    """Push a stay that begins now."""

    async def make(work: Work) -> Stay:
        home = await make_entity(work)
        automat = await make_automat(work)
        key = await make_key(work, home, automat=automat)
        made, _ = await push(work, home, starts_at=NOON, days=days)
        index = (await work.get(Locker, key.locker_id)).index
        return Stay(made.id, made.external_id, home, key.id, automat.id, index)

    made: Stay = await by_itself(database, owner, make)
    return made


@dataclass(frozen=True)
class After:
    """What came of it, read anew."""

    reservation: Reservation
    status: KeyContractStatus
    key: Key
    fetched: CustodyEntry
    allocations: list[KeyAllocation]
    returns: int


async def after(database: Database, owner: Actor, stay: Stay) -> After:
    """Look at what came of it; the fetch is written down once, whatever else happened."""

    async def look(work: Work) -> After:
        reservation = await work.get(Reservation, stay.id)
        key = await work.get(Key, stay.key_id)
        entries = work.own(CustodyEntry).where(
            CustodyEntry.key_id == key.id, CustodyEntry.kind == CustodyKind.FETCHED
        )
        (entry,) = await work.all(entries)
        contract = await key_contract(work, reservation)
        held = work.own(KeyAllocation).where(KeyAllocation.key_contract_id == contract.id)
        lockers = await locker_contracts(work, reservation)
        back = [one for one in lockers if one.kind is not LockerContractKind.FETCH]
        allocations = list(await work.all(held.where(KeyAllocation.live)))
        return After(reservation, contract.status, key, entry, allocations, len(back))

    found: After = await by_itself(database, owner, look, at=AT)
    return found


def check_cancelled_first(found: After) -> None:
    """The reservation is given up, and the fetch is believed and flagged."""
    assert found.reservation.status is ReservationStatus.CANCELLED
    assert found.status is KeyContractStatus.CANCELLED
    assert (found.allocations, found.returns) == ([], 0)
    assert found.fetched.contradiction == "Nobody had a contract for it."
    assert found.fetched.key_contract_id is None
    assert found.key.status is KeyStatus.OUT


def check_fetched_first(found: After) -> None:
    """The key is out under its contract, and has a place to return to."""
    (allocation,) = found.allocations
    assert allocation.fetched_at == AT
    assert found.fetched.contradiction is None
    assert found.fetched.key_contract_id == allocation.key_contract_id
    assert found.returns == 1
    assert found.key.status in {KeyStatus.OUT, KeyStatus.OVERDUE}


@pytest.mark.parametrize("days", [2, 60])
async def test_a_fetch_after_a_cancel_is_believed_and_flagged(
    database: Database, owner: Actor, days: int
) -> None:
    stay = await a_stay(database, owner, days=days)

    await by_itself(database, owner, stay.cancel, at=AT)
    await by_itself(database, owner, stay.fetch, at=AT)

    check_cancelled_first(await after(database, owner, stay))


@pytest.mark.parametrize("days", [2, 60])
async def test_a_cancel_after_a_fetch_is_refused(
    database: Database, owner: Actor, days: int
) -> None:
    stay = await a_stay(database, owner, days=days)

    await by_itself(database, owner, stay.fetch, at=AT)
    refusal = await by_itself(database, owner, stay.cancel, at=AT)

    found = await after(database, owner, stay)
    assert isinstance(refusal, KeyOut)
    assert found.reservation.status is ReservationStatus.ACTIVE
    check_fetched_first(found)


@pytest.mark.parametrize("days", [2, 60])
async def test_of_a_cancel_and_a_fetch_at_once_one_is_first(
    database: Database, owner: Actor, days: int
) -> None:
    first = set()
    for number in range(MOST_ROUNDS):
        stay = await a_stay(database, owner, days=days)

        acts, within = (stay.cancel, stay.fetch), LONGER * number
        cancelled, fetched = await at_once(database, owner, *acts, at=AT, within=within)

        assert isinstance(fetched, Heard)
        found = await after(database, owner, stay)
        if isinstance(cancelled, LivionKeyError):
            assert isinstance(cancelled, KeyOut)
            assert found.reservation.status is ReservationStatus.ACTIVE
            check_fetched_first(found)
            first.add("fetch")
        else:
            check_cancelled_first(found)
            first.add("cancel")
        if number >= ROUNDS and len(first) > 1:
            break
    assert first == {"cancel", "fetch"}


@pytest.mark.parametrize("days", [2, 60])
async def test_a_forced_cancel_and_a_fetch_at_once_are_both_done(
    database: Database, owner: Actor, days: int
) -> None:
    for _ in range(ROUNDS // 2):
        stay = await a_stay(database, owner, days=days)

        cancelled, fetched = await at_once(database, owner, stay.force, stay.fetch, at=AT)

        assert isinstance(fetched, Heard)
        assert isinstance(cancelled, Reservation)
        found = await after(database, owner, stay)
        if found.status is KeyContractStatus.CANCELLED:
            check_cancelled_first(found)
        else:
            assert found.reservation.status is ReservationStatus.CANCELLED
            assert found.status is KeyContractStatus.OVERDUE
            check_fetched_first(found)


@pytest.mark.parametrize("days", [2, 60])
async def test_an_end_that_is_moved_while_the_key_is_fetched_holds(
    database: Database, owner: Actor, days: int
) -> None:
    for _ in range(ROUNDS // 2):
        stay = await a_stay(database, owner, days=days)

        moved, fetched = await at_once(database, owner, stay.shorten, stay.fetch, at=AT)

        assert isinstance(fetched, Heard)
        assert not isinstance(moved, LivionKeyError)
        found = await after(database, owner, stay)
        assert found.reservation.ends_at == AT + HOUR / 2
        assert found.status is KeyContractStatus.ACTIVE
        check_fetched_first(found)


async def test_an_end_that_was_moved_before_the_fetch_counts(work: Work) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, external_id="stay", days=60)
    begin = stay.starts_at
    pin = (await lockers_of(work, stay))[0].pin

    await push(work, home, external_id="stay", starts_at=begin, days=1)

    (held,) = await locker_contracts(work, stay)
    assert (held.kind, held.pin) == (LockerContractKind.DEFAULT, pin)
    out = await fetch(work, held, at=begin + HOUR)
    await look_after(out, stay, at=begin + DAY)
    assert key.status is KeyStatus.OVERDUE
    assert (await key_contract(out, stay)).status is KeyContractStatus.OVERDUE
    assert (held.return_only, held.ends_at) == (True, begin + 2 * DAY)


@pytest.mark.parametrize("timers_came", [True, False])
async def test_a_key_that_is_fetched_after_its_end_was_moved_before_is_believed(
    work: Work, *, timers_came: bool
) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, external_id="stay", days=3)
    begin = stay.starts_at
    (held,) = await locker_contracts(work, stay)
    then = await look_after(work, stay, at=begin + DAY)
    await push(then, home, external_id="stay", starts_at=begin, ends_at=then.now - HOUR)
    if timers_came:
        await look_after(then, stay, at=then.now)

    out = await fetch(then, held, at=then.now + HOUR)

    (entry,) = [
        one for one in await out.all(out.own(CustodyEntry)) if one.kind is CustodyKind.FETCHED
    ]
    assert (entry.contradiction is not None) == timers_came
    assert key.status is KeyStatus.OUT
    late = await look_after(out, stay, at=out.now)
    contract = await key_contract(late, stay)
    assert contract.status is (
        KeyContractStatus.ENDED if timers_came else KeyContractStatus.OVERDUE
    )
    assert len(await locker_contracts(late, stay)) == (0 if timers_came else 1)
