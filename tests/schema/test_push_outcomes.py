"""Every outcome of a push with every status after it: none is accepted and nothing happened."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from documents import CANCEL, MANY, UPSERT, days_from_now, stay
from factories import make_automat, make_entity, make_key
from outcomes import everything
from talking import Client

from models.base import table_of
from models.entities import ReservableEntity
from models.events import Event, EventKind
from models.reservations import Reservation
from models.reservations import ReservationStatus as Status
from models.reservations import RowOutcome as Outcome
from schema.scalars import from_id, to_id

NUMBER = "stay"
FIND = f"""{{ reservation(externalId: "{NUMBER}") {{
  id status startsAt endsAt unfulfilledReason unfulfilledMessage keyContract {{ id }}
}} }}"""
TIMES = {
    Status.CONFIRMED: (1, 3),
    Status.ACTIVE: (-0.007, 3),
    Status.ENDED: (-0.007, -0.003),
    Status.CANCELLED: (1, 3),
    Status.UNFULFILLED: (1, 3),
}
"""From when until when, in days from now, a stay has to be pushed to have a status."""

DONE = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
IMPOSSIBLE = {
    *((outcome, None) for outcome in DONE),  # what was done is there
    *((outcome, Status.CANCELLED) for outcome in DONE),  # a push revives what was given up
}
POSSIBLE = [pair for pair in product(Outcome, [None, *Status]) if pair not in IMPOSSIBLE]


class Town:
    """Entities to push stays of: two with a key, and one without."""

    def __init__(self, homes: list[str], keyless: str) -> None:
        self.home, self.other = homes
        self.keyless = keyless

    def row(self, status: Status, **changes: Any) -> dict[str, Any]:
        """Write a stay that has a status once it is pushed (and given up, where that is it)."""
        begin, end = TIMES[status]
        entity = self.keyless if status is Status.UNFULFILLED else self.home
        times = {"startsAt": days_from_now(begin), "endsAt": days_from_now(end)}
        return stay(externalId=NUMBER, entityId=entity) | times | changes


@pytest.fixture
async def town(client: Client) -> Town:
    """Give the usual case."""
    async with client.working() as work:
        await make_automat(work)
        homes = [await make_entity(work) for _ in range(2)]
        for home in homes:
            await make_key(work, home)
        keyless = await make_entity(work)
    ids = [to_id(ReservableEntity, one.id) for one in (*homes, keyless)]
    return Town(ids[:2], ids[2])


async def before(client: Client, town: Town, status: Status | None) -> dict[str, Any]:
    """Bring the reservation into a status before it is pushed; gives what was pushed."""
    if status is None:
        return town.row(Status.CONFIRMED)
    row = town.row(status)
    await client.ask(UPSERT, input=row)
    if status is Status.CANCELLED:
        await client.ask(CANCEL, input={"externalId": NUMBER})
    return row


async def created(client: Client, town: Town, status: Status) -> list[dict[str, Any]]:
    return [town.row(status)]


async def updated(client: Client, town: Town, status: Status) -> list[dict[str, Any]]:
    """Push a stay that is as it was but for what leads to the status."""
    await client.ask(UPSERT, input=town.row(Status.CONFIRMED, endsAt=days_from_now(4)))
    return [town.row(status)]


async def unchanged(client: Client, town: Town, status: Status) -> list[dict[str, Any]]:
    return [await before(client, town, status)]


async def refused(client: Client, town: Town, status: Status | None) -> list[dict[str, Any]]:
    return [await before(client, town, status) | {"contacts": []}]


async def not_done(client: Client, town: Town, status: Status | None) -> list[dict[str, Any]]:
    row = await before(client, town, status)
    changed = {"contacts": [{"name": "Veikko"}]}
    return [row | changed, stay(externalId="bad", entityId=town.other, contacts=[])]


KIND = list(table_of(Event).c.keys()).index("kind")
WAYS: dict[Outcome, Callable[..., Any]] = {
    Outcome.CREATED: created,
    Outcome.UPDATED: updated,
    Outcome.UNCHANGED: unchanged,
    Outcome.REFUSED: refused,
    Outcome.NOT_DONE: not_done,
}


async def kept(client: Client) -> dict[str, list[tuple[Any, ...]]]:
    """Read all rows but the events of PINs that were shown, which answers do."""
    async with client.working() as work:
        found = await everything(work)
    found["events"] = [row for row in found["events"] if row[KIND] != EventKind.PIN_READ]
    return found


async def trail(client: Client, reservation: dict[str, Any]) -> list[EventKind]:
    """List what happened to the reservation."""
    async with client.working() as work:
        ours = work.own(Event).where(Event.subject_id == from_id(Reservation, reservation["id"]))
        return [event.kind for event in await work.all(ours)]


@pytest.mark.parametrize(("outcome", "status"), POSSIBLE)
async def test_every_outcome_with_every_status_after_it(
    client: Client, town: Town, outcome: Outcome, status: Status | None
) -> None:
    rows = await WAYS[outcome](client, town, status)
    then = await kept(client)
    policy = "REJECT_ALL" if outcome is Outcome.NOT_DONE else "KEEP_GOOD"

    answer = await client.ask(MANY, input={"reservations": rows, "errorPolicy": policy})

    payload = answer["reservationsUpsert"]
    row, found = payload["rows"][0], (await client.ask(FIND))["reservation"]
    assert row["outcome"] == outcome.name
    assert (found and found["status"]) == (status and status.name)
    counts = ("created", "updated", "unchanged", "refused", "notDone")
    assert sum(payload[name] for name in counts) == len(payload["rows"]) == len(rows)
    changed_rows = await kept(client) != then
    assert changed_rows == (outcome in {Outcome.CREATED, Outcome.UPDATED})
    if outcome not in DONE:
        assert row["reservation"] is None
        assert row["userErrors"] if outcome is Outcome.REFUSED else payload["userErrors"]
        return
    assert (found["startsAt"], found["endsAt"]) == (rows[0]["startsAt"], rows[0]["endsAt"])
    assert row["reservation"]["id"] == found["id"]
    assert bool(row["changed"]) == (outcome is Outcome.UPDATED)
    waits = status is Status.UNFULFILLED
    assert bool(found["unfulfilledReason"] and found["unfulfilledMessage"]) == waits
    assert waits or found["keyContract"]
    happened = await trail(client, found)
    assert EventKind.RESERVATION_CREATED in happened
    assert (EventKind.RESERVATION_UPDATED in happened) == (outcome is Outcome.UPDATED)
    assert (EventKind.RESERVATION_UNFULFILLED in happened) == waits


def test_every_outcome_has_its_way() -> None:
    assert set(WAYS) == set(Outcome)
    assert {outcome for outcome, _ in POSSIBLE} == set(Outcome)
    assert {status for _, status in POSSIBLE} == {None, *Status}


@pytest.mark.parametrize("dry_run", [True, False])
async def test_what_was_given_up_is_never_left_so_by_a_push(
    client: Client, town: Town, *, dry_run: bool
) -> None:
    row = await before(client, town, Status.CANCELLED)

    answer = await client.ask(MANY, input={"reservations": [row], "dryRun": dry_run})

    (done,) = answer["reservationsUpsert"]["rows"]
    assert (done["outcome"], done["changed"]) == ("UPDATED", ["STATUS"])
    found = (await client.ask(FIND))["reservation"]
    assert found["status"] == ("CANCELLED" if dry_run else "CONFIRMED")
