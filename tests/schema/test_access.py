"""Who may do what: each role with each query and mutation, against one table."""

from datetime import timedelta
from string import Template
from typing import Any

import pytest
from commanding import make_linked
from counting import statements_of
from factories import AINO, make_automat, make_key, make_unit
from rights import MUTATIONS, QUERIES, RESERVERS, SEEN_BY, SOON
from sandboxing import become_sandbox
from signing import waiting
from talking import Client
from things import one_of_everything
from trails import Done, changed_unseen

from models.accounts import Actor, Role, token_digest
from models.automats import Automat
from models.contracts import KeyContract
from models.keys import Key, KeyKind
from models.organizations import Contact, OrganizationUnit
from models.stations import SignatureStation
from models.times import Window
from resolvers import accounts, contracts, organizations
from resolvers.signing import stations
from resolvers.staff_contracts import drafts
from resolvers.staff_contracts.asked import Asked
from resolvers.work import Work
from schema.api import schema
from schema.context import clock
from schema.scalars import to_id


def test_the_table_knows_every_query_and_mutation() -> None:
    roots: Any = schema._schema
    assert QUERIES.keys() == roots.query_type.fields.keys()
    assert MUTATIONS.keys() == roots.mutation_type.fields.keys()
    watched = {"automatCommandChanged", "automatAlarmChanged", "automatEventAdded"}
    assert roots.subscription_type.fields.keys() == {"stationProcess"} | watched
    # see test_station_display and test_automat_subscriptions


@pytest.mark.parametrize("role", Role)
async def test_a_role_asks_what_the_table_says_and_nothing_else(client: Client, role: Role) -> None:
    ids = await one_of_everything(client)
    allowed = set()

    for name, (_, rest) in QUERIES.items():
        answer = (await client.post(Template(f"{{ {name} {rest} }}").substitute(ids), role)).json()
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        assert codes in ([], ["NOT_ALLOWED"]), name
        if not codes:
            allowed.add(name)

    assert allowed == {name for name, (roles, _) in QUERIES.items() if role in roles}


async def free_keys(client: Client) -> dict[str, str]:
    """Make keys and an automat that are free, a key that staff have promised, and a draft."""
    async with client.working() as work:
        free, other, third, fourth, fifth, promised = [await make_key(work) for _ in range(6)]
        window = Window(work.now, None)
        contract = await contracts.create(
            work, key_ids=[promised.id], contacts=[AINO], window=window
        )
        draft = await drafts.create(work, Asked(contacts=[AINO], key_ids=[fifth.id]))
        (past,) = await organizations.add_contacts(work, [AINO], language="fi")
        to_sign = await waiting(work, agrees=False)
        station = await stations.create(work, name="Another")
        empty = await make_unit(work)
        automat = await make_automat(work)
        linked = [to_id(Automat, (await make_linked(work)).id) for _ in range(5)]
        programmable = await make_key(
            work, automat=await make_linked(work), kind=KeyKind.ELECTROMECHANICAL
        )
        housed = await make_key(work, automat=await make_automat(work))
    return {
        "root": to_id(OrganizationUnit, client.organization_id),
        "empty_unit": to_id(OrganizationUnit, empty.id),
        "past_contact": to_id(Contact, past.id),
        "free_key": to_id(Key, free.id),
        "other_key": to_id(Key, other.id),
        "third_key": to_id(Key, third.id),
        "fourth_key": to_id(Key, fourth.id),
        "draft": to_id(KeyContract, draft.id),
        "by_staff": to_id(KeyContract, contract.id),
        "to_sign": to_id(KeyContract, to_sign.id),
        "housed_key": to_id(Key, housed.id),
        "free_automat": to_id(Automat, automat.id),
        "programmable": to_id(Key, programmable.id),
        **{f"linked_{number}": id for number, id in enumerate(linked, 1)},
        "other_station": to_id(SignatureStation, station.id),
    }


@pytest.mark.parametrize("role", Role)
async def test_a_role_changes_what_the_table_says_and_nothing_else(
    client: Client, role: Role
) -> None:
    ids = await one_of_everything(client) | await free_keys(client)
    await become_sandbox(client)
    allowed: dict[str, Done] = {}

    for name, (_, rest) in MUTATIONS.items():
        document = f"mutation {{ {name}(input: {{{rest}}}) {{ userErrors {{ code }} }} }}"
        with statements_of(client.database) as statements:
            answer = await client.post(Template(document).substitute(ids), role)
        data = answer.json()["data"]
        codes = [error["code"] for error in data[name]["userErrors"]]
        assert codes in ([], ["NOT_ALLOWED"]), name
        if not codes:
            allowed[name] = Done(answer.headers["x-request-id"], statements)

    assert allowed.keys() == {name for name, (roles, _) in MUTATIONS.items() if role in roles}
    assert await changed_unseen(client, allowed) == {}


@pytest.mark.parametrize("role", Role)
async def test_a_role_finds_by_id_what_it_may_look_at(client: Client, role: Role) -> None:
    ids = await one_of_everything(client)

    for kind, id in ids.items():
        answer = (await client.post("query($id: ID!) { node(id: $id) { id } }", role, id=id)).json()
        if role in SEEN_BY[kind]:
            assert answer == {"data": {"node": {"id": id}}}
        else:
            assert answer["data"] == {"node": None}
            assert answer["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize("role", Role)
async def test_pins_are_shown_to_those_who_hand_them_on(client: Client, role: Role) -> None:
    ids = await one_of_everything(client)
    document = "query($id: ID!) { node(id: $id) { ... on LockerContract { pin } } }"

    answer = (await client.post(document, role, id=ids["locker_contract"])).json()

    pin = (answer["data"]["node"] or {}).get("pin")
    assert (pin is not None) == (role in RESERVERS)


async def test_an_installer_sees_an_automat_but_not_whose_keys_lie_in_it(client: Client) -> None:
    await one_of_everything(client)
    document = "{ automats { edges { node { id lockers { index key { code } } } } } }"

    answer = (await client.post(document, Role.INSTALLER)).json()

    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes == {"NOT_ALLOWED"}
    lockers = answer["data"]["automats"]["edges"][0]["node"]["lockers"]
    assert {locker["key"] for locker in lockers} == {None}


async def test_an_idempotency_key_opens_nothing_to_a_role_that_may_not_push(
    client: Client,
) -> None:
    ids = await one_of_everything(client)
    push = Template(
        'mutation { reservationUpsert(input: {externalId: "new", contacts: [{name: "Aino"}], '
        f'entityId: "$entity", {SOON}, idempotencyKey: "k"}}) '
        "{ reservation { id } userErrors { code } } }"
    ).substitute(ids)
    await client.ask(push, Role.PARTNER)

    for role in (Role.VIEWER, Role.INSTALLER):
        answer = (await client.ask(push, role))["reservationUpsert"]
        assert answer == {"reservation": None, "userErrors": [{"code": "NOT_ALLOWED"}]}


async def token_that(client: Client, *, expires_in_days: int = 1, is_revoked: bool = False) -> str:
    """Make a token of an administrator that was good once."""
    async with client.database.writing() as session:
        work = Work(session, Actor(client.organization_id, Role.ADMIN), clock())
        until = work.now + timedelta(days=expires_in_days)
        token, text = await accounts.create_token(work, role=Role.ADMIN, expires_at=until)
        if is_revoked:
            await accounts.revoke_token(work, token.id)
    return text


@pytest.mark.parametrize("kind", ["none", "wrong", "expired", "revoked", "digest", "basic"])
async def test_without_a_valid_token_nothing_is_answered(client: Client, kind: str) -> None:
    wrong = {
        "none": None,
        "wrong": "Bearer lk_wrong",
        "expired": f"Bearer {await token_that(client, expires_in_days=-1)}",
        "revoked": f"Bearer {await token_that(client, is_revoked=True)}",
        "digest": f"Bearer {token_digest(client.tokens[Role.ADMIN])}",
        "basic": f"Basic {client.tokens[Role.ADMIN]}",
    }[kind]
    headers = {"authorization": wrong} if wrong else {}

    answer = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert answer.status_code == 401
    assert "data" not in answer.json()
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_token_that_still_lasts_is_good(client: Client) -> None:
    headers = {"authorization": f"Bearer {await token_that(client)}"}

    answer = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert answer.json() == {"data": {"__typename": "Query"}}
