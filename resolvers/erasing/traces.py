"""Where a contact left something beside its own row: links, identities, drafts, documents."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, null, or_, select, update

from models.base import table_of
from models.contracts import KeyContract
from models.dialects.among import among
from models.events import Event, EventKind
from models.jobs import JobKind
from models.public_links import ContractLink
from models.signing import Identification, SigningProcess, SigningState
from resolvers import jobs
from resolvers.attachments.removing import let_go
from resolvers.work import Work

OPEN = {SigningState.PREPARING, SigningState.OFFERED}
ERASED = "A contact of the contract was erased."


async def revoke_links(work: Work, contact_id: UUID) -> int:
    """Take back the links by which a contact sees its contracts; counts them."""
    row = ContractLink
    theirs = work.own(row).where(row.contact_id == contact_id, row.revoked_at.is_(None))
    links = await work.locking(theirs, row)
    for link in links:
        link.revoked_at = work.now
        work.record(EventKind.CONTRACT_LINK_REVOKED, link, key_contract_id=link.key_contract_id)
    return len(links)


async def forget_identities(work: Work, contact_id: UUID) -> int:
    """Forget as whom a contact came back from an identity provider; counts the times.

    A signature has an identity of its own, which is evidence.
    """
    process, row = SigningProcess, Identification
    theirs = select(process.id).where(process.contact_id == contact_id)
    found = await work.locking(work.own(row).where(row.process_id.in_(theirs)), row)
    connection = await work.connection()
    await connection.execute(delete(row).where(among(row.id, [one.id for one in found])))
    return sum(one.identity is not None for one in found)


async def remove_unsigned(work: Work, contact_id: UUID, contracts: Sequence[KeyContract]) -> int:
    """Withdraw open signing processes, and empty all that came to no signature; counts them.

    Each of them names all contacts of its contract, whoever was to sign.
    """
    row = SigningProcess
    naming = or_(
        row.contact_id == contact_id,
        among(row.key_contract_id, [one.id for one in contracts]),
    )
    theirs = work.own(row).where(naming, row.state != SigningState.SIGNED)
    unsigned = [one for one in await work.locking(theirs, row) if one.content]
    for process in unsigned:
        _withdraw(work, process)
        process.content, process.reason = {}, None
    files = sorted({one.offer_file_id for one in unsigned if one.offer_file_id is not None})
    for process in unsigned:
        process.offer_file_id = None
    await work.save()
    await _forget_identities(work, [one.id for one in unsigned])
    for file_id in files:
        await let_go(work, file_id)
    return len(unsigned)


def _withdraw(work: Work, process: SigningProcess) -> None:
    if process.state in OPEN:
        before, process.state, process.ended_at = process.state, SigningState.WITHDRAWN, work.now
        work.record(
            EventKind.SIGNING_WITHDRAWN,
            process,
            before=before.value,
            reason=ERASED,
            key_contract_id=process.key_contract_id,
        )


async def _forget_identities(work: Work, process_ids: Sequence[UUID]) -> None:
    if not process_ids:
        return
    await jobs.forget(work, JobKind.SIGNING_PROCESS, process_ids)
    row = Identification
    connection = await work.connection()
    await connection.execute(delete(row).where(among(row.process_id, process_ids)))


async def forget_former_values(work: Work, contact_id: UUID) -> int:
    """Forget what the trail says of who a contact was; counts the events.

    Their digests stay, so the seals of the trail hold.
    """
    row = table_of(Event)
    mine = row.c.organization_id == work.actor.organization_id, row.c.subject_id == contact_id
    await work.write_events()
    connection = await work.connection()
    emptied = update(row).where(*mine, row.c.personal.is_not(None)).values(personal=null())
    return (await connection.execute(emptied)).rowcount


async def empty_drafts(work: Work, contracts: Sequence[KeyContract]) -> int:
    """Forget what was asked for in contracts that are over; counts them."""
    drafts = [one for one in contracts if one.draft is not None]
    for contract in drafts:
        contract.draft = None
    await work.save()
    return len(drafts)
