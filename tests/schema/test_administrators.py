"""An organization always keeps an administrator who can come in, whatever others do."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from factories import make_unit
from leaving import blocked, removed
from racing import at_once
from staffing import Staff, invited, joined
from talking import Client

from models.accounts import Actor, Role
from models.organizations import OrganizationUnit
from models.people import Person
from models.staff_errors import LastAdministrator
from resolvers.people import editing
from resolvers.people.inviting import Newcomer, invite
from resolvers.work import system
from schema.context import clock
from schema.scalars import from_id, to_id

UPDATE = """mutation($input: PersonUpdateInput!) { personUpdate(input: $input) {
  person { role } userErrors { code message } } }"""


async def refusal(client: Client, id: str, **changed: Any) -> list[str]:
    payload = (await client.ask(UPDATE, input={"id": id} | changed))["personUpdate"]
    return [one["code"] for one in payload["userErrors"]]


def codes(answer: dict[str, Any]) -> list[str]:
    return [one["code"] for one in answer["userErrors"]]


@asynccontextmanager
async def administrators(client: Client, *ends: Any) -> AsyncIterator[list[Staff]]:
    """Let administrators of the whole organization join, whose access ends at moments or never."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                joined(client, Role.ADMIN, **({"accessEndsAt": end.isoformat()} if end else {}))
            )
            for end in ends
        ]


async def test_the_last_administrator_is_neither_blocked_removed_nor_narrowed(
    client: Client,
) -> None:
    async with client.working() as work:
        unit = to_id(OrganizationUnit, (await make_unit(work)).id)
    later = (clock() + timedelta(days=1)).isoformat()
    await invited(client, Role.ADMIN)  # who has not joined cannot come in yet
    async with (
        administrators(client, None) as (aino,),
        joined(client, Role.ADMIN, organizationUnitIds=[unit]),
        joined(client, Role.USER),
    ):
        for change in (
            {"role": "USER"},
            {"organizationUnitIds": [unit]},
            {"accessEndsAt": later},
            {"accessEndsAt": clock().isoformat()},
        ):
            assert await refusal(client, aino.id, **change) == ["LAST_ADMINISTRATOR"], change
        stopped = [await blocked(client, aino.id), await removed(client, aino.id)]
        assert await refusal(client, aino.id, name="Aino") == []
        assert (await aino.me())["role"] == "ADMIN"

    assert [codes(one) for one in stopped] == [["LAST_ADMINISTRATOR"]] * 2
    for one in stopped:
        (error,) = one["userErrors"]
        assert "livionkey person invite" in error["message"]
        assert error["path"] == ["input", "id"]
        assert one["person"] is None


@pytest.mark.parametrize("change", ["block", "remove", "role", "end"])
async def test_one_of_two_administrators_may_go(client: Client, change: str) -> None:
    async with administrators(client, None, None) as (aino, eve):
        answer = {
            "block": partial(blocked, client, aino.id),
            "remove": partial(removed, client, aino.id),
        }.get(change)
        if answer:
            assert codes(await answer()) == []
        else:
            later = {"accessEndsAt": (clock() + timedelta(days=1)).isoformat()}
            asked = {"role": "VIEWER"} if change == "role" else later
            assert await refusal(client, aino.id, **asked) == []
        assert codes(await removed(client, eve.id)) == ["LAST_ADMINISTRATOR"]


async def test_an_administrator_without_end_is_left_and_of_those_with_an_end_one(
    client: Client,
) -> None:
    soon, later = (clock() + timedelta(days=days) for days in (1, 2))
    async with administrators(client, soon, later) as (aino, eve):
        assert codes(await blocked(client, eve.id)) == []
        assert codes(await blocked(client, aino.id)) == ["LAST_ADMINISTRATOR"]
        assert codes(await blocked(client, eve.id, blocked=False)) == []
        assert await refusal(client, aino.id, accessEndsAt=None) == []
        assert codes(await removed(client, aino.id)) == ["LAST_ADMINISTRATOR"]
        assert await refusal(client, eve.id, accessEndsAt=None) == []
        assert codes(await removed(client, aino.id)) == []


async def test_whoever_runs_the_server_makes_another_one_and_the_last_may_go(
    client: Client,
) -> None:
    async with administrators(client, None) as (aino,):
        assert codes(await removed(client, aino.id)) == ["LAST_ADMINISTRATOR"]
        async with client.working() as work:
            work.actor = system(client.organization_id, None)
            newcomer = Newcomer(f"eve.{aino.id}@example.org", name="Eve", role=Role.ADMIN)
            person, _ = await invite(work, newcomer)
            person.joined_at = work.now
        assert codes(await removed(client, aino.id)) == []


@pytest.mark.parametrize("way", ["block", "remove", "demote"])
async def test_two_who_remove_each_other_at_once_do_not_both_succeed(
    client: Client, way: str
) -> None:
    for _ in range(5):
        async with administrators(client, None, None) as both:
            ids = [from_id(Person, one.id) for one in both]

            async def one_acts(work: Any, me: UUID | None, other: UUID | None) -> None:
                work.actor = Actor(client.organization_id, Role.ADMIN, person_id=me)
                if way == "demote":
                    await editing.update(work, other, {"role": Role.USER})
                elif way == "block":
                    await editing.block(work, other, blocked=True)
                else:
                    await editing.remove(work, other)

            acts = [partial(one_acts, me=me, other=other) for me, other in (ids, ids[::-1])]
            owner = Actor(client.organization_id, Role.ADMIN)
            answers = await at_once(client.database, owner, *acts, at=clock())
            assert [type(one) for one in answers if one] == [LastAdministrator]
        async with client.working() as work:
            left = work.own(Person).where(Person.role == Role.ADMIN, Person.removed_at.is_(None))
            for person in await work.all(left):
                person.role = Role.USER  # nobody is left for the next round
