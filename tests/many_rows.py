"""Calls over HTTP that push many reservations: their rows, and what the answer says of each."""

from typing import Any

from documents import MANY, days_from_now, stay
from factories import MARKET_SQUARE, make_automat, make_entity, make_key
from outcomes import everything
from talking import Client

from models.accounts import Role
from models.entities import ReservableEntity
from schema.scalars import to_id


async def make_homes(client: Client, count: int) -> list[str]:
    """Make apartments with a key each and an automat near them; gives the ids of the apartments."""
    async with client.working() as work:
        await make_automat(work)
        homes = [await make_entity(work, MARKET_SQUARE) for _ in range(count)]
        for home in homes:
            await make_key(work, home)
    return [to_id(ReservableEntity, home.id) for home in homes]


async def pushed(
    client: Client, *rows: dict[str, Any], role: Role = Role.PARTNER, **given: Any
) -> dict[str, Any]:
    """Push rows in one call, and give the answer."""
    answer = await client.ask(MANY, role, input={"reservations": list(rows), **given})
    payload: dict[str, Any] = answer["reservationsUpsert"]
    return payload


def outcomes(payload: dict[str, Any]) -> list[str]:
    """Name what became of each row."""
    return [row["outcome"] for row in payload["rows"]]


def counts(payload: dict[str, Any]) -> dict[str, int]:
    """Give the counts that are not 0."""
    names = ("created", "updated", "unchanged", "refused", "notDone")
    return {name: payload[name] for name in names if payload[name]}


async def all_rows(client: Client) -> dict[str, list[tuple[Any, ...]]]:
    """Read all that an organization has."""
    async with client.working() as work:
        return await everything(work)


async def a_mixed_call(client: Client) -> list[dict[str, Any]]:
    """Prepare rows of every kind: new, refused, changed, the same again."""
    first, second, third = await make_homes(client, 3)
    known = stay(entityId=first, externalId="known")
    same = stay(entityId=second, externalId="same")
    await pushed(client, known, same)
    return [
        stay(entityId=third, externalId="new"),
        stay(entityId=first, externalId="taken", startsAt=days_from_now(2)),
        {**known, "endsAt": days_from_now(4)},
        same,
    ]
