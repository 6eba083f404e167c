"""What is stored about a contact, all of it: for whoever asks for their data (GDPR art. 15, 20).

Which columns there are is said by `models.register`; here is said which rows of a table are about a
contact. A test fails for a table with personal columns of which that is not said. Secrets are left
out: what opens something is nobody's data.
"""

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from models.accounts import Permission
from models.agreements import ContractAgreement
from models.attachments import Attachment
from models.base import Base, table_of
from models.changes import says_of, written
from models.contracts import KeyAllocation, KeyContract, LockerContract
from models.custody import CustodyEntry
from models.dialects.among import among
from models.erasures import Erasure
from models.events import Event, EventKind
from models.organizations import Contact
from models.public_links import ContractLink
from models.register import Says
from models.reservations import Reservation, ReservationContact
from models.signing import Identification, Signature, SigningProcess
from resolvers.erasing.needs import require_all_dealings
from resolvers.relations import CONTACT_LINKS
from resolvers.work import Work

Ids = list[UUID]
Which = Callable[[Contact, Ids], ColumnElement[bool]]
"""Says which rows of a table are about a contact, whose contracts have these ids."""


def _reserved(contact: Contact) -> Select[Any]:
    return select(ReservationContact.reservation_id).where(
        ReservationContact.contact_id == contact.id
    )


def _processes(contact: Contact) -> Select[Any]:
    return select(SigningProcess.id).where(SigningProcess.contact_id == contact.id)


ABOUT: dict[type[Base], Which] = {
    Contact: lambda contact, _: Contact.id == contact.id,
    Reservation: lambda contact, _: Reservation.id.in_(_reserved(contact)),
    KeyContract: lambda _, ids: among(KeyContract.id, ids),
    KeyAllocation: lambda _, ids: among(KeyAllocation.key_contract_id, ids),
    LockerContract: lambda _, ids: among(LockerContract.key_contract_id, ids),
    CustodyEntry: lambda _, ids: among(CustodyEntry.key_contract_id, ids),
    ContractAgreement: lambda _, ids: among(ContractAgreement.key_contract_id, ids),
    ContractLink: lambda contact, _: ContractLink.contact_id == contact.id,
    SigningProcess: lambda contact, _: SigningProcess.contact_id == contact.id,
    Identification: lambda contact, _: Identification.process_id.in_(_processes(contact)),
    Signature: lambda contact, _: Signature.contact_id == contact.id,
    Attachment: lambda _, ids: among(Attachment.key_contract_id, ids),
    Erasure: lambda contact, _: Erasure.contact_id == contact.id,
    Event: lambda contact, _: Event.subject_id == contact.id,
}
"""Which rows of which tables are about a contact; of contracts those that it is named in."""


async def export(work: Work, id: UUID | None) -> tuple[Contact, dict[str, Any]]:
    """Give all that is stored about a contact: the rows of each table, and write down that we did.

    Raises:
        NotAllowed: The actor may not erase contacts, which is for whoever answers for their data,
            or does not reach all that this one is named in.
        NotFound: There is no such contact.
    """
    work.require(Permission.ERASE_CONTACTS)
    contact = await work.get(Contact, id, path=("contact_id",))
    await require_all_dealings(work, contact.id)
    named = select(CONTACT_LINKS.c.key_contract_id).where(CONTACT_LINKS.c.contact_id == contact.id)
    ids = list(await work.scalars(named))
    found = {
        str(table_of(model).name): await _rows(work, model, which(contact, ids))
        for model, which in ABOUT.items()
    }
    work.record(
        EventKind.CONTACT_DATA_EXPORTED,
        contact,
        rows={table: len(rows) for table, rows in found.items() if rows},
    )
    return contact, {table: rows for table, rows in found.items() if rows}


async def _rows(work: Work, model: type[Base], which: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Read the rows, without what is secret."""
    table = table_of(model)
    columns = [one for one in table.c if says_of(table.name, one) is not Says.SECRET]
    mine = select(*columns).where(table.c.organization_id == work.actor.organization_id, which)
    rows = await work.rows(mine.order_by(table.c.id))
    return [{str(name): plain(value) for name, value in row._mapping.items()} for row in rows]  # noqa: SLF001 - the documented way to a row's columns by name


def plain(value: Any) -> Any:
    """Write a value as JSON has it, whole."""
    if isinstance(value, dict | list | str) and not isinstance(value, Enum):
        return value
    return value.isoformat() if isinstance(value, datetime | date) else written(value)
