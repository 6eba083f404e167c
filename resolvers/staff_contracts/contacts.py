"""The contacts of key contracts that staff make; the first is the main one (G28)."""

from collections.abc import Sequence

from sqlalchemy import delete, insert

from models.base import new_id
from models.contracts import KeyContract, KeyContractContact
from models.organizations import Contact, ContactDetails
from resolvers import organizations
from resolvers.work import Reading, Work


async def contacts_of(reading: Reading, contract: KeyContract) -> list[Contact]:
    """List the contacts of a contract by staff, the main one first."""
    link = KeyContractContact
    theirs = reading.own(Contact).join(link, link.contact_id == Contact.id)
    of_contract = theirs.where(link.key_contract_id == contract.id)
    return list(await reading.all(of_contract.order_by(link.place)))


def details_of(contact: Contact) -> ContactDetails:
    """Give what is known of a contact."""
    return ContactDetails(contact.name, contact.email, contact.phone, contact.language)


async def set_contacts(
    work: Work, contract: KeyContract, people: Sequence[ContactDetails], *, language: str
) -> None:
    """Give a contract these contacts instead of those it had, who stay known.

    Args:
        work: The transaction.
        contract: A contract by staff.
        people: Checked ones; a draft may have none.
        language: For those who do not say theirs.
    """
    link = KeyContractContact
    connection = await work.connection()
    await connection.execute(delete(link).where(link.key_contract_id == contract.id))
    if not people:
        return
    contacts = await organizations.add_contacts(work, list(people), language=language)
    rows = [
        {
            "id": new_id(),
            "organization_id": contract.organization_id,
            "key_contract_id": contract.id,
            "contact_id": contact.id,
            "place": place,
        }
        for place, contact in enumerate(contacts)
    ]
    await (await work.connection()).execute(insert(link), rows)
