"""How long the attachments of a key contract are kept once it is over.

Whoever ends a contract plans a look at them; how long they are kept is found out then, and again
when the time comes, as settings change, and a contract that was over may have gone on. Contacts
are found by their age instead, see `resolvers.erasing.rule`.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from models.attachments import Attachment, AttachmentState
from models.contracts import KeyAllocation, KeyContract, KeyContractStatus
from models.entities import ReservableEntity
from models.events import Event, EventKind
from models.jobs import JobKind
from models.reservations import Reservation
from models.settings import UnitSettings
from models.times import after
from resolvers import jobs
from resolvers.planning.existing import unit_of
from resolvers.settings import settings
from resolvers.work import Work

OVER = {KeyContractStatus.ENDED, KeyContractStatus.CANCELLED}
ENDS = (EventKind.KEY_CONTRACT_ENDED, EventKind.KEY_CONTRACT_CANCELLED)


async def plan(work: Work, contract_id: UUID) -> None:
    """Let somebody look at the attachments of a contract that is over."""
    attachments = await work.scalars(
        select(Attachment.id).where(
            Attachment.organization_id == work.actor.organization_id,
            Attachment.key_contract_id == contract_id,
            Attachment.state != AttachmentState.REMOVED,
        )
    )
    await jobs.schedule_all(work, JobKind.ATTACHMENT, dict.fromkeys(attachments, work.now))


async def removal_of(work: Work, attachment: Attachment) -> datetime | None:
    """Tell when an attachment is to be removed; None while nothing says so."""
    contract = await work.find(KeyContract, attachment.key_contract_id)
    return None if contract is None else await removal_for(work, contract)


async def removal_for(work: Work, contract: KeyContract) -> datetime | None:
    """Tell when the attachments of a contract are to be removed; None while it is not over."""
    if contract.status not in OVER:
        return None
    here = await settings_of(work, contract)
    return after(await ended_at(work, contract), here.attachment_retention)


async def ended_at(work: Work, contract: KeyContract) -> datetime:
    """Tell when a contract that is over came to its end, as the trail has it."""
    ends = select(func.max(Event.at)).where(
        Event.organization_id == work.actor.organization_id,
        Event.subject_id == contract.id,
        Event.kind.in_(ENDS),
    )
    await work.write_events()
    (found,) = await work.scalars(ends)
    return found or contract.ends_at or work.now


async def settings_of(work: Work, contract: KeyContract) -> UnitSettings:
    """Give what holds for a contract: by what was reserved, or by where its first key lives."""
    reservation = await work.find(Reservation, contract.reservation_id)
    if reservation is not None:
        entity = await work.get(ReservableEntity, reservation.entity_id)
        group_id = reservation.wanted_device_group_id or entity.device_group_id
        return await settings(work, entity.unit_id, group_id)
    row = KeyAllocation
    own = work.own(row).where(row.key_contract_id == contract.id).order_by(row.id)
    allocation = await work.first(own)
    return await settings(work, await unit_of(work, [allocation.key_id] if allocation else []))
