"""Automats that are linked and online, and what the link does with commands to them."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from factories import make_automat

from models.automat_commands import AutomatCommand, CommandRefusal
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport, ReportKind
from models.automats import Automat
from models.base import new_id
from models.events import Event
from resolvers.automat_commands import answering, sending
from resolvers.automat_commands.sending import Outgoing
from resolvers.work import Work

SECOND = timedelta(seconds=1)


async def make_link(
    work: Work, automat: Automat, *, connected: bool = True, **given: Any
) -> AutomatLink:
    """Give an automat credentials that work, as if it had been heard of just now."""
    link = AutomatLink(
        id=new_id(),
        organization_id=automat.organization_id,
        automat_id=automat.id,
        connected=connected,
        **{
            "serial": secrets.token_hex(16),
            "issued_at": work.now,
            "expires_at": work.now + timedelta(days=365),
            "activated_at": work.now,
            "codes_key": "sealed",
            **given,
        },
    )
    automat.last_seen_at = work.now
    await work.add(link)
    return link


async def make_linked(work: Work, name: str = "Station", **given: Any) -> Automat:
    """Install an automat that is linked and online."""
    automat = await make_automat(work, name, **given)
    await make_link(work, automat)
    return automat


async def claimed(work: Work, now: datetime | None = None) -> list[Outgoing]:
    """Claim the commands of the organization that have to be sent at a moment."""
    found = await sending.claim(work.session, now or work.now, limit=1_000)
    return [one for one in found if one.organization_id == work.actor.organization_id]


async def sent(work: Work, command: AutomatCommand) -> AutomatLink:
    """Send a command, and give the link that it was sent to."""
    (outgoing,) = [one for one in await claimed(work) if one.command_id == command.id]
    return await work.get(AutomatLink, outgoing.link_id)


async def answer(
    work: Work,
    link: AutomatLink,
    command: AutomatCommand,
    refusal: CommandRefusal | None = None,
    at: datetime | None = None,
) -> AutomatCommand | None:
    """Let an automat answer."""
    return await answering.answered(
        work, link, command.id, done=refusal is None, refusal=refusal, at=at or work.now
    )


async def events_of(work: Work, command: AutomatCommand) -> list[Event]:
    """List what happened to a command."""
    events = work.own(Event).where(Event.subject_id == command.automat_id)
    found = await work.all(events.order_by(Event.id))
    return [one for one in found if one.facts.get("command_id") == str(command.id)]


async def make_report(
    work: Work, link: AutomatLink, number: int, kind: ReportKind, **given: Any
) -> AutomatReport:
    """Keep a report of an automat that says that it happened now."""
    report = AutomatReport(
        organization_id=link.organization_id,
        automat_id=link.automat_id,
        link_id=link.id,
        number=number,
        report_id=new_id(),
        kind=kind,
        **{"happened_at": work.now, "received_at": work.now, "facts": {}, **given},
    )
    await work.add(report)
    return report
