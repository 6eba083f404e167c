"""What somebody makes says who made it, lasts no longer than their access, and may no more."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from factories import make_automat, make_unit
from leaving import ROTATE_KEY, account_of, said, token_of
from outsides import BROKER
from staffing import joined
from talking import Client

from models.accounts import Actor, Role
from models.errors import Unauthenticated
from models.organizations import OrganizationUnit
from models.people import Person
from resolvers.automat_links import installing, rotating
from resolvers.partners import service_accounts, tokens
from resolvers.partners.public_keys import new_pair
from schema.context import clock
from schema.scalars import from_id, to_id

TOKENS = """{ tokens(first: 100) { edges { node { id createdBy } } } }"""


async def test_a_credential_says_who_made_it(client: Client) -> None:
    async with joined(client, Role.ADMIN) as aino:
        made = await token_of(aino, role="ADMIN")
        account = await account_of(aino)
    client.tokens[Role.VIEWER] = made["text"]
    create = (
        """mutation { tokenCreate(input: {name: "x", role: VIEWER}) { token { createdBy } } }"""
    )
    by_token = (await client.ask(create, Role.VIEWER))["tokenCreate"]["token"]
    listed = {
        edge["node"]["id"]: edge["node"]["createdBy"]
        for edge in (await client.ask(TOKENS))["tokens"]["edges"]
    }

    assert made["token"]["createdBy"] == aino.id
    assert account["createdBy"] == account["access"]["createdBy"] == aino.id
    assert [key["createdBy"] for key in account["keys"]] == [aino.id]
    assert by_token["createdBy"] == made["token"]["id"]
    assert listed[made["token"]["id"]] == aino.id
    assert None in listed.values()  # those of before, and of commands


async def test_what_somebody_makes_ends_when_their_access_does(client: Client) -> None:
    until = clock() + timedelta(days=30)
    async with joined(client, Role.ADMIN, accessEndsAt=until.isoformat()) as aino:
        made = await token_of(aino, role="ADMIN")
        account = await account_of(aino)
        rotate = 'mutation { tokenRotate(input: {id: "%s"}) { text token { expiresAt } } }'
        turned = await said(aino, rotate % made["token"]["id"])
    client.tokens[Role.VIEWER] = turned["text"]
    create = "mutation { tokenCreate(input: {name: "
    create += '"x", role: VIEWER, expiresAt: "2100-01-01T00:00Z"}) { token { expiresAt } } }'
    by_token = (await client.ask(create, Role.VIEWER))["tokenCreate"]["token"]
    renewed = (await client.ask(ROTATE_KEY.replace("ID", account["id"])))["serviceAccountKeyRotate"]

    ends = [made["token"], turned["token"], by_token, account["keys"][0]]
    assert {datetime.fromisoformat(one["expiresAt"]) for one in ends} == {until}
    assert account["access"]["expiresAt"] is None  # so that somebody else can give it another key
    assert renewed["serviceAccount"]["keys"][-1]["expiresAt"] is None


@pytest.mark.parametrize("which", ["person", "token", "service account"])
async def test_whose_access_was_taken_back_a_moment_ago_makes_nothing(
    client: Client, which: str
) -> None:
    key, _ = new_pair()
    secret = client.outside.secret
    async with joined(client, Role.ADMIN) as aino, client.working() as work:
        automat = await make_automat(work)
        former, _ = await tokens.create(work, role=Role.ADMIN, name="former")
        account, _ = await service_accounts.create(work, name="PMS", key=key, role=Role.ADMIN)
        ids = {
            "person": {"person_id": from_id(Person, aino.id)},
            "token": {"token_id": former.id},
            "service account": {"service_account_id": account.id, "token_id": account.token_id},
        }
        actor = Actor(client.organization_id, Role.ADMIN, **ids[which])
        acts: list[Callable[[], Awaitable[Any]]] = [
            lambda: tokens.create(work, role=Role.VIEWER, name="late"),
            lambda: service_accounts.create(work, name="late", key=new_pair()[0]),
            lambda: installing.renew_pin(work, automat.id, secret),
            lambda: rotating.rotate(work, automat.id, secret, BROKER),
        ]
        work.actor, admin = actor, work.actor
        for act in acts:
            await act()
        work.actor = admin
        person = await work.get(Person, from_id(Person, aino.id))
        person.blocked_at = former.revoked_at = account.revoked_at = work.now
        await work.save()
        work.actor = actor
        for act in acts:
            with pytest.raises(Unauthenticated):
                await act()


async def test_nobody_makes_a_token_that_reaches_farther_than_they_do(client: Client) -> None:
    async with client.working() as work:
        north, south = await make_unit(work, name="North"), await make_unit(work, name="South")
    narrow = await client.reaching(north)
    create = """mutation($units: [ID!]) { tokenCreate(input: {name: "x", role: VIEWER,
      organizationUnitIds: $units}) {
      token { organizationUnits { name } } userErrors { code } } }"""

    beside = (await narrow.ask(create, units=[to_id(OrganizationUnit, south.id)]))["tokenCreate"]
    whole = (await narrow.ask(create, units=[to_id(OrganizationUnit, client.organization_id)]))[
        "tokenCreate"
    ]
    own = (await narrow.ask(create))["tokenCreate"]

    assert [one["userErrors"] for one in (beside, whole)] == [[{"code": "NOT_FOUND"}]] * 2
    assert own["token"]["organizationUnits"] == [{"name": "North"}]
