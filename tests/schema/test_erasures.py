from datetime import timedelta
from typing import Any

from documents import written
from due_jobs import do_what_is_due
from factories import AINO, HOUR, make_entity, make_key, push
from sqlalchemy import select
from talking import Client

from models.base import new_id
from models.contracts import KeyContract
from models.jobs import Job, JobKind
from models.organizations import Contact
from models.times import Window
from resolvers import contracts, organizations
from resolvers.erasing import rule
from resolvers.work import system
from schema.context import clock
from schema.scalars import to_id

ERASURE = """
  id cause reason at removed { what count } kept { what keyContract until ground }
  contact { id name erasedAt }
"""
ERASE = f"""mutation($input: ContactEraseInput!) {{ contactErase(input: $input) {{
  contact {{ id name email phone erasedAt erasure {{ id }} }} erasure {{ {ERASURE} }}
  userErrors {{ code message path }}
}} }}"""
ERASURES = f"{{ erasures {{ edges {{ node {{ {ERASURE} }} }} pageInfo {{ hasNextPage }} }} }}"
DAY = timedelta(days=1)


async def contract_of(client: Client) -> tuple[KeyContract, str]:
    """Make a contract by staff, and give it with the id of its contact."""
    async with client.working() as work:
        key = await make_key(work)
        window = Window(work.now, work.now + HOUR)
        contract = await contracts.create(work, key_ids=[key.id], contacts=[AINO], window=window)
        (contact,) = await work.all(work.own(Contact))
    return contract, to_id(Contact, contact.id)


async def cancel(client: Client, contract: KeyContract) -> None:
    async with client.working() as work:
        await contracts.cancel(work, contract.id)


async def erase(client: Client, id: str, **more: Any) -> dict[str, Any]:
    data = await client.ask(ERASE, input={"contactId": id, **more})
    payload: dict[str, Any] = data["contactErase"]
    return payload


async def test_an_erased_contact_shows_its_receipt(client: Client) -> None:
    contract, id = await contract_of(client)
    await cancel(client, contract)

    payload = await erase(client, id, reason="Letter 17")

    assert payload["userErrors"] == []
    contact, erasure = payload["contact"], payload["erasure"]
    assert (contact["name"], contact["email"], contact["phone"]) == ("Erased contact", None, None)
    assert contact["erasedAt"] == erasure["at"] == erasure["contact"]["erasedAt"]
    assert contact["erasure"] == {"id": erasure["id"]}
    assert (erasure["cause"], erasure["reason"]) == ("REQUEST", "Letter 17")
    assert erasure["removed"] == [{"what": what, "count": 1} for what in ("name", "email", "phone")]
    listed = (await client.ask(ERASURES))["erasures"]["edges"]
    assert [edge["node"] for edge in listed] == [erasure]


async def test_a_contact_that_is_needed_is_not_erased(client: Client) -> None:
    contract, id = await contract_of(client)

    payload = await erase(client, id)

    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("STILL_IN_USE", ["input", "contactId"])
    assert contract.reference in error["message"]
    assert (payload["contact"], payload["erasure"]) == (None, None)


async def test_to_erase_again_gives_the_same_receipt(client: Client) -> None:
    contract, id = await contract_of(client)
    await cancel(client, contract)
    first = await erase(client, id)

    assert await erase(client, id) == first


async def test_the_trail_says_that_a_contact_was_erased_and_not_who_it_was(
    client: Client,
) -> None:
    contract, id = await contract_of(client)
    await cancel(client, contract)
    await erase(client, id)

    data = await client.ask("{ events(first: 100) { edges { node { kind facts notice } } } }")

    assert "CONTACT_ERASED" in str(data)
    assert "Aino" not in str(data)


async def planned(client: Client) -> set[Any]:
    """List the contacts that are to be looked at."""
    async with client.working() as work:
        mine = Job.organization_id == client.organization_id
        jobs = select(Job.subject_id).where(Job.kind == JobKind.CONTACT, mine)
        return set(await work.scalars(jobs))


async def keep_contacts_for(client: Client, retention: timedelta) -> None:
    async with client.working() as work:
        changes: Any = {"contact_retention": retention}
        await organizations.update_unit(work, client.organization_id, changes)


async def test_contacts_that_are_old_enough_are_found_and_erased_by_rule(client: Client) -> None:
    await keep_contacts_for(client, 30 * DAY)
    contract, id = await contract_of(client)
    plan = (client.database, system(client.organization_id))
    assert await rule.plan_all(*plan, clock() + 29 * DAY) == 0
    assert await planned(client) == set()

    then = clock() + 30 * DAY + 2 * HOUR
    assert await rule.plan_all(*plan, then) == 1
    assert await rule.plan_all(*plan, then) == 0
    await do_what_is_due(client, contract.ends_at or then)
    await do_what_is_due(client, then)

    (edge,) = (await client.ask(ERASURES))["erasures"]["edges"]
    erasure = edge["node"]
    assert (erasure["cause"], erasure["at"]) == ("RETENTION", written(then))
    assert erasure["contact"]["id"] == id
    assert await rule.plan_all(*plan, then + DAY) == 0


async def test_many_contacts_are_planned_some_at_a_time(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(rule, "AT_ONCE", 2)
    await keep_contacts_for(client, timedelta(0))
    async with client.working() as work:
        entity = await make_entity(work)
        for _ in range(5):
            await push(work, entity)

    assert await rule.plan_all(client.database, system(client.organization_id), clock() + HOUR) == 5

    assert len(await planned(client)) == 5


def test_an_id_tells_when_its_row_was_made() -> None:
    before = clock()
    id = new_id()

    assert abs(rule.made_at(id) - before) < timedelta(seconds=1)
    assert rule.first_id_at(before - DAY) < id < rule.first_id_at(before + DAY)
