"""Erasing a contact: all that is personal goes, and a receipt says what went and what is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract
from models.erasures import Erasure, ErasureCause
from models.errors import InvalidInput, StillInUse
from models.events import EventKind
from models.jobs import JobKind
from models.organizations import Contact
from resolvers import jobs
from resolvers.checks import fitting_text
from resolvers.erasing import evidence, traces
from resolvers.erasing.attached import Attached, attached_to
from resolvers.erasing.evidence import Evidence
from resolvers.erasing.needs import Dealings, dealings_of, require_all_dealings
from resolvers.work import Work

A_DAY = timedelta(days=1)
Kept = Evidence | Attached
SHORTEST_NAME = 3
"""Shorter parts of a name stand in many words."""


async def erase_on_request(
    work: Work, id: UUID | None, *, reason: str | None
) -> tuple[Contact, Erasure | None]:
    """Erase a contact that asked for it; a second time changes nothing.

    Args:
        work: The transaction.
        id: Which contact.
        reason: Why, without naming anybody, such as the number of a letter; None for nothing.

    Raises:
        NotAllowed: The actor may not erase contacts, or not all that it is named in is in reach.
        NotFound: There is no such contact.
        StillInUse: A contract or a reservation that is not over, or a key that is out, needs it.
        InvalidInput: The reason repeats what is to be erased.
    """
    work.require(Permission.ERASE_CONTACTS)
    known = await work.get(Contact, id, path=("contact_id",))
    await require_all_dealings(work, known.id)
    (contact,) = await work.locked(Contact, [known.id])
    if contact.erased_at is not None:
        return contact, await erasure_of(work, contact.id)
    checked = _checked_reason(contact, reason)
    dealings = await dealings_of(work, contact.id)
    _check_needs(work, dealings)
    return contact, await erase(work, contact, dealings, cause=ErasureCause.REQUEST, reason=checked)


def _check_needs(work: Work, dealings: Dealings) -> None:
    needing = dealings.needing(work.now)
    if needing:
        raise StillInUse(
            f"The contact is still needed by {', '.join(needing)}. End or cancel that first, and "
            "take back what is out.",
            path=("contact_id",),
        )


def _checked_reason(contact: Contact, reason: str | None) -> str | None:
    text = fitting_text((reason or "").strip(), path=("reason",))
    parts = [part for part in contact.name.split() if len(part) >= SHORTEST_NAME]
    told = [one for one in (*parts, contact.email, contact.phone) if one]
    if any(one.lower() in text.lower() for one in told):
        message = "The reason is kept, so it must not repeat the contact's name or address."
        raise InvalidInput(message, path=("reason",))
    return text or None


async def erasure_of(work: Work, contact_id: UUID) -> Erasure | None:
    """Read the receipt of a contact's erasure."""
    return await work.first(work.own(Erasure).where(Erasure.contact_id == contact_id))


async def erase(
    work: Work,
    contact: Contact,
    dealings: Dealings,
    *,
    cause: ErasureCause,
    reason: str | None = None,
) -> Erasure:
    """Erase a contact that is locked and that nothing needs."""
    removed = await _remove(work, contact, dealings)
    kept, gone = await _judge(work, contact.id, dealings.contracts)
    contact.name, contact.email, contact.phone = evidence.NOBODY, None, None
    contact.erased_at = work.now
    erasure = Erasure(
        organization_id=contact.organization_id,
        contact_id=contact.id,
        cause=cause,
        at=work.now,
        removed=removed + gone,
        kept=[one.as_kept() for one in kept],
        reason=reason,
        token_id=work.actor.token_id,
    )
    await work.add(erasure)
    work.record(
        EventKind.CONTACT_ERASED,
        contact,
        erasure_id=erasure.id,
        cause=cause.value,
        kept=len(kept),
    )
    due_at = next_look(kept, work.now)
    if due_at is not None:
        await jobs.schedule(work, JobKind.CONTACT, contact.id, due_at)
    return erasure


def next_look(kept: Sequence[Kept], now: datetime) -> datetime | None:
    """Tell when to look again at what is kept; None for nothing.

    What is due and still there, such as attachments that go by a job of their own, is looked at
    again a day later.
    """
    return min((_due_at(one, now) for one in kept), default=None)


def _due_at(kept: Kept, now: datetime) -> datetime:
    if kept.until is None:
        return now + evidence.AGAIN
    return kept.until if kept.until > now else now + A_DAY


async def _remove(work: Work, contact: Contact, dealings: Dealings) -> list[dict[str, Any]]:
    """Remove all that is no evidence; tells what, and never the thing itself."""
    own = [name for name in ("name", "email", "phone") if getattr(contact, name)]
    counts = {
        "links": await traces.revoke_links(work, contact.id),
        "identifications": await traces.forget_identities(work, contact.id),
        "unsigned documents": await traces.remove_unsigned(work, contact.id, dealings.contracts),
        "drafts": await traces.empty_drafts(work, dealings.contracts),
        "former values": await traces.forget_former_values(work, contact.id),
    }
    removed: list[dict[str, Any]] = [{"what": name, "count": 1} for name in own]
    return removed + [{"what": what, "count": count} for what, count in counts.items() if count]


async def _judge(
    work: Work, contact_id: UUID, contracts: Sequence[KeyContract]
) -> tuple[list[Kept], list[dict[str, Any]]]:
    """Remove the evidence whose time is over; tells what is kept for now, and what was removed."""
    known = await evidence.evidence_of(work, contact_id, contracts)
    over = [one for one in known if one.until is not None and one.until <= work.now]
    await evidence.remove(work, over)
    own = sum(one.is_own for one in over)
    counts = {"signatures": own, "documents of other signers": len(over) - own}
    kept: list[Kept] = [one for one in known if one not in over]
    kept += await attached_to(work, contracts)
    return kept, [{"what": what, "count": count} for what, count in counts.items() if count]


async def remove_evidence(work: Work, contact: Contact) -> list[Kept]:
    """Remove the evidence of an erased contact whose time is over; gives what is still kept."""
    dealings = await dealings_of(work, contact.id)
    kept, gone = await _judge(work, contact.id, dealings.contracts)
    erasure = await erasure_of(work, contact.id)
    if erasure is not None:
        erasure.removed = [*erasure.removed, *gone]
        erasure.kept = [one.as_kept() for one in kept]
        await work.save()
    if gone:
        count = sum(one["count"] for one in gone)
        work.record(EventKind.CONTACT_ERASED, contact, signatures=count, kept=len(kept))
    return kept
