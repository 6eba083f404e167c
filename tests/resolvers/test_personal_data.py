"""What is stored about a contact: all of it is given out, and none stays when it is erased."""

import re
from typing import Any

from erasing import contract_with, erased, over
from signing_rows import make_identification, make_process, make_signature
from sqlalchemy import String, cast, select

from models.base import table_of
from models.changes import is_text
from models.public_links import ContractLink
from models.register import REGISTER, Says
from models.tables import metadata
from resolvers import contacts, personal_data
from resolvers.work import Work

NAME, PHONE = "Ainomaija Quxinen", "+358505559876"
OF_CONTACT = re.compile("Ainomaija|Quxinen|505559876")

OF_STAFF = {"passkeys", "people", "person_sessions"}  # emptied when somebody is removed


async def a_life(work: Work) -> tuple[Any, Any, Work]:
    """Let a contact have had all that one can: a contract, a link, an identity and a signature."""
    contract, contact = await contract_with(work)
    await contacts.update(work, contact.id, {"name": NAME, "phone": PHONE})
    process = await make_process(work, contract, contact.id)
    await make_identification(work, process)
    signature = await make_signature(work, process)
    signature.signer_name = process.content["signer"] = NAME
    link = ContractLink(
        organization_id=work.actor.organization_id,
        key_contract_id=contract.id,
        contact_id=contact.id,
        secret_digest=contact.id.hex,
        created_at=work.now,
    )
    await work.add(link)
    return contract, contact, await over(work, contract)


async def test_all_that_is_stored_about_a_contact_is_given_out(work: Work) -> None:
    contract, contact, then = await a_life(work)

    _, data = await personal_data.export(then, contact.id)

    assert data["contacts"][0]["name"] == NAME
    assert data["signatures"][0]["signer_name"] == NAME
    assert data["key_contracts"][0]["reference"] == contract.reference
    assert data["events"][0]["personal"]["after"]["name"] == NAME
    assert {"contract_links", "identifications", "key_allocations"} <= data.keys()
    assert await tables_that_name(then) <= data.keys()
    secret = {column for (_, column), says in REGISTER.items() if says is Says.SECRET}
    shown = {column for rows in data.values() for row in rows for column in row}
    assert "secret_digest" in secret
    assert not {"secret_digest", "pin", "state_digest", "proof_digest"} & shown
    assert then.recorded[-1].facts["rows"]["contacts"] == 1


async def test_nothing_of_an_erased_contact_stays_anywhere(work: Work) -> None:
    """Every text of every table of its organization is looked through, when its time is over."""
    _, contact, then = await a_life(work)
    assert {"contacts", "events", "signatures"} <= await tables_that_name(then)

    erasure = await erased(then, contact)

    assert await tables_that_name(then) <= {"signatures", "signing_processes"}
    assert {one["what"] for one in erasure.kept} == {"signature"}


async def tables_that_name(work: Work) -> set[str]:
    """Look through every text of every table for the contact."""
    found = set()
    for table in metadata.sorted_tables:
        texts = [cast(column, String) for column in table.c if is_text(column.type)]
        if "organization_id" not in table.c or not texts:
            continue
        mine = select(*texts).where(table.c.organization_id == work.actor.organization_id)
        if any(OF_CONTACT.search(repr(tuple(row))) for row in await work.rows(mine)):
            found.add(table.name)
    return found


def test_of_each_table_with_something_personal_it_is_said_whom_it_is_about() -> None:
    personal = {table for (table, _), says in REGISTER.items() if says is Says.PERSONAL}
    about = {table_of(model).name for model in personal_data.ABOUT}

    assert personal - OF_STAFF <= about
