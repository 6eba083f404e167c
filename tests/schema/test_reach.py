"""For whoever reaches only some units, what lies in the others does not exist."""

import json
from string import Template

import pytest
from agreeing import make_agreement
from documents import UPSERT, stay
from everything import whole
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

NOT_LISTED = {"locker", "signing", "signature", "custody", "attachment", "contract_link"}
NOT_LISTED |= {"agreement_version", "service_account_key"}
OF_THE_WHOLE = {"erasure", "trusted_document"}  # an erased contact stays nowhere
"""What nobody sees who reaches a part."""
LISTS = "reservations entities automats keys keyRings manualStorages deviceGroups keyContracts "
LISTS += "lockerContracts contacts organizationUnits contractTemplates events notices agreements "
LISTS += "people erasures signatureStations automatCommands automatAlarms automatEvents "
LISTS += "tokens serviceAccounts"
CASES_AT_LEAST = 200
TOGETHER = 8
ERRORS = "userErrors { code message }"
TAKE_OUT_OF_SERVICE = """mutation($id: ID!) {
  automatUpdate(input: {id: $id, state: OUT_OF_SERVICE}) { userErrors { code } }
}"""


async def happened(client: Client) -> int:
    async with client.working() as work:
        of_organization = Event.organization_id == client.organization_id
        of_looks = (EventKind.DEVICE_GROUP_NOT_FOUND, EventKind.PIN_READ)
        counted = select(func.count()).where(of_organization, Event.kind.not_in(of_looks))
        return (await work.scalars(counted))[0]


async def refused(client: Client, ids: dict[str, str]) -> int:
    """Try every query and mutation with ids of the sibling unit; count the cases."""
    for query in REFUSED_QUERIES:
        document = Template(f"{{ {query} }}").substitute(ids)
        assert await client.error_code(document) == "NOT_FOUND", query
    ways = list(REFUSED_MUTATIONS.items())
    for begin in range(0, len(ways), TOGETHER):
        some = ways[begin : begin + TOGETHER]
        fields = [
            f"m{number}: {way.partition('.')[0]}(input: {{{written}}}) {{ {ERRORS} }}"
            for number, (way, written) in enumerate(some)
        ]
        document = Template(f"mutation {{ {' '.join(fields)} }}").substitute(ids)
        answers = (await client.ask(document)).values()
        for (way, _), answer in zip(some, answers, strict=True):
            assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"], way
            assert "theirs" not in answer["userErrors"][0]["message"], way
    return len(REFUSED_QUERIES) + len(ways)


async def unknown(client: Client, ids: dict[str, str]) -> int:
    """Look for what there is of the sibling unit, while there is nothing of one's own."""
    for query in BY_OTHERS_IDS:
        (found,) = (await client.ask(Template(f"{{ {query} }}").safe_substitute(ids))).values()
        assert found in (None, [], {"edges": []}), query
    for kind, id in ids.items():
        assert await client.ask(f'{{ node(id: "{id}") {{ id }} }}') == {"node": None}, kind
    return len(BY_OTHERS_IDS) + len(ids)


async def listed(client: Client) -> str:
    documents = [f"{{ {name}(first: 100) {{ {EDGES} }} }}" for name in LISTS.split()]
    return json.dumps([await client.ask(document) for document in documents])


async def everything(client: Client, ids: dict[str, str]) -> str:
    """Ask for every field of one of each kind, and of all that it refers to."""
    answers = []
    for id in [id for kind, id in ids.items() if kind not in OF_THE_WHOLE]:
        (node,) = (await client.ask(f'{{ node(id: "{id}") {{ __typename }} }}')).values()
        answers.append(await client.ask(whole(node["__typename"], id)))
    return json.dumps(answers)


async def test_what_lies_in_a_sibling_unit_does_not_exist(client: Client) -> None:
    theirs = await one_of_everything(client, "theirs")
    await client.ask(TAKE_OUT_OF_SERVICE, id=theirs["automat"])  # else guests of both come there
    async with client.working() as work:
        north = await make_unit(work, name="North")
    narrow = await client.reaching(north)
    cases = await unknown(narrow, theirs)
    own = await one_of_everything(narrow, "ours") | await by_staff(narrow)
    async with narrow.working() as work:
        own["to_sign"] = to_id(KeyContract, (await waiting(work, agrees=False)).id)
    before = await happened(client)

    cases += await refused(narrow, theirs | {f"own_{kind}": id for kind, id in own.items()})
    found = await listed(narrow)
    shown = await everything(narrow, own)

    assert await happened(client) == before
    assert {kind for kind, id in own.items() if id not in found} <= NOT_LISTED | OF_THE_WHOLE
    assert not [kind for kind, id in theirs.items() if id in found + shown]
    assert "theirs" not in found
    assert cases >= CASES_AT_LEAST


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
    restarted = (await narrow.ask(restart, id=automat))["automatRestart"]
    assert restarted["userErrors"] == [{"code": "NOT_FOUND"}]


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
    change = f'agreementUpdate(input: {{id: "{above}", name: "x"}}) {{ {ERRORS} }}'

    found = await narrow.ask("{ agreements { edges { node { id } } } }")
    changed = await narrow.ask(f"mutation {{ {change} }}")

    assert found["agreements"]["edges"] == [{"node": {"id": above}}]
    assert changed["agreementUpdate"]["userErrors"][0]["code"] == "NOT_ALLOWED"


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
