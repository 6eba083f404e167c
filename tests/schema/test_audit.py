"""The trail over HTTP: who did what, by which way in, with which request, and what was before."""

from typing import Any

import pytest
from documents import UPSERT, stay
from factories import AINO, make_entity, make_key
from talking import Client, http_to

from models.accounts import Role
from models.changes import is_text
from models.entities import ReservableEntity
from models.keys import Key
from models.organizations import Contact
from models.register import REGISTER
from models.tables import metadata
from resolvers import organizations
from schema.scalars import to_id

TRAIL = """query($where: EventFilter, $kind: EventKind, $subject: ID) {
  events(first: 9, where: $where, kind: $kind, subjectId: $subject, newestFirst: true) {
    edges { node { kind actorId wayIn requestId subjectId before after hidden } }
  }
}"""


async def trail(client: Client, **variables: Any) -> list[dict[str, Any]]:
    found = await client.ask(TRAIL, **variables)
    return [edge["node"] for edge in found["events"]["edges"]]


async def test_an_event_tells_who_and_what_was_before(client: Client) -> None:
    async with client.working() as work:
        home, key = await make_entity(work, name="A 1"), await make_key(work)
        (aino,) = await organizations.add_contacts(work, [AINO], language="fi")
    ids = [to_id(ReservableEntity, home.id), to_id(Key, key.id), to_id(Contact, aino.id)]
    headers = {"authorization": f"Bearer {client.tokens[Role.ADMIN]}", "x-request-id": "mine-1"}
    document = """mutation($home: ID!, $key: ID!, $aino: ID!) {
      entityUpdate(input: {id: $home, name: "A 2"}) { userErrors { code } }
      keyUpdate(input: {id: $key, returnCode: "481516"}) { userErrors { code } }
      contactUpdate(input: {id: $aino, name: "Aino Korhonen"}) { userErrors { code } }
    }"""
    variables = dict(zip(("home", "key", "aino"), ids, strict=True))
    body = {"query": document, "variables": variables}

    answer = await client.http.post("/graphql", json=body, headers=headers)

    assert answer.headers["x-request-id"] == "mine-1"
    entity, code, contact = reversed(await trail(client, where={"requestId": "mine-1"}))
    assert (entity["before"], entity["after"]) == ({"name": "A 1"}, {"name": "A 2"})
    assert contact["before"] == {"name": AINO.name}
    assert contact["after"] == {"name": "Aino Korhonen"}
    assert (code["before"], code["after"], code["hidden"]) == (None, None, ["sealed_return_code"])
    assert "481516" not in repr(code)
    for one, id in zip((entity, code, contact), ids, strict=True):
        assert (one["wayIn"], one["requestId"], one["subjectId"]) == ("BEARER", "mine-1", id)
    (actor,) = {one["actorId"] for one in (entity, code, contact)}
    since = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    asked = {"actorId": actor, "wayIn": "BEARER", "requestId": "mine-1", **since}
    assert await trail(client, where=asked) == [contact, code, entity]
    others = ({"actorId": ids[0]}, {"wayIn": "LINK"}, {"requestId": "x"})
    for other in (*others, {"until": since["since"]}, {"since": since["until"]}):
        assert await trail(client, where=asked | other) == []


async def test_what_a_push_does_by_itself_is_of_its_request(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
    answer = await client.post(UPSERT, input=stay(entityId=to_id(ReservableEntity, home.id)))

    found = await trail(client, where={"requestId": answer.headers["x-request-id"]})

    assert {one["kind"] for one in found} >= {"RESERVATION_CREATED"}


@pytest.mark.parametrize("brought", [None, "", "a b", "ä", "x" * 65, "<script>", "a\tb"])
async def test_an_id_that_could_not_stand_in_a_log_is_not_taken(
    client: Client, brought: str | None
) -> None:
    async with http_to(client.app) as http:
        headers = [] if brought is None else [(b"x-request-id", brought.encode())]
        answers = [await http.get("/health", headers=headers) for _ in range(2)]

    first, second = (one.headers["x-request-id"] for one in answers)
    assert first != second
    assert brought not in (first, second)


def test_every_text_is_classified() -> None:
    """A new column says whether it tells of a person, is secret, or neither."""
    texts = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if is_text(column.type)
    }
    assert texts - REGISTER.keys() == set()
    assert REGISTER.keys() - texts == set()


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00+14:00"])
async def test_events_are_asked_for_until_the_end_of_all_years(client: Client, since: str) -> None:
    asked = f'where: {{since: "{since}", until: "9999-12-31T23:59:59Z"}}'

    found = await client.ask(f"{{ events(first: 1, {asked}) {{ edges {{ cursor }} }} }}")

    assert len(found["events"]["edges"]) == 1
