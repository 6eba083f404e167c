"""What is signed from a contact's link, by whom and when."""

from uuid import UUID

import pytest
from agreeing import make_agreement
from factories import AINO
from linking import make_link
from signing import begun, fetched, offered, waiting
from sqlalchemy import select

from models.contracts import (
    KeyContract,
    KeyContractContact,
    KeyContractStatus,
)
from models.errors import InvalidInput, LinkNotValid, StillInUse
from models.organizations import ContactDetails
from models.signing import SigningMethod, SigningProcess, SigningState
from resolvers import public_contracts
from resolvers.signed import effects
from resolvers.signing import processes
from resolvers.work import Work

VEIKKO = ContactDetails("Veikko Nieminen", "veikko@example.com")


async def test_the_main_contact_begins_to_sign_from_their_link(work: Work) -> None:
    contract = await waiting(work)
    link, _ = await make_link(work, contract)
    assert (await public_contracts.seen(work, link.id)).can_sign

    secret = await public_contracts.begin_to_sign(work, link.id)

    whose = await processes.by_secret(await work.connection(), secret)
    process = await work.get(SigningProcess, whose.process_id)
    assert process.method is SigningMethod.LINK
    assert process.contact_id == link.contact_id
    assert (await public_contracts.seen(work, link.id)).signing is SigningState.PREPARING


async def test_a_signing_that_is_open_goes_on_with_another_secret(work: Work) -> None:
    contract = await waiting(work)
    link, _ = await make_link(work, contract)
    before = await begun(work, contract)
    await offered(work, before.process)

    secret = await public_contracts.begin_to_sign(work, link.id)

    connection = await work.connection()
    assert (await processes.by_secret(connection, secret)).process_id == before.process.id
    with pytest.raises(LinkNotValid):
        await processes.by_secret(connection, before.secret)


async def test_what_is_signed_on_another_device_is_not_signed_from_a_link(work: Work) -> None:
    contract = await waiting(work)
    link, _ = await make_link(work, contract)
    await begun(work, contract, method=SigningMethod.LOCAL)

    assert not (await public_contracts.seen(work, link.id)).can_sign
    with pytest.raises(StillInUse):
        await public_contracts.begin_to_sign(work, link.id)


async def test_another_contact_than_the_main_one_does_not_begin_to_sign(work: Work) -> None:
    await make_agreement(work)
    contract = await waiting(work, contacts=[AINO, VEIKKO])
    _, second = await people_of(work, contract)
    link, _ = await make_link(work, contract, contact_id=second)

    assert not (await public_contracts.seen(work, link.id)).can_sign
    with pytest.raises(InvalidInput):
        await public_contracts.begin_to_sign(work, link.id)


async def people_of(work: Work, contract: KeyContract) -> list[UUID]:
    rows = await work.rows(
        select(KeyContractContact.contact_id)
        .where(KeyContractContact.key_contract_id == contract.id)
        .order_by(KeyContractContact.place)
    )
    return [row.contact_id for row in rows]


async def test_a_change_while_a_key_is_out_is_signed_from_a_link_too(work: Work) -> None:
    contract = await waiting(work)
    link, _ = await make_link(work, contract)
    await fetched(work, contract)
    assert not (await public_contracts.seen(work, link.id)).can_sign
    await effects.changed(work, contract)
    assert contract.status is KeyContractStatus.ACTIVE

    assert (await public_contracts.seen(work, link.id)).can_sign
    secret = await public_contracts.begin_to_sign(work, link.id)

    whose = await processes.by_secret(await work.connection(), secret)
    assert (await work.get(SigningProcess, whose.process_id)).revision == contract.revision


async def test_a_contract_that_waits_for_nothing_is_not_signed(work: Work) -> None:
    link, _ = await make_link(work)

    assert not (await public_contracts.seen(work, link.id)).can_sign
    with pytest.raises(InvalidInput):
        await public_contracts.begin_to_sign(work, link.id)
