"""All rows that belong to a contract's evidence, read in as many statements as there are kinds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.agreements import Agreement, AgreementText, AgreementVersion
from models.attachments import Attachment, StoredFile
from models.base import table_of
from models.contracts import KeyAllocation, KeyContract, LockerContract
from models.dialects.among import among
from models.events import Event
from models.keys import Key
from models.organizations import OrganizationUnit
from models.signing import Signature, SigningProcess
from resolvers import relations
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Rows:
    """What there is about a contract, as plain rows in the order in which it came to be.

    Args:
        organization: The organization.
        contract: The key contract.
        contacts: Its contacts, the main one first.
        keys: Its allocations, each with the code and the kind of its key.
        processes: All attempts to have it signed.
        signatures: The signatures.
        texts: Each agreement's text that was offered, with its agreement and version.
        attachments: Its attachments, also removed ones.
        files: The stored files that any of them refers to, by id.
        events: What happened to the contract, its lockers, signings, signatures and attachments.
    """

    organization: Any
    contract: Any
    contacts: Sequence[Any]
    keys: Sequence[Any]
    processes: Sequence[Any]
    signatures: Sequence[Any]
    texts: Sequence[Any]
    attachments: Sequence[Any]
    files: dict[UUID, Any]
    events: Sequence[Any]


async def rows_of(reading: Reading, contract_id: UUID | None) -> Rows:
    """Read them.

    Raises:
        NotFound: There is no such contract.
    """
    contract = await reading.get(KeyContract, contract_id, path=("key_contract_id",))
    processes = await _belonging(reading, SigningProcess, contract.id)
    signatures = await _belonging(reading, Signature, contract.id)
    attachments = await _belonging(reading, Attachment, contract.id)
    lockers = await _belonging(reading, LockerContract, contract.id)
    subjects = [contract, *processes, *signatures, *attachments, *lockers]
    return Rows(
        organization=await reading.get(OrganizationUnit, contract.organization_id),
        contract=contract,
        contacts=await _contacts(reading, contract.id),
        keys=await _keys(reading, contract.id),
        processes=processes,
        signatures=signatures,
        texts=await _texts(reading, processes),
        attachments=attachments,
        files=await _files(reading, processes, signatures, attachments),
        events=await _events(reading, [one.id for one in subjects]),
    )


async def _belonging(reading: Reading, model: Any, contract_id: UUID) -> Sequence[Any]:
    rows = reading.own(model).where(model.key_contract_id == contract_id)
    return await reading.all(rows.order_by(model.id))


async def _contacts(reading: Reading, contract_id: UUID) -> Sequence[Any]:
    relation = relations.CONTACTS_OF_KEY_CONTRACT
    rows = relation.statement().where(relation.parent == contract_id).order_by(relation.order)
    return await reading.all(rows, owner=reading.actor.organization_id)


async def _keys(reading: Reading, contract_id: UUID) -> Sequence[Any]:
    row = KeyAllocation
    rows = (
        select(*table_of(row).c, Key.code, Key.kind)
        .join(Key, Key.id == row.key_id)
        .where(
            row.organization_id == reading.actor.organization_id,
            row.key_contract_id == contract_id,
        )
    )
    return await reading.rows(rows.order_by(row.id))


async def _texts(reading: Reading, processes: Iterable[Any]) -> Sequence[Any]:
    named = [one for process in processes for one in process.agreements]
    versions = {UUID(one["versionId"]) for one in named}
    offered = {(UUID(one["versionId"]), one["language"]) for one in named}
    rows = (
        select(
            *(AgreementText.version_id, AgreementText.language, AgreementText.title),
            *(AgreementText.body, AgreementText.digest),
            *(AgreementVersion.agreement_id, AgreementVersion.number),
            *(AgreementVersion.published_at, Agreement.name),
        )
        .join(AgreementVersion, AgreementVersion.id == AgreementText.version_id)
        .join(Agreement, Agreement.id == AgreementVersion.agreement_id)
        .where(
            AgreementText.organization_id == reading.actor.organization_id,
            among(AgreementText.version_id, versions),
        )
        .order_by(AgreementText.version_id, AgreementText.language)
    )
    found = await reading.rows(rows) if versions else []
    return [row for row in found if (row.version_id, row.language) in offered]


async def _files(
    reading: Reading,
    processes: Iterable[Any],
    signatures: Iterable[Any],
    attachments: Iterable[Any],
) -> dict[UUID, Any]:
    ids = {
        *(process.offer_file_id for process in processes),
        *(one.sealed_file_id for one in signatures),
        *(one.picture_file_id for one in signatures),
        *(one.file_id for one in attachments),
    } - {None}
    rows = reading.own(StoredFile).where(among(StoredFile.id, ids))
    return {row.id: row for row in await reading.all(rows)}


async def _events(reading: Reading, subject_ids: Iterable[UUID]) -> Sequence[Any]:
    rows = reading.own(Event).where(among(Event.subject_id, subject_ids))
    return await reading.all(rows.order_by(Event.id))
