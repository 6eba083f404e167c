"""Every list comes in pages of at most a hundred, and its cursors lead through all of it."""

from typing import Any

import pytest
from factories import make_automat, make_entity, make_group, make_key
from talking import Client

from models.automats import AutomatModel, DeviceGroup
from models.entities import ReservableEntity
from models.keys import Key
from schema.api import schema
from schema.scalars import to_id

ROOTS: Any = schema._schema.query_type
LISTS = [name for name, field in ROOTS.fields.items() if "after" in field.args]
PAGE = "{ edges { cursor node { id } } pageInfo { hasNextPage startCursor endCursor } }"
CURSORS = "{ edges { cursor } pageInfo { hasNextPage startCursor endCursor } }"


def test_all_lists_are_tried() -> None:
    assert len(LISTS) >= 11


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_has_from_none_to_a_hundred(client: Client, name: str) -> None:
    nothing = (await client.ask(f"{{ {name}(first: 0) {CURSORS} }}"))[name]

    assert (nothing["edges"], nothing["pageInfo"]["startCursor"]) == ([], None)
    for many in (1, 100, "null"):
        await client.ask(f"{{ {name}(first: {many}) {CURSORS} }}")
    for wrong in ("first: -1", "first: 101", 'first: "2"', "first: 1.5", 'after: "x"', 'after: ""'):
        assert await client.error_code(f"{{ {name}({wrong}) {CURSORS} }}") == "INVALID_INPUT"


async def test_cursors_lead_through_what_hangs_on_a_thing(client: Client) -> None:
    async with client.working() as work:
        homes = [await make_entity(work) for _ in range(3)]
        cabinets = [await make_automat(work, model=AutomatModel.LIVIONKEY_1) for _ in range(3)]
        group = await make_group(work, *cabinets)
        keys = [await make_key(work, *homes) for _ in range(3)]
    ways = [
        (to_id(ReservableEntity, homes[0].id), "ReservableEntity", "keys"),
        (to_id(Key, keys[0].id), "Key", "entities"),
        (to_id(DeviceGroup, group.id), "DeviceGroup", "automats"),
    ]
    document = """query($id: ID!, $after: String) {{ node(id: $id) {{
      ... on {kind} {{ page: {field}(first: 2, after: $after) {page} }}
    }} }}"""

    for id, kind, field in ways:
        asked = document.format(kind=kind, field=field, page=PAGE)
        first = (await client.ask(asked, id=id))["node"]["page"]
        after = first["pageInfo"]["endCursor"]
        last = (await client.ask(asked, id=id, after=after))["node"]["page"]

        assert [len(page["edges"]) for page in (first, last)] == [2, 1]
        assert [page["pageInfo"]["hasNextPage"] for page in (first, last)] == [True, False]
        found = {edge["node"]["id"] for page in (first, last) for edge in page["edges"]}
        assert len(found) == 3
        assert await client.error_code(asked, id=id, after="x") == "INVALID_INPUT"
