"""Sandboxes in tests: their clocks are read and moved as people do."""

from datetime import datetime, timedelta
from typing import Any

from effects import until
from sqlalchemy import update
from talking import Client

from models.organizations import OrganizationUnit
from resolvers.timers import ERRANDS, HANDLERS
from schema.context import clock
from schema.operating.working import Worker

ADVANCE = """
mutation ($input: SandboxAdvanceInput!) {
    sandboxAdvance(input: $input) {
        advance { from to endedAt }
        userErrors { code message path }
    }
}"""
LOOK = """
query ($wait: Int! = 0) {
    sandbox(waitSeconds: $wait) { now aheadSeconds advance { from to endedAt } }
}"""


async def become_sandbox(client: Client, ahead: timedelta = timedelta()) -> None:
    """Let an organization that nobody has talked to yet be a sandbox, or set its clock."""
    row = OrganizationUnit
    async with client.database.administering() as connection:
        mine = update(row).where(row.id == client.organization_id)
        await connection.execute(mine.values(clock_ahead=ahead))


async def begin(client: Client, **input: Any) -> dict[str, Any]:
    """Begin to move the clock."""
    answer: dict[str, Any] = (await client.ask(ADVANCE, input=input))["sandboxAdvance"]
    return answer


async def refused(client: Client, **input: Any) -> str:
    """Try to move the clock, and give the code of the refusal."""
    answer = await begin(client, **input)
    assert answer["advance"] is None
    (error,) = answer["userErrors"]
    code: str = error["code"]
    return code


async def advance(client: Client, **input: Any) -> dict[str, Any]:
    """Move the clock, and wait until all that was due has been done."""
    answer = await begin(client, **input)
    assert answer["userErrors"] == []
    return await stands(client)


async def stands(client: Client, *, seconds: float = 90.0) -> dict[str, Any]:
    """Wait until the clock stands where it was moved to; gives what is seen then."""
    seen: dict[str, Any] = {}

    async def it_does() -> bool:
        seen.update(await look(client, wait=20))
        return seen["advance"]["endedAt"] is not None

    await until(it_does, seconds=seconds)
    return seen


async def look(client: Client, *, wait: int = 0) -> dict[str, Any]:
    """Look at the clock."""
    found: dict[str, Any] = (await client.ask(LOOK, wait=wait))["sandbox"]
    return found


async def time_of(client: Client) -> datetime:
    """Tell what the clock shows."""
    return datetime.fromisoformat((await look(client))["now"])


def the_worker_of(client: Client) -> Worker:
    """Make a worker that can do everything."""
    return Worker(client.database, HANDLERS, clock, errands=ERRANDS, outside=client.outside)
