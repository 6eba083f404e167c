"""Transactions that a database gave up are begun again; any other failure stands."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database
from models.dialects.deadlocks import PAUSES_SECONDS, begun_again


async def fail(connection: AsyncConnection, sqlstate: str) -> None:
    """Fail in the database itself, on PostgreSQL for a reason of our choice."""
    message = f"begin raise exception using errcode = '{sqlstate}'; end"
    await connection.execute(text(f"do $$ {message} $$"))


class Failing:
    """A transaction that fails a number of times before it does something."""

    def __init__(self, database: Database, sqlstate: str, *, times: int) -> None:
        self.database, self.sqlstate, self.times = database, sqlstate, times
        self.tries = 0

    async def __call__(self) -> int:
        self.tries += 1
        async with self.database.administering() as connection:
            if self.tries <= self.times:
                await fail(connection, self.sqlstate)
        return self.tries


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
async def test_a_transaction_that_was_given_up_is_begun_again(
    database: Database, sqlstate: str
) -> None:
    times = 0 if database.is_sqlite else len(PAUSES_SECONDS)
    transaction = Failing(database, sqlstate, times=times)

    assert await begun_again(transaction) == transaction.times + 1


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
async def test_after_the_last_new_try_the_error_stands(database: Database, sqlstate: str) -> None:
    transaction = Failing(database, sqlstate, times=9)

    with pytest.raises(DBAPIError):
        await begun_again(transaction)

    assert transaction.tries == (1 if database.is_sqlite else 1 + len(PAUSES_SECONDS))


@pytest.mark.parametrize("sqlstate", ["23505", "55P03", "57014", "P0001"])
async def test_what_failed_for_another_reason_is_not_tried_again(
    database: Database, sqlstate: str
) -> None:
    transaction = Failing(database, sqlstate, times=9)

    with pytest.raises(DBAPIError):
        await begun_again(transaction)

    assert transaction.tries == 1
