"""What somebody made is found when they leave, and taken back with them."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from counting import statements_of
from enrolling import install
from leaving import account_of, blocked, opens, removed, said, token_of
from racing import at_once
from staffing import ME, joined
from talking import Client

from models.accounts import Actor, Role, Token, WayIn
from models.automat_links import AutomatLink
from models.automats import Automat
from models.errors import NotAllowed, Unauthenticated
from models.people import Person
from resolvers import accounts
from resolvers.partners import tokens
from resolvers.people import editing
from schema.context import clock
from schema.scalars import from_id, to_id

EVENTS = "{ events(first: 100, newestFirst: true) { edges { node { kind } } } }"


def how_many(statements: list[str]) -> int:
    """Count statements, but for what asks who came with a token, when the clock says so."""
    return sum("tokens.digest = " not in one for one in statements)


async def kinds(client: Client) -> list[str]:
    edges = (await client.ask(EVENTS))["events"]["edges"]
    return [edge["node"]["kind"] for edge in edges]


async def test_who_is_blocked_leaves_behind_what_they_made_and_what_was_made_with_it(
    client: Client,
) -> None:
    async with joined(client, Role.ADMIN), joined(client, Role.ADMIN) as aino:
        made = await token_of(aino, "first", role="ADMIN")
        account = await account_of(aino)
        client.tokens[Role.VIEWER] = made["text"]
        create = 'mutation { tokenCreate(input: {name: "x", role: VIEWER}) { text token { id } } }'
        with_it = (await client.ask(create, Role.VIEWER))["tokenCreate"]
        others = (await client.ask(create))["tokenCreate"]
        revoke = 'mutation { tokenRevoke(input: {id: "ID"}) { userErrors { code } } }'
        await said(aino, revoke.replace("ID", made["token"]["id"]))

        listed = await blocked(client, aino.id)
        still = [await opens(client, one["text"]) for one in (with_it, others)]
        revoked = await blocked(client, aino.id, revokeCredentials=True)
        now = [await opens(client, one["text"]) for one in (with_it, others)]
        again = await blocked(client, aino.id, revokeCredentials=True)
        let_in = await blocked(client, aino.id, blocked=False)

    expected = [
        ("TOKEN", with_it["token"]["id"], "x"),
        ("SERVICE_ACCOUNT_KEY", account["keys"][0]["id"], "PMS"),
    ]
    for answer, is_revoked in ((listed, False), (revoked, True)):
        found = answer["credentials"]
        assert answer["userErrors"] == []
        assert [(one["kind"], one["id"], one["name"]) for one in found] == expected
        assert [one["revokedAt"] is not None for one in found] == [is_revoked] * 2
    assert (still, now) == ([True, True], [False, True])
    assert again["credentials"] == let_in["credentials"] == []
    assert {"TOKEN_REVOKED", "SERVICE_ACCOUNT_KEY_REVOKED", "PERSON_BLOCKED"} <= set(
        await kinds(client)
    )


async def test_who_is_removed_takes_their_unused_credentials_of_automats_with_them(
    client: Client,
) -> None:
    async with joined(client, Role.ADMIN), joined(client, Role.INSTALLER) as eve:
        await install(client)
        async with client.working() as work:
            (automat,) = await work.all(work.own(Automat))
            (link,) = await work.all(work.own(AutomatLink))
            eve_id = from_id(Person, eve.id)
            assert (link.maker_kind, automat.installation_pin_maker_id) == ("token", link.maker_id)
            link.maker_id = automat.installation_pin_maker_id = eve_id
            await work.save()
        gone = await removed(client, eve.id, revokeCredentials=True)

    assert gone["person"]["state"] == "REMOVED"
    assert [(one["kind"], one["inUse"]) for one in gone["credentials"]] == [
        ("INSTALLATION_PIN", False),
        ("AUTOMAT_CREDENTIALS", False),
    ]
    assert all(
        one["revokedAt"] and one["id"] == to_id(Automat, automat.id) for one in gone["credentials"]
    )
    async with client.working() as work:
        (link,), (automat,) = (
            await work.all(work.own(AutomatLink)),
            await work.all(work.own(Automat)),
        )
        assert link.revoked_at is not None
        assert automat.installation_pin is None


async def test_what_a_cabinet_works_with_is_listed_and_left(client: Client) -> None:
    async with joined(client, Role.ADMIN), joined(client, Role.INSTALLER) as eve:
        await install(client)
        async with client.working() as work:
            (link,) = await work.all(work.own(AutomatLink))
            link.maker_id, link.activated_at = from_id(Person, eve.id), work.now
            await work.save()
        gone = await removed(client, eve.id, revokeCredentials=True)

    (one,) = gone["credentials"]
    assert (one["kind"], one["inUse"], one["revokedAt"]) == ("AUTOMAT_CREDENTIALS", True, None)


async def test_taking_credentials_back_takes_the_permission_and_undoes_nothing_halfway(
    client: Client,
) -> None:
    narrow = """mutation { tokenCreate(input: {name: "x", role: ADMIN, scopes: [EDIT_USERS]}) {
      text } }"""
    client.tokens[Role.VIEWER] = (await client.ask(narrow))["tokenCreate"]["text"]
    block = """mutation($id: ID!, $revoke: Boolean!) { personBlock(input: {id: $id,
      revokeCredentials: $revoke}) { credentials { id } userErrors { code } } }"""
    async with joined(client, Role.ADMIN), joined(client, Role.ADMIN) as aino:
        await token_of(aino)
        refused = (await client.ask(block, Role.VIEWER, id=aino.id, revoke=True))["personBlock"]
        still_in = (await aino.ask(ME)).status_code
        allowed = (await client.ask(block, Role.VIEWER, id=aino.id, revoke=False))["personBlock"]

    assert [one["code"] for one in refused["userErrors"]] == ["NOT_ALLOWED"]
    assert still_in == 200
    assert allowed == {"credentials": [], "userErrors": []}


async def test_a_token_that_is_made_while_its_maker_is_blocked_does_not_outlive_them(
    client: Client,
) -> None:
    for _ in range(4):
        async with joined(client, Role.ADMIN), joined(client, Role.ADMIN) as aino:
            person_id = from_id(Person, aino.id)
            assert person_id is not None
            maker = Actor(
                client.organization_id, Role.ADMIN, way_in=WayIn.SESSION, person_id=person_id
            )
            admin = Actor(client.organization_id, Role.ADMIN)

            async def make(work: Any, maker: Actor = maker) -> Any:
                work.actor = maker
                return await tokens.create(work, role=Role.VIEWER, name="late")

            async def block(work: Any, admin: Actor = admin, id: Any = person_id) -> Any:
                work.actor = admin
                person = await editing.block(work, id, blocked=True)
                return await editing.left_behind(work, person, revoke=True)

            answers = await at_once(client.database, admin, make, block, at=clock())
        async with client.working() as work:
            made = await work.all(work.own(Token).where(Token.name == "late"))
        assert isinstance(answers[0], tuple | Unauthenticated), answers[0]
        assert isinstance(answers[1], list), answers[1]
        assert not [one for one in made if one.revoked_at is None]


async def test_what_people_made_is_told_of_all_of_them_with_as_many_statements(
    client: Client,
) -> None:
    people = "{ people(first: 100) { edges { node { id credentials { kind name } } } } }"
    counts = []
    async with AsyncExitStack() as stack:
        staff = [await stack.enter_async_context(joined(client, Role.ADMIN)) for _ in range(5)]
        for few in (1, 5):
            for number, one in enumerate(staff[:few]):
                await token_of(one, f"of {number}")
                await account_of(one)
            with statements_of(client.database, with_tokens=True) as seen:
                edges = (await client.ask(people))["people"]["edges"]
            counts.append(how_many(seen))

    assert counts[0] == counts[1]
    told = {edge["node"]["id"]: edge["node"]["credentials"] for edge in edges}
    for number, one in enumerate(staff):
        kinds_of = sorted((made["kind"], made["name"]) for made in told[one.id])
        many = 2 if number == 0 else 1
        assert (
            kinds_of == [("SERVICE_ACCOUNT_KEY", "PMS")] * many + [("TOKEN", f"of {number}")] * many
        )


async def test_whoever_lists_credentials_asks_as_often_for_many(client: Client) -> None:
    counts = []
    for many in (1, 8):
        async with joined(client, Role.ADMIN), joined(client, Role.ADMIN) as aino:
            person_id = from_id(Person, aino.id)
            async with client.working() as work:
                work.actor = Actor(client.organization_id, Role.ADMIN, person_id=person_id)
                for _ in range(many):
                    await accounts.create_token(work, role=Role.VIEWER)
            with statements_of(client.database, with_tokens=True) as seen:
                answer = await blocked(client, aino.id)
        assert len(answer["credentials"]) == many
        counts.append(how_many(seen))
    assert counts[0] == counts[1]


async def test_the_permission_to_take_back_is_asked_before_anything(client: Client) -> None:
    async with joined(client, Role.ADMIN) as aino, client.working() as work:
        person = await work.get(Person, from_id(Person, aino.id))
        work.actor = Actor(client.organization_id, Role.VIEWER)
        with pytest.raises(NotAllowed):
            await editing.left_behind(work, person, revoke=True)
