"""Contracts by staff that are made, changed and made to hold at the same moment."""

import asyncio
from functools import partial
from typing import Any

import pytest
from factories import NOON, make_automat, make_desk, make_key
from promising import asked, made
from racing import at_once, by_itself

from models.accounts import Actor
from models.contracts import KeyAllocation, KeyContractStatus, LockerContract
from models.database import Database
from models.errors import ErrorCode, LivionKeyError
from resolvers import contracts, organizations
from resolvers.handover import desks
from resolvers.key_names import KeyName
from resolvers.staff_contracts import creating, drafts
from resolvers.staff_contracts.keys import Swap, change_keys
from resolvers.staff_contracts.pins import renew
from resolvers.work import Work

TIMES = range(4)


@pytest.fixture
async def founder(database: Database) -> Actor:
    """Found an organization that stays: what happens at once must be committed."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


def codes(answers: list[Any]) -> list[ErrorCode]:
    return [one.code for one in answers if isinstance(one, LivionKeyError)]


async def live_keys(work: Work, id: Any) -> list[Any]:
    row = KeyAllocation
    live = work.own(row).where(row.key_contract_id == id, row.live)
    return [one.key_id for one in await work.all(live)]


@pytest.mark.parametrize("_turn", TIMES)
async def test_a_pin_that_two_choose_at_once_is_one_ones(
    database: Database, founder: Actor, _turn: int
) -> None:
    async def two_keys(work: Work) -> list[Any]:
        automat = await make_automat(work)
        return [await make_key(work, automat=automat) for _ in range(2)]

    keys = await by_itself(database, founder, two_keys)

    async def choose(work: Work, key: Any) -> Any:
        return await made(work, key, pins={key.id: "194628"})

    answers = await at_once(database, founder, *(partial(choose, key=key) for key in keys))

    assert codes(answers) == [ErrorCode.PIN_IN_USE]


@pytest.mark.parametrize("_turn", TIMES)
async def test_a_draft_is_made_to_hold_once_however_many_do_it(
    database: Database, founder: Actor, _turn: int
) -> None:
    async def draft(work: Work) -> Any:
        key = await make_key(work, automat=await make_automat(work))
        return (await drafts.create(work, asked(work, key))).id

    id = await by_itself(database, founder, draft)
    activate = partial(drafts.activate, id=id, pins={})

    answers = await at_once(database, founder, activate, activate, activate)

    assert codes(answers) == [ErrorCode.INVALID_INPUT] * 2
    keys = await by_itself(database, founder, partial(live_keys, id=id))
    assert len(keys) == 1


@pytest.mark.parametrize("_turn", TIMES)
async def test_a_reference_that_two_give_at_once_is_one_ones(
    database: Database, founder: Actor, _turn: int
) -> None:
    async def two_keys(work: Work) -> list[Any]:
        return [await make_key(work) for _ in range(2)]

    keys = await by_itself(database, founder, two_keys)

    async def name(work: Work, key: Any) -> Any:
        return await creating.create(work, asked(work, key, reference=f"R{_turn}"))

    answers = await at_once(database, founder, *(partial(name, key=key) for key in keys))

    assert codes(answers) == [ErrorCode.EXTERNAL_ID_IN_USE]


@pytest.mark.parametrize("_turn", TIMES)
async def test_keys_that_change_at_once_are_each_in_one_contract(
    database: Database, founder: Actor, _turn: int
) -> None:
    async def stage(work: Work) -> list[Any]:
        automat = await make_automat(work)
        keys = [await make_key(work, automat=automat) for _ in range(4)]
        return [
            (await made(work, *keys[:2])).id,
            (await made(work, keys[2])).id,
            *(key.id for key in keys),
        ]

    first, second, a, b, c, free = await by_itself(database, founder, stage)

    answers = await at_once(
        database,
        founder,
        partial(change_keys, id=first, swaps=[Swap(free, a)]),
        partial(change_keys, id=second, add=[free]),
        partial(change_keys, id=first, remove_ids=[b]),
        partial(change_keys, id=second, add=[a]),
    )

    held = [await by_itself(database, founder, partial(live_keys, id=id)) for id in (first, second)]
    every = [key for keys in held for key in keys]
    assert len(every) == len(set(every))
    assert all(held)
    assert c in held[1]
    assert set(codes(answers)) <= {ErrorCode.KEY_TAKEN, ErrorCode.INVALID_INPUT}


@pytest.mark.parametrize("_turn", TIMES)
async def test_a_pin_is_renewed_while_the_contract_is_given_up(
    database: Database, founder: Actor, _turn: int
) -> None:
    async def stage(work: Work) -> Any:
        key = await make_key(work, automat=await make_automat(work))
        contract = await made(work, key, starts_at=work.now)
        (held,) = await work.all(
            work.own(LockerContract).where(LockerContract.key_contract_id == contract.id)
        )
        return contract.id, held.id

    id, locker_contract_id = await by_itself(database, founder, stage)

    answers = await at_once(
        database,
        founder,
        partial(renew, id=id, locker_contract_id=locker_contract_id),
        partial(renew, id=id, locker_contract_id=locker_contract_id),
        partial(contracts.cancel, id=id),
    )

    assert set(codes(answers)) <= {ErrorCode.INVALID_INPUT}
    assert answers[2].status is KeyContractStatus.CANCELLED


async def test_a_key_that_is_taken_back_while_it_is_handed_over_is_nobodys(
    database: Database, founder: Actor
) -> None:
    async def stage(work: Work) -> Any:
        key, other = await make_key(work, desk=await make_desk(work)), await make_desk(work)
        return key.id, other.id, (await made(work, key, starts_at=work.now)).id

    key_id, desk_id, id = await by_itself(database, founder, stage)
    handed_over = asyncio.Event()

    async def hand_over(work: Work) -> None:
        await desks.hand_over(work, [KeyName(id=key_id)])
        handed_over.set()
        await asyncio.sleep(0.3)  # meanwhile whoever takes it back waits for the key

    async def take_back(work: Work) -> Any:
        return await desks.take_back(work, KeyName(id=key_id), manual_storage_id=desk_id)

    first = asyncio.create_task(by_itself(database, founder, hand_over))
    await handed_over.wait()
    heard = await by_itself(database, founder, take_back)
    await first

    assert heard.key_contract_id == id
    assert await by_itself(database, founder, partial(live_keys, id=id)) == []
