"""What the database itself refuses, whoever writes: two who hold one thing at one moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from factories import HOUR, make_automat, make_entity, make_key
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from models.automats import Automat, Locker
from models.base import new_id
from models.contracts import (
    OVERLAPS,
    KeyAllocation,
    KeyContract,
    LockerContract,
    LockerContractState,
)
from models.dialects.overlaps import broken_constraint
from models.keys import Key
from models.marks import Marked
from resolvers.work import Work

LOCKER = "one_contract_per_locker_at_a_time"
PIN = "one_contract_per_pin_at_a_time"
KEY = "one_holder_per_key_at_a_time"

# Hours from noon; the first promise is always from 10 to 20.
TOUCHING = [(0, 10), (20, 30), (20, None)]
OVERLAPPING = [(10, 20), (0, 11), (19, 30), (12, 13), (0, 30), (19, None), (0, None)]


@dataclass
class Shelf:
    """An automat, a key, and a contract to write promises for, past every use case."""

    work: Work
    automat: Automat
    lockers: list[Any]
    key: Key
    contract: KeyContract

    def moment(self, hours: float | None) -> datetime | None:
        return None if hours is None else self.work.now + hours * HOUR

    async def hold(self, first: float, last: float | None, locker: int = 0, **given: Any) -> Any:
        """Insert a locker contract, as nobody else would."""
        values = {
            "id": new_id(),
            "organization_id": self.contract.organization_id,
            "kind": "default",
            "key_contract_id": self.contract.id,
            "automat_id": self.automat.id,
            "locker_id": self.lockers[locker],
            "starts_at": self.moment(first),
            "ends_at": self.moment(last),
            "sync_at": self.moment(first),
            "state": LockerContractState.PLANNED,
            **given,
        }
        if "pin_mark" in given:
            values["pin_mark"] = Marked(given["pin_mark"], of=values["automat_id"])
        await self._run(insert(LockerContract).values(values))
        return values["id"]

    async def promise(self, first: float, last: float | None, **given: Any) -> Any:
        """Insert a key allocation, as nobody else would."""
        values = {
            "id": new_id(),
            "organization_id": self.contract.organization_id,
            "key_contract_id": self.contract.id,
            "key_id": self.key.id,
            "starts_at": self.moment(first),
            "ends_at": self.moment(last),
            "exclusive": True,
            "live": True,
            **given,
        }
        await self._run(insert(KeyAllocation).values(values))
        return values["id"]

    async def change(self, model: Any, id: Any, **given: Any) -> None:
        await self._run(update(model).where(model.id == id).values(given))

    async def _run(self, statement: Any) -> None:
        async with self.work.session.begin_nested():
            await self.work.session.execute(statement)


@pytest.fixture
async def shelf(work: Work) -> Shelf:
    automat = await make_automat(work)
    key = await make_key(work, await make_entity(work))
    contract = KeyContract(
        organization_id=work.actor.organization_id, reference="KC-1", starts_at=work.now
    )
    await work.add(contract)
    lockers = await work.scalars(
        select(Locker.id).where(Locker.automat_id == automat.id).order_by(Locker.index)
    )
    return Shelf(work, automat, list(lockers), key, contract)


class Refused:
    """Expects that the database refuses, and by which rule."""

    def __init__(self, rule: str) -> None:
        self.rule = rule

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        assert isinstance(error, DBAPIError), "the database let it pass"
        assert broken_constraint(error) == self.rule
        return True


@pytest.mark.parametrize("hours", OVERLAPPING)
async def test_a_locker_is_not_held_twice_at_once(shelf: Shelf, hours: Any) -> None:
    await shelf.hold(10, 20)

    with Refused(LOCKER):
        await shelf.hold(*hours)


@pytest.mark.parametrize("hours", TOUCHING)
async def test_touching_contracts_share_a_locker(shelf: Shelf, hours: Any) -> None:
    await shelf.hold(10, 20)

    await shelf.hold(*hours)


async def test_a_permanent_contract_holds_a_locker_for_ever(shelf: Shelf) -> None:
    await shelf.hold(10, None)

    await shelf.hold(0, 10)
    with Refused(LOCKER):
        await shelf.hold(99_999, 100_000)


async def test_other_lockers_are_free(shelf: Shelf) -> None:
    await shelf.hold(10, 20)

    await shelf.hold(10, 20, locker=1)
    await shelf.hold(10, 20, locker_id=None, state=LockerContractState.PLANNED)
    await shelf.hold(10, 20, locker_id=None, state=LockerContractState.PLANNED)


@pytest.mark.parametrize("state", LockerContractState)
async def test_only_live_contracts_hold_a_locker(shelf: Shelf, state: LockerContractState) -> None:
    await shelf.hold(10, 20, state=state)

    if not state.is_live:
        await shelf.hold(10, 20)
        return
    with Refused(LOCKER):
        await shelf.hold(10, 20)


async def test_a_contract_cannot_be_moved_onto_another(shelf: Shelf) -> None:
    await shelf.hold(10, 20)
    later = await shelf.hold(20, 30)
    beside = await shelf.hold(10, 20, locker=1)
    over = await shelf.hold(10, 20, state=LockerContractState.CANCELLED)

    with Refused(LOCKER):
        await shelf.change(LockerContract, later, starts_at=shelf.moment(19))
    with Refused(LOCKER):
        await shelf.change(LockerContract, beside, locker_id=shelf.lockers[0])
    with Refused(LOCKER):
        await shelf.change(LockerContract, over, state=LockerContractState.READY)
    await shelf.change(LockerContract, later, ends_at=shelf.moment(99))
    await shelf.change(LockerContract, beside, state=LockerContractState.COMPLETED)


async def test_two_moves_in_one_statement_are_refused_too(shelf: Shelf) -> None:
    await shelf.hold(10, 20)
    await shelf.hold(20, 30)
    everything = LockerContract.key_contract_id == shelf.contract.id

    with Refused(LOCKER):
        async with shelf.work.session.begin_nested():
            await shelf.work.session.execute(
                update(LockerContract).where(everything).values(starts_at=shelf.moment(0))
            )


async def test_an_automat_does_not_know_a_pin_twice_at_once(shelf: Shelf) -> None:
    await shelf.hold(10, 20, pin_mark="830492")

    with Refused(PIN):
        await shelf.hold(12, 13, locker=1, pin_mark="830492")
    await shelf.hold(12, 13, locker=1, pin_mark="830493")
    await shelf.hold(20, 30, locker=2, pin_mark="830492")
    other = await make_automat(shelf.work)
    await shelf.hold(10, 20, locker_id=None, pin_mark="830492", automat_id=other.id)


async def test_a_pin_counts_from_when_the_automat_knows_it(shelf: Shelf) -> None:
    await shelf.hold(10, 20, pin_mark="830492", sync_at=shelf.moment(2))

    with Refused(PIN):
        await shelf.hold(0, 3, locker=1, pin_mark="830492")


async def test_a_pin_cannot_become_one_that_is_known(shelf: Shelf) -> None:
    await shelf.hold(10, 20, pin_mark="830492")
    other = await shelf.hold(10, 20, locker=1, pin_mark="830493")

    with Refused(PIN):
        same = Marked("830492", of=shelf.automat.id)
        await shelf.change(LockerContract, other, pin_mark=same)


@pytest.mark.parametrize("hours", OVERLAPPING)
async def test_a_key_is_not_promised_twice_at_once(shelf: Shelf, hours: Any) -> None:
    await shelf.promise(10, 20)

    with Refused(KEY):
        await shelf.promise(*hours)


@pytest.mark.parametrize("hours", TOUCHING)
async def test_touching_promises_share_a_key(shelf: Shelf, hours: Any) -> None:
    await shelf.promise(10, 20)

    await shelf.promise(*hours)


async def test_a_shared_key_and_one_let_go_may_be_promised_again(shelf: Shelf) -> None:
    await shelf.promise(10, 20, exclusive=False)
    await shelf.promise(10, 20, live=False)

    await shelf.promise(10, 20)
    await shelf.promise(10, 20, exclusive=False)


async def test_a_promise_cannot_be_moved_onto_another(shelf: Shelf) -> None:
    await shelf.promise(10, 20)
    later = await shelf.promise(20, None)
    gone = await shelf.promise(10, 20, live=False)

    with Refused(KEY):
        await shelf.change(KeyAllocation, later, starts_at=shelf.moment(19))
    with Refused(KEY):
        await shelf.change(KeyAllocation, gone, live=True)


async def test_promises_run_forwards(shelf: Shelf) -> None:
    with Refused("locker_contracts_forwards"):
        await shelf.hold(10, 10)
    with Refused("key_allocations_forwards"):
        await shelf.promise(10, 10)


async def test_the_migrated_rules_are_those_of_the_models(work: Work) -> None:
    connection = await work.connection()
    if connection.dialect.name == "postgresql":
        names = "select conname from pg_constraint where contype = 'x'"
    else:
        names = "select name from sqlite_master where type = 'trigger' and name like 'one_%'"
    found = {row[0] for row in await connection.exec_driver_sql(names)}

    assert all(any(name.startswith(rule.name) for name in found) for rule in OVERLAPS)
