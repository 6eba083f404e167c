from datetime import timedelta
from typing import Any

import samples
from documents import written
from due_jobs import do_what_is_due
from factories import AINO, HOUR, make_entity, make_key, make_unit
from talking import Client
from uploading import (
    attached,
    in_store,
    looked_at,
)

from models.contracts import KeyContract
from models.organizations import OrganizationUnit
from models.times import Window
from resolvers import contracts, organizations
from schema.context import clock
from schema.scalars import from_id, to_id


async def contract_of(client: Client, *, retention: timedelta = timedelta(days=30)) -> str:
    """Make a contract of an hour in an organization that keeps attachments for so long."""
    async with client.working() as work:
        changes: Any = {"attachment_retention": retention}
        await organizations.update_unit(work, client.organization_id, changes)
        key = await make_key(work)
        window = Window(work.now, work.now + HOUR)
        contract = await contracts.create(work, key_ids=[key.id], contacts=[AINO], window=window)
    return to_id(KeyContract, contract.id)


async def cancel(client: Client, contract_id: str) -> None:
    async with client.working() as work:
        await contracts.cancel(work, from_id(KeyContract, contract_id))


async def test_attachments_of_a_contract_go_when_its_end_is_long_enough_ago(
    client: Client,
) -> None:
    contract_id = await contract_of(client)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)
    await do_what_is_due(client, clock())
    assert (await looked_at(client, id))["removeAt"] is None
    over_at = clock() + HOUR

    await do_what_is_due(client, over_at)

    remove_at = over_at + timedelta(days=30)
    found = await looked_at(client, id)
    assert (found["state"], found["removeAt"]) == ("STORED", written(remove_at))
    await do_what_is_due(client, remove_at - timedelta(seconds=1))
    assert (await looked_at(client, id))["state"] == "STORED"
    await do_what_is_due(client, remove_at)
    found = await looked_at(client, id)
    assert (found["state"], found["removedAt"]) == ("REMOVED", written(remove_at))
    await do_what_is_due(client, remove_at + timedelta(seconds=1))
    assert await in_store(client) == []


async def test_attachments_of_a_cancelled_contract_go_after_the_cancel(client: Client) -> None:
    contract_id = await contract_of(client)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)
    before = clock()
    await cancel(client, contract_id)

    await do_what_is_due(client, clock())

    remove_at = (await looked_at(client, id))["removeAt"]
    days = timedelta(days=30)
    assert written(before + days) <= remove_at <= written(clock() + days)


async def test_an_attachment_that_comes_after_the_end_goes_as_the_others_do(
    client: Client,
) -> None:
    contract_id = await contract_of(client)
    await cancel(client, contract_id)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)

    await do_what_is_due(client, clock())

    assert (await looked_at(client, id))["removeAt"] is not None


async def test_a_longer_retention_also_holds_for_contracts_that_are_over(client: Client) -> None:
    contract_id = await contract_of(client)
    id, _ = await attached(client, samples.PDF, keyContractId=contract_id)
    await cancel(client, contract_id)
    await do_what_is_due(client, clock())
    async with client.working() as work:
        changes: Any = {"attachment_retention": timedelta(days=60)}
        await organizations.update_unit(work, client.organization_id, changes)

    await do_what_is_due(client, clock() + timedelta(days=31))

    assert (await looked_at(client, id))["state"] == "STORED"
    await do_what_is_due(client, clock() + timedelta(days=61))
    assert (await looked_at(client, id))["state"] == "REMOVED"


async def test_files_on_other_things_stay(client: Client) -> None:
    async with client.working() as work:
        unit = await make_unit(work)
        await make_entity(work, unit_id=unit.id)
    id, _ = await attached(client, samples.PDF, organizationUnitId=to_id(OrganizationUnit, unit.id))

    await do_what_is_due(client, clock() + timedelta(days=4000))

    assert (await looked_at(client, id))["state"] == "STORED"
