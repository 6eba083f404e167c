"""Links by which contacts see a contract without signing in: made, taken back, opened (2.22)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, Permission, WayIn
from models.contracts import KeyContract, KeyContractStatus
from models.errors import InvalidInput, LinkNotValid
from models.events import EventKind
from models.organizations import Contact
from models.public_links import ContractLink, shown_until
from resolvers import looking
from resolvers.clocks import ahead_of
from resolvers.outside.secret import digest_of, new_secret
from resolvers.relations import CONTACTS_OF_KEY_CONTRACT, KEYS_OUT
from resolvers.signing.demanding import signer
from resolvers.signing.processes import LONGEST_SECRET
from resolvers.work import Reading, Work, system

SHOWS_NOTHING = {KeyContractStatus.DRAFT, KeyContractStatus.CANCELLED}


async def create(
    work: Work, *, key_contract_id: UUID | None, contact_id: UUID | None
) -> tuple[ContractLink, str]:
    """Make a link for a contact, the main one when none is named; its secret is not kept.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract, or it has no such contact.
        InvalidInput: The contract is a draft or was given up, is over for more than seven days, or
            the contact was erased.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    path = ("key_contract_id",)
    contract = await work.get(KeyContract, key_contract_id, path=path)
    if contract.status in SHOWS_NOTHING:
        raise InvalidInput(f"The contract is {contract.status.name}.", path=path)
    if await is_over(work, contract):
        raise InvalidInput("The contract ended more than seven days ago.", path=path)
    contact = await signer(work, contract, contact_id)
    secret = new_secret()
    link = ContractLink(
        organization_id=contract.organization_id,
        key_contract_id=contract.id,
        contact_id=contact.id,
        secret_digest=digest_of(secret),
        created_at=work.now,
    )
    await work.add(link)
    work.record(
        EventKind.CONTRACT_LINK_CREATED, link, key_contract_id=contract.id, contact_id=contact.id
    )
    return link, secret


async def revoke(work: Work, id: UUID | None) -> ContractLink:
    """Take a link back; it shows nothing from now on. A second time changes nothing.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such link.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    known = await work.get(ContractLink, id, path=("id",))
    (link,) = await work.locked(ContractLink, [known.id])
    if link.revoked_at is None:
        link.revoked_at = work.now
        work.record(EventKind.CONTRACT_LINK_REVOKED, link, key_contract_id=link.key_contract_id)
    return link


@dataclass(frozen=True, slots=True)
class Whose:
    """Which link a secret is of, and whose it is: all that somebody with a secret is told."""

    link_id: UUID
    owner: Actor
    """The system, in the organization whose it is."""


async def by_secret(connection: AsyncConnection, secret: str | None) -> Whose:
    """Find the link that a secret is of, in whichever organization.

    Raises:
        LinkNotValid: There is none.
    """
    if not secret or len(secret) > LONGEST_SECRET:
        raise LinkNotValid
    row = ContractLink
    found = select(row.id, row.organization_id, ahead_of(row.organization_id)).where(
        row.secret_digest == digest_of(secret)
    )
    whose = (await connection.execute(found)).first()
    if whose is None:
        raise LinkNotValid
    return Whose(whose.id, system(whose.organization_id, whose.clock_ahead, WayIn.LINK))


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that is valid, with the two that it brings together, as plain rows."""

    link: ContractLink
    contract: KeyContract
    contact: Contact
    is_main: bool


async def opened(reading: Reading, link_id: UUID) -> Opened:
    """Read a link that is still valid.

    Raises:
        LinkNotValid: It was taken back, the contract is a draft or was given up, it ended more
            than seven days ago and its keys are back, or the contact was erased or has nothing to
            do with the contract any more.
    """
    link = await reading.find(ContractLink, link_id)
    if link is None or link.revoked_at is not None:
        raise LinkNotValid
    contract = await reading.get(KeyContract, link.key_contract_id)
    if contract.status in SHOWS_NOTHING:
        raise LinkNotValid
    (people,) = await looking.belonging(reading, CONTACTS_OF_KEY_CONTRACT, [contract.id])
    contact = next((one for one in people if one.id == link.contact_id), None)
    if contact is None or contact.erased_at is not None or await is_over(reading, contract):
        raise LinkNotValid
    return Opened(link, contract, contact, is_main=contact.id == people[0].id)


async def is_over(reading: Reading, contract: KeyContract) -> bool:
    """Tell whether a contract is over for so long that it is not shown any more."""
    until = shown_until(contract.ends_at)
    if until is None or reading.now < until:
        return False
    (out,) = await looking.belonging(reading, KEYS_OUT, [contract.id])
    return not out


async def note_opened(work: Work, link_id: UUID) -> None:
    """Keep when a link was opened for the first time; later times change nothing."""
    for link in await work.locked(ContractLink, [link_id]):
        link.opened_at = link.opened_at or work.now
