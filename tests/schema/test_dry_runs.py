"""Trying many reservations in one call: what would be, and nothing done."""

import pytest
from documents import stay
from factories import make_entity
from many_rows import a_mixed_call, all_rows, make_homes, outcomes, pushed
from talking import Client

from models.entities import ReservableEntity
from schema.scalars import to_id


@pytest.mark.parametrize("policy", ["REJECT_ALL", "KEEP_GOOD"])
async def test_a_dry_run_tells_what_would_be_and_does_nothing(client: Client, policy: str) -> None:
    rows = await a_mixed_call(client)
    before = await all_rows(client)

    tried = await pushed(client, *rows, dryRun=True, errorPolicy=policy)

    assert await all_rows(client) == before
    assert {row["reservation"] for row in tried["rows"]} == {None}
    done = await pushed(client, *rows, errorPolicy=policy)
    assert outcomes(tried) == outcomes(done)
    for one in (*tried["rows"], *done["rows"]):
        del one["reservation"]
    assert tried == done
    assert (tried["rows"][0]["automat"] is not None) == (policy == "KEEP_GOOD")


async def test_a_dry_run_says_what_would_be_missing(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
    row = stay(entityId=to_id(ReservableEntity, home.id))

    payload = await pushed(client, row, dryRun=True)

    (tried,) = payload["rows"]
    assert (tried["outcome"], tried["automat"]) == ("CREATED", None)
    assert tried["unfulfilledReason"] == "NO_KEY_FOR_ENTITY"
    assert "No key" in tried["unfulfilledMessage"]


async def test_a_dry_run_leaves_its_key_to_the_real_call(client: Client) -> None:
    (home,) = await make_homes(client, 1)
    row = stay(entityId=home)

    tried = await pushed(client, row, dryRun=True, idempotencyKey="night-2")
    done = await pushed(client, row, idempotencyKey="night-2")

    assert outcomes(tried) == outcomes(done) == ["CREATED"]
    assert done["rows"][0]["reservation"] is not None
