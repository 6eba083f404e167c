"""Administrators invite, change, block and remove staff, and nobody gives more than they have."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from commanding import make_link
from factories import make_automat, make_unit
from small_api import served
from staffing import INVITE, OURS, RENEW, an_email, invited, joined, opened
from talking import Client, http_to
from watchers import Watcher
from websockets.exceptions import InvalidStatus

from models.accounts import Permission, Role
from models.automat_alarms import AlarmKind
from models.errors import NotAllowed
from models.organizations import OrganizationUnit
from resolvers.automat_alarms import raise_alarm
from resolvers.people import editing, inviting
from resolvers.people.inviting import Newcomer
from resolvers.people.slowing import AT_ACCOUNT, Guesser, Slowing, TooManyGuesses
from resolvers.work import Work
from schema.context import clock
from schema.scalars import to_id

UPDATE = """mutation($input: PersonUpdateInput!) { personUpdate(input: $input) {
  person { email name state accessEndsAt } userErrors { code path } } }"""
BLOCK = """mutation($input: PersonBlockInput!) { personBlock(input: $input) {
  person { state invitationExpiresAt } userErrors { code } } }"""
REMOVE = """mutation($input: PersonRemoveInput!) { personRemove(input: $input) {
  person { name email state } userErrors { code } } }"""
PEOPLE = """{ people { edges { node { id name email role state invitationExpiresAt
  organizationUnits { name } } } } }"""
ALARMS = "subscription { automatAlarmChanged { kind } }"


async def codes(client: Client, document: str, **input: Any) -> list[str]:
    (payload,) = (await client.ask(document, input=input)).values()
    return [error["code"] for error in payload["userErrors"]]


async def people(client: Client) -> list[dict[str, Any]]:
    edges = (await client.ask(PEOPLE))["people"]["edges"]
    return [edge["node"] for edge in edges]


async def test_staff_are_invited_changed_blocked_and_removed(
    client: Client, stranger: Client
) -> None:
    id, email, secret = await invited(client, Role.INSTALLER)
    (listed,) = await people(client)
    taken = await codes(stranger, INVITE, email=email.upper(), name="Eve", role="USER")
    later = (clock() + timedelta(days=1)).isoformat()
    changed = (await client.ask(UPDATE, input={"id": id, "name": " Eve ", "accessEndsAt": later}))[
        "personUpdate"
    ]
    ended = await client.ask(UPDATE, input={"id": id, "accessEndsAt": clock().isoformat()})
    lapsed = await codes(client, RENEW, id=id)
    blocked = (await client.ask(BLOCK, input={"id": id}))["personBlock"]["person"]
    async with http_to(client.app) as http:
        worthless = (await opened(http, secret)).status_code
    gone = (await client.ask(REMOVE, input={"id": id}))["personRemove"]["person"]
    again = await codes(client, REMOVE, id=id)
    nobody = await people(client)
    back = await codes(stranger, INVITE, email=email, name="Eve", role="USER")

    assert (listed["state"], listed["role"], listed["email"]) == (
        ("INVITED", "INSTALLER", email.casefold())
    )
    assert listed["organizationUnits"] == []
    assert listed["invitationExpiresAt"] is not None
    assert taken == ["EMAIL_IN_USE"]
    assert changed["person"]["name"] == "Eve"
    assert ended["personUpdate"]["person"]["state"] == "ENDED"
    assert lapsed == ["ILLEGAL_TRANSITION"]
    assert blocked == {"state": "BLOCKED", "invitationExpiresAt": None}
    assert worthless == 404
    assert gone == {"name": "Removed person", "email": None, "state": "REMOVED"}
    assert (again, nobody, back) == (["NOT_FOUND"], [], [])


@pytest.mark.parametrize(
    ("asked", "code", "path"),
    [
        ({"role": "STATION"}, "INVALID_INPUT", ["input", "role"]),
        ({"role": "PARTNER"}, "INVALID_INPUT", ["input", "role"]),
        ({"email": "aino"}, "INVALID_INPUT", ["input", "email"]),
        ({"email": "a b@example.org"}, "INVALID_INPUT", ["input", "email"]),
        ({"name": " "}, "INVALID_INPUT", ["input", "name"]),
        ({"language": "Finnish"}, "INVALID_INPUT", ["input", "language"]),
        ({"organizationUnitIds": []}, "INVALID_INPUT", ["input", "organizationUnitIds"]),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: Client, asked: dict[str, Any], code: str, path: list[str]
) -> None:
    right = {"email": an_email(), "name": "Aino", "role": "USER"}

    payload = (await client.ask(INVITE, input=right | asked))["personInvite"]

    assert payload["userErrors"] == [{"code": code, "path": path}]
    assert payload["invitationUrl"] is None


async def test_an_administrator_of_a_unit_reaches_its_people_alone(client: Client) -> None:
    async with client.working() as work:
        north, south = await make_unit(work, name="North"), await make_unit(work, name="South")
        below = await make_unit(work, name="Below", parent_id=north.id)
        ids = {unit.name: to_id(OrganizationUnit, unit.id) for unit in (north, south, below)}
    beside, _, _ = await invited(client, organizationUnitIds=[ids["South"]])
    both, _, _ = await invited(client, organizationUnitIds=[ids["South"], ids["Below"]])
    whole, _, _ = await invited(client)
    within, _, _ = await invited(client, organizationUnitIds=[ids["Below"]])
    async with joined(client, Role.ADMIN, organizationUnitIds=[ids["North"]]) as aino:
        seen = (await aino.ask(PEOPLE)).json()["data"]["people"]["edges"]
        node = '{ node(id: "ID") { id } }'
        found = [
            (await aino.ask(node.replace("ID", id))).json()["data"]["node"]
            for id in (beside, both, whole, within)
        ]
        document = """mutation { a: personBlock(input: {id: "%s"}) { userErrors { code } }
          b: personBlock(input: {id: "%s"}) { userErrors { code } }
          c: personInvite(input: {email: "%s", name: "Eve", role: USER,
            organizationUnitIds: ["%s"]}) { userErrors { code } }
          d: personInvite(input: {email: "%s", name: "Eve", role: USER}) {
            person { organizationUnits { name } } userErrors { code } } }"""
        filled = document % (both, whole, an_email(), ids["South"], an_email())
        answer = (await aino.ask(filled)).json()["data"]

    assert {edge["node"]["id"] for edge in seen} == {within, aino.id}
    assert [one is not None for one in found] == [False, False, False, True]
    delete = """mutation($input: OrganizationUnitDeleteInput!) {
      organizationUnitDelete(input: $input) { blockers { kind examples } userErrors { code } } }"""
    deleted = (await client.ask(delete, input={"id": ids["South"]}))["organizationUnitDelete"]
    (blocker,) = deleted["blockers"]
    assert blocker == {"kind": "people who reach it", "examples": ["Aino Virtanen"] * 2}
    refused = [answer[name]["userErrors"] for name in "abc"]
    assert refused == [[{"code": "NOT_FOUND"}]] * 3
    given = {one["name"] for one in answer["d"]["person"]["organizationUnits"]}
    assert given == {"North", "Below"}


async def test_nobody_gives_more_than_they_came_for(work: Work) -> None:
    newcomer = Newcomer(an_email(), name="Eve", role=Role.ADMIN)
    admin, _ = await inviting.invite(work, newcomer)
    work.actor = replace(work.actor, scopes=frozenset({Permission.EDIT_USERS, Permission.VIEW}))

    with pytest.raises(NotAllowed):
        await inviting.invite(work, replace(newcomer, email=an_email()))
    with pytest.raises(NotAllowed):
        await inviting.renew(work, admin.id)
    with pytest.raises(NotAllowed):
        await editing.update(work, admin.id, {"unit_ids": None})
    with pytest.raises(NotAllowed):
        await editing.update(work, admin.id, {"access_ends_at": None})
    await editing.block(work, admin.id, blocked=True)
    with pytest.raises(NotAllowed):
        await editing.block(work, admin.id, blocked=False)


async def test_guesses_from_anywhere_slow_an_account_down_and_no_device_of_its_own(
    client: Client,
) -> None:
    slowing, now, email = Slowing(client.database, client.outside.secret), clock(), an_email()
    hourly = AT_ACCOUNT[0].at_most
    for number in range(hourly):
        await slowing.count(Guesser(email, f"10.0.{number}.1", None), now)

    with pytest.raises(TooManyGuesses) as refusal:
        await slowing.count(Guesser(email, "10.9.9.9", None), now)
    await slowing.count(Guesser(email, "10.9.9.9", "her own device"), now)
    await slowing.count(Guesser(an_email(), "10.9.9.9", None), now)
    await slowing.forgive(Guesser(email, "10.0.1.1", None), now)
    await slowing.count(Guesser(email, "10.9.9.9", None), now)

    assert timedelta(minutes=59) < refusal.value.wait <= timedelta(hours=1)


async def test_a_websocket_is_for_pages_of_ours_and_ends_with_the_session(client: Client) -> None:
    async with joined(client) as aino, served(client.app) as url:
        cookies = "; ".join(f"{one.name}={one.value}" for one in aino.http.cookies.jar)
        for origin in ({"origin": "https://evil.example"}, {"origin": "null"}, {}):
            with pytest.raises(InvalidStatus) as refusal:
                async with Watcher.at(url, None, {"cookie": cookies, **origin}):
                    pass
            assert refusal.value.response.status_code == 403
        async with Watcher.at(url, None, {"cookie": cookies, "origin": url}) as watcher:
            await watcher.subscribe("subscription { automatAlarmChanged { kind } }")
            async with client.working() as work:
                link = await make_link(work, await make_automat(work))
            await aino.http.post("/staff/sign-out-everywhere", headers=OURS)
            async with client.working() as work:
                await raise_alarm(work, link.automat_id, AlarmKind.DEVICE_MOVED)
            assert await watcher.refused() == "UNAUTHENTICATED"
