"""Who signs a contract, and who does not."""

import pytest
from signing import begun, waiting

from models.errors import (
    InvalidInput,
    NotFound,
)
from models.organizations import Contact, ContactDetails
from resolvers.work import Work


async def test_another_contact_of_the_contract_may_sign_and_nobody_else(work: Work) -> None:
    people = [ContactDetails("Aino"), ContactDetails("Veikko")]
    contract = await waiting(work, contacts=people)
    other = await waiting(work, agrees=False)
    found = {one.name: one.id for one in await work.all(work.own(Contact))}

    with pytest.raises(NotFound) as refused:
        await begun(work, contract, contact_id=found["Aino Virtanen"])
    process = (await begun(work, contract, contact_id=found["Veikko"])).process

    assert refused.value.path == ("contact_id",)
    assert process.contact_id == found["Veikko"]
    assert other.id != contract.id


async def test_an_erased_contact_signs_nothing(work: Work) -> None:
    contract = await waiting(work)
    (contact,) = await work.all(work.own(Contact))
    contact.erased_at = work.now

    with pytest.raises(InvalidInput, match="erased"):
        await begun(work, contract)
