"""Whoever reaches only some units finds of the others what another tenant finds: nothing."""

from string import Template

from factories import make_unit
from foreign import BY_OTHERS_IDS, REFUSED_MUTATIONS, REFUSED_QUERIES
from signing import waiting
from sqlalchemy import func, select
from talking import Client
from things import by_staff, one_of_everything

from models.contracts import KeyContract
from models.events import Event, EventKind
from schema.scalars import to_id

CASES_AT_LEAST = 190


async def both(client: Client) -> tuple[Client, dict[str, str]]:
    """Fill two sibling units, and go on as somebody who reaches one of them."""
    theirs = await one_of_everything(client, "theirs")
    async with client.working() as work:
        north = await make_unit(work, name="North")
    narrow = await client.reaching(north)
    own = await one_of_everything(narrow, "ours") | await by_staff(narrow)
    async with narrow.working() as work:
        own["to_sign"] = to_id(KeyContract, (await waiting(work, agrees=False)).id)
    return narrow, theirs | {f"own_{kind}": id for kind, id in own.items()}


async def happened(client: Client) -> int:
    async with client.working() as work:
        of_organization = Event.organization_id == client.organization_id
        counted = select(func.count()).where(
            of_organization, Event.kind != EventKind.DEVICE_GROUP_NOT_FOUND
        )
        return (await work.scalars(counted))[0]


async def test_what_lies_in_a_sibling_unit_does_not_exist(client: Client) -> None:
    narrow, ids = await both(client)
    before = await happened(client)
    cases = 0

    for query in REFUSED_QUERIES:
        document = Template(f"{{ {query} }}").substitute(ids)
        assert await narrow.error_code(document) == "NOT_FOUND", query
        cases += 1
    for way, written in REFUSED_MUTATIONS.items():
        name = way.partition(".")[0]
        document = (
            f"mutation {{ {name}(input: {{{written}}}) {{ userErrors {{ code message }} }} }}"
        )
        answer = (await narrow.ask(Template(document).substitute(ids)))[name]
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"], way
        assert "theirs" not in answer["userErrors"][0]["message"], way
        cases += 1
    for kind, id in ids.items():
        found = (await narrow.ask(f'{{ node(id: "{id}") {{ id }} }}'))["node"]
        assert kind.startswith("own_") or found is None, kind
        cases += 1

    assert await happened(client) == before
    assert cases >= CASES_AT_LEAST


async def test_no_query_finds_what_lies_in_a_sibling_unit(client: Client) -> None:
    ids = await one_of_everything(client, "theirs")
    async with client.working() as work:
        narrow = await client.reaching(await make_unit(work, name="North"))

    for query in BY_OTHERS_IDS:
        (found,) = (await narrow.ask(Template(f"{{ {query} }}").safe_substitute(ids))).values()
        assert found in (None, [], {"edges": []}), query
