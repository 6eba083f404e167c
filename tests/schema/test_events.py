"""The trail over HTTP: what happened, to what, in which order."""

from typing import Any

from documents import CANCEL, UPSERT, stay
from factories import make_automat, make_entity, make_key
from talking import Client

from models.entities import ReservableEntity
from models.keys import Key
from schema.scalars import to_id

TRAIL = """query($subject: ID, $kind: EventKind) {
  events(subjectId: $subject, kind: $kind, first: 100) {
    edges { node { id kind at subjectId facts } }
  }
}"""


async def kinds(client: Client, **variables: Any) -> list[str]:
    trail = await client.ask(TRAIL, **variables)
    return [edge["node"]["kind"] for edge in trail["events"]["edges"]]


async def test_everything_that_a_push_did_is_written_down(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        key = await make_key(work, home)
    before = await kinds(client)

    push = stay(entityId=to_id(ReservableEntity, home.id))
    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]
    written = (await kinds(client))[len(before) :]
    await client.ask(UPSERT, input=push)
    unchanged = (await kinds(client))[len(before) :]

    assert sorted(written) == [
        "INSERT_KEY",
        "KEY_CONTRACT_CREATED",
        "LOCKER_CONTRACT_PLANNED",
        "LOCKER_CONTRACT_SYNCING",
        "RESERVATION_CREATED",
    ]
    assert unchanged == [*written, "PIN_READ"]  # whoever pushes again is shown it again
    assert await kinds(client, subject=made["id"]) == ["RESERVATION_CREATED"]
    key_events = await kinds(client, subject=to_id(Key, key.id))
    assert key_events == ["KEY_REGISTERED", "INSERT_KEY"]
    assert await kinds(client, subject="reservation_1") == []
    await client.ask(CANCEL, input={"id": made["id"]})
    assert await kinds(client, kind="RESERVATION_CANCELLED") == ["RESERVATION_CANCELLED"]


async def test_an_event_leads_to_what_it_happened_to(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        await make_key(work, home)
    await client.ask(UPSERT, input=stay(entityId=to_id(ReservableEntity, home.id)))

    for edge in (await client.ask(TRAIL))["events"]["edges"]:
        event = edge["node"]
        assert event["at"].endswith("Z")
        if event["kind"] != "TOKEN_CREATED":  # a token is never shown
            asked = f'{{ node(id: "{event["subjectId"]}") {{ id }} }}'
            assert await client.ask(asked) == {"node": {"id": event["subjectId"]}}
