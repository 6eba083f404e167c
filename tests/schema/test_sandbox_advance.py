"""Moving a sandbox's clock: a whole stay in order, while other organizations' clocks stand."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from effects import at_work
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from sandboxing import (
    ADVANCE,
    LOOK,
    advance,
    become_sandbox,
    begin,
    look,
    refused,
    stands,
    the_worker_of,
    time_of,
)
from sqlalchemy import select
from talking import Client, new_client

from models.accounts import Role
from models.automats import Automat
from models.database import Database
from models.entities import ReservableEntity
from models.jobs import Job
from schema.context import clock
from schema.scalars import to_id

SECONDS = timedelta(seconds=5)
"""Of a busy machine, between what is due and the clock that is seen then."""
EVENTS = "{ events(first: 100) { edges { node { kind at } } } }"
REPORT = """
mutation ($input: LockerReportInput!) {
    lockerReport(input: $input) { userErrors { code message } }
}"""


@pytest.fixture
async def sandbox(own_database: Database) -> AsyncIterator[Client]:
    """Give a sandbox on a database of this file."""
    async with new_client(own_database) as client:
        await become_sandbox(client)
        yield client


@pytest.fixture
async def neighbour(own_database: Database) -> AsyncIterator[Client]:
    """Give an organization beside it whose clock is ours."""
    async with new_client(own_database) as client:
        yield client


async def a_stay(client: Client, *, starts_at: datetime) -> Automat:
    """Make an automat with a key in it, and a stay of two days."""
    async with client.working() as work:
        apartment = await make_entity(work)
        automat = await make_automat(work)
        await make_key(work, apartment, automat=automat)
        await push(work, apartment, starts_at=starts_at)
    return automat


async def fetched(client: Client, automat: Automat) -> None:
    told = {"automatId": to_id(Automat, automat.id), "lockerIndex": 0, "fact": "KEY_FETCHED"}
    answer = await client.ask(REPORT, input=told)
    assert answer["lockerReport"]["userErrors"] == []


async def events(client: Client) -> list[tuple[str, datetime]]:
    found = (await client.ask(EVENTS))["events"]["edges"]
    return [(one["node"]["kind"], datetime.fromisoformat(one["node"]["at"])) for one in found]


async def jobs_of(client: Client) -> dict[Any, datetime]:
    async with client.database.reading() as connection:
        mine = select(Job).where(Job.organization_id == client.organization_id)
        return {row.id: row.due_at for row in await connection.execute(mine)}


UPSERT = """
mutation ($input: ReservationUpsertInput!) {
    reservationUpsert(input: $input) { outcome userErrors { code message } }
}"""


async def push_over_http(client: Client, begins: datetime) -> None:
    """Make a stay by a request, whose now is the clock of the sandbox."""
    async with client.working() as work:
        apartment = await make_entity(work)
        await make_key(work, apartment, automat=await make_automat(work))
    stay = {
        "externalId": "later",
        "entityId": to_id(ReservableEntity, apartment.id),
        "contacts": [{"name": "Aino"}],
        "startsAt": begins.isoformat(),
        "endsAt": (begins + DAY).isoformat(),
    }
    answer = (await client.ask(UPSERT, input=stay))["reservationUpsert"]
    assert (answer["outcome"], answer["userErrors"]) == ("CREATED", [])


async def refused_for(client: Client, role: Role) -> str:
    answer = await client.ask(ADVANCE, role, input={"seconds": 60})
    code: str = answer["sandboxAdvance"]["userErrors"][0]["code"]
    return code


async def test_a_whole_stay_happens_in_the_order_of_its_time(
    sandbox: Client, neighbour: Client
) -> None:
    begins = clock() + 20 * DAY
    automat = await a_stay(sandbox, starts_at=begins)
    await a_stay(neighbour, starts_at=begins)
    planned, told = await jobs_of(neighbour), await events(neighbour)

    async with at_work(the_worker_of(sandbox)):
        await advance(sandbox, to=(begins + HOUR).isoformat())
        await fetched(sandbox, automat)
        seen = await advance(sandbox, seconds=3 * 86_400)

    happened = dict(await events(sandbox))
    expected = {
        "LOCKER_CONTRACT_SYNCING": begins - DAY,
        "START_REMINDER": begins - DAY,
        "LOCKER_CONTRACT_OPENED": begins,
        "KEY_FETCHED": begins + HOUR,
        "KEY_CONTRACT_OVERDUE": begins + 2 * DAY,
        "SANDBOX_ADVANCED": begins + 3 * DAY + HOUR,
    }
    late = {kind: happened[kind] - at for kind, at in expected.items()}
    assert all(timedelta() <= one < SECONDS for one in late.values()), late
    assert happened["KEY_CONTRACT_OVERDUE"] < happened["SANDBOX_ADVANCED"]
    assert datetime.fromisoformat(seen["now"]) >= begins + 3 * DAY + HOUR

    assert (await jobs_of(neighbour), await events(neighbour)) == (planned, told)
    assert (await neighbour.ask(LOOK))["sandbox"] is None


async def test_what_is_planned_later_on_goes_by_the_same_clock(sandbox: Client) -> None:
    async with at_work(the_worker_of(sandbox)):
        await advance(sandbox, seconds=100 * 86_400)
        begins = await time_of(sandbox) + 3 * DAY
        await push_over_http(sandbox, begins)

        await advance(sandbox, to=(begins + HOUR).isoformat())

    happened = dict(await events(sandbox))
    assert timedelta() <= happened["LOCKER_CONTRACT_SYNCING"] - (begins - DAY) < SECONDS
    assert timedelta() <= happened["LOCKER_CONTRACT_OPENED"] - begins < SECONDS


async def test_an_advance_goes_on_when_a_worker_is_there_again(sandbox: Client) -> None:
    await a_stay(sandbox, starts_at=clock() + 2 * DAY)
    before = await look(sandbox)
    assert before["advance"] is None

    answer = await begin(sandbox, seconds=3 * 86_400)

    assert answer["advance"]["endedAt"] is None
    assert (await look(sandbox))["aheadSeconds"] == 0
    assert await refused(sandbox, seconds=60) == "INVALID_INPUT"
    async with at_work(the_worker_of(sandbox), the_worker_of(sandbox)):
        seen = await stands(sandbox)
    assert seen["aheadSeconds"] in range(3 * 86_400 - 60, 3 * 86_400 + 2)
    kinds = [kind for kind, _ in await events(sandbox)]
    in_order = ["LOCKER_CONTRACT_SYNCING", "LOCKER_CONTRACT_OPENED", "SANDBOX_ADVANCED"]
    assert [kind for kind in kinds if kind in in_order] == in_order


async def test_an_advance_of_many_days_that_is_sent_again_is_begun_once(sandbox: Client) -> None:
    call = {"seconds": 10 * 86_400, "idempotencyKey": "k"}

    first = await begin(sandbox, **call)
    async with at_work(the_worker_of(sandbox)):
        seen = await stands(sandbox)

    assert await begin(sandbox, **call) == first
    assert (await look(sandbox))["advance"] == seen["advance"]


async def test_a_clock_goes_forward_alone_and_not_too_far(sandbox: Client) -> None:
    yesterday, in_two_years = (clock() - DAY).isoformat(), (clock() + 730 * DAY).isoformat()

    assert await refused(sandbox, seconds=0) == "INVALID_INPUT"
    assert await refused(sandbox, seconds=-3_600) == "INVALID_INPUT"
    assert await refused(sandbox, to=yesterday) == "INVALID_INPUT"
    assert await refused(sandbox, to=in_two_years) == "INVALID_INPUT"
    assert await refused(sandbox, seconds=401 * 86_400) == "INVALID_INPUT"
    assert await refused(sandbox) == "INVALID_INPUT"
    assert await refused(sandbox, seconds=60, to=in_two_years) == "INVALID_INPUT"
    assert await sandbox.error_code("{ sandbox(waitSeconds: 21) { now } }") == "INVALID_INPUT"
    assert (await look(sandbox))["advance"] is None


async def test_only_a_sandbox_has_a_clock_to_move(neighbour: Client) -> None:
    assert await refused(neighbour, seconds=60) == "NOT_A_SANDBOX"
    assert await refused_for(neighbour, Role.ADVANCED_USER) == "NOT_ALLOWED"


async def test_an_answer_waits_for_an_advance_to_end(sandbox: Client) -> None:
    await begin(sandbox, seconds=3_600)

    waiting = await sandbox.ask(LOOK, wait=1)

    assert waiting["sandbox"]["advance"]["endedAt"] is None
    async with at_work(the_worker_of(sandbox)):
        ended = await sandbox.ask(LOOK, wait=20)
    assert ended["sandbox"]["advance"]["endedAt"] is not None
