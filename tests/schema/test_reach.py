"""For whoever reaches only some units, what lies in the others does not exist."""

import json
from string import Template

import pytest
from agreeing import make_agreement
from documents import UPSERT, stay
from factories import make_automat, make_entity, make_key, make_unit, push
from foreign import BY_OTHERS_IDS, EDGES, REFUSED_MUTATIONS, REFUSED_QUERIES
from signing import waiting
from sqlalchemy import func, select
from talking import Client
from things import by_staff, one_of_everything

from models.accounts import Role, TokenUnit
from models.agreements import Agreement
from models.automats import Automat
from models.contracts import KeyContract
from models.entities import ReservableEntity
from models.errors import NotFound
from models.events import Event, EventKind
from models.organizations import OrganizationUnit
from resolvers import accounts
from schema.scalars import to_id

NOT_LISTED = [
    "locker",
    "signing",
    "signature",
    "custody",
    "attachment",
    "contract_link",
    "agreement_version",
]
NOT_LISTED += ["erasure"]  # of a contact of which nothing is left, not even where it stayed
LISTS = "reservations entities automats keys keyRings manualStorages deviceGroups keyContracts "
LISTS += "lockerContracts contacts organizationUnits contractTemplates events notices agreements "
LISTS += "erasures signatureStations automatCommands automatAlarms automatEvents"
CASES_AT_LEAST = 190
TAKE_OUT_OF_SERVICE = """mutation($id: ID!) {
  automatUpdate(input: {id: $id, state: OUT_OF_SERVICE}) { userErrors { code } }
}"""


async def both(client: Client) -> tuple[Client, dict[str, str]]:
    """Fill two sibling units, and go on as somebody who reaches one of them."""
    theirs = await one_of_everything(client, "theirs")
    await client.ask(TAKE_OUT_OF_SERVICE, id=theirs["automat"])  # else guests of both come there
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
        north = await make_unit(work, name="North")
    narrow = await client.reaching(north)

    for query in BY_OTHERS_IDS:
        (found,) = (await narrow.ask(Template(f"{{ {query} }}").safe_substitute(ids))).values()
        assert found in (None, [], {"edges": []}), query


async def test_lists_hold_what_is_reached_and_nothing_else(client: Client) -> None:
    narrow, ids = await both(client)
    own = {kind: id for kind, id in ids.items() if kind.startswith("own_")}
    documents = [f"{{ {name}(first: 100) {{ {EDGES} }} }}" for name in LISTS.split()]

    found = json.dumps([await narrow.ask(document) for document in documents])

    missing = {kind for kind, id in own.items() if id not in found}
    assert missing <= {f"own_{kind}" for kind in NOT_LISTED}
    assert not [kind for kind, id in ids.items() if kind not in own and id in found]
    assert "theirs" not in found


async def test_access_reaches_what_lies_below_and_nothing_above(client: Client) -> None:
    async with client.working() as work:
        north = await make_unit(work, name="North")
        house = await make_unit(work, name="House", parent_id=north.id)
        above, here, below = [
            to_id(ReservableEntity, (await make_entity(work, unit_id=id)).id)
            for id in (None, north.id, house.id)
        ]
    narrow = await client.reaching(north)

    found = await narrow.ask(
        "{ entities { edges { node { id organizationUnit { parent { name } } } } } }"
    )
    units = await narrow.ask("{ organizationUnits { edges { node { name parent { name } } } } }")

    nodes = {edge["node"]["id"]: edge["node"] for edge in found["entities"]["edges"]}
    assert nodes.keys() == {here, below}
    assert above not in nodes
    assert nodes[here]["organizationUnit"]["parent"] is None
    assert nodes[below]["organizationUnit"]["parent"] == {"name": "North"}
    assert [edge["node"] for edge in units["organizationUnits"]["edges"]] == [
        {"name": "North", "parent": None},
        {"name": "House", "parent": {"name": "North"}},
    ]


async def test_guests_may_be_sent_to_an_automat_beside_that_their_people_only_see(
    client: Client,
) -> None:
    async with client.working() as work:
        automat = to_id(Automat, (await make_automat(work, "Beside")).id)
        north = await make_unit(work, name="North")
        entity = await make_entity(work, external_id="A 15", unit_id=north.id)
        await make_key(work, entity)
    narrow = await client.reaching(north)
    seen = "query($id: ID!) { automat(id: $id) { name lockers { index } } }"
    restart = "mutation($id: ID!) { automatRestart(input: {id: $id}) { userErrors { code } } }"

    before = await narrow.ask(seen, id=automat)
    pushed = (await narrow.ask(UPSERT, input=stay(entityExternalId="A 15")))["reservationUpsert"]

    assert before == {"automat": None}
    assert pushed["outcome"] == "CREATED"
    after = (await narrow.ask(seen, id=automat))["automat"]
    assert after["name"] == "Beside"
    assert len(after["lockers"]) == 1  # the one that is held for its guest
    refused = (await narrow.ask(restart, id=automat))["automatRestart"]
    assert refused["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_a_number_of_a_sibling_unit_changes_nothing_there(client: Client) -> None:
    async with client.working() as work:
        await push(work, await make_entity(work), external_id="stay-1")
        north = await make_unit(work, name="North")
        await make_key(work, await make_entity(work, external_id="A 15", unit_id=north.id))
    narrow = await client.reaching(north)
    cancel = 'mutation { reservationCancel(input: {externalId: "stay-1"}) { userErrors { code } } }'

    said = stay(entityExternalId="A 15", externalId="stay-1")
    pushed = (await narrow.ask(UPSERT, input=said))["reservationUpsert"]
    cancelled = (await narrow.ask(cancel))["reservationCancel"]

    assert [error["code"] for error in pushed["userErrors"]] == ["EXTERNAL_ID_IN_USE"]
    assert cancelled["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_agreements_from_above_are_seen_below_and_changed_above(client: Client) -> None:
    async with client.working() as work:
        north = await make_unit(work, name="North")
        root = await work.get(OrganizationUnit, client.organization_id)
        above = to_id(Agreement, (await make_agreement(work, root, name="Rules")).id)
    narrow = await client.reaching(north)
    update = 'mutation($id: ID!) { agreementUpdate(input: {id: $id, name: "x"}) { userErrors { code } } }'

    listed = await narrow.ask("{ agreements { edges { node { id } } } }")
    refused = await narrow.ask(update, id=above)

    assert listed["agreements"]["edges"] == [{"node": {"id": above}}]
    assert refused["agreementUpdate"]["userErrors"] == [{"code": "NOT_ALLOWED"}]


async def test_nobody_gives_a_token_that_reaches_further_than_they_do(client: Client) -> None:
    async with client.working() as work:
        north = await make_unit(work, name="North")
    narrow = await client.reaching(north)
    async with narrow.working() as work:
        token, _ = await accounts.create_token(work, role=Role.ADMIN)
        units = await work.scalars(select(TokenUnit.unit_id).where(TokenUnit.token_id == token.id))

        with pytest.raises(NotFound):
            await accounts.create_token(work, role=Role.ADMIN, unit_ids=[client.organization_id])

    assert units == [north.id]
