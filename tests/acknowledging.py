"""Automats that are linked, and what they say of the codes that they know."""

import secrets
from datetime import timedelta
from typing import Any

from factories import DAY, make_automat, make_key
from promising import lockers_of, made

from models.automat_links import AutomatLink
from models.automats import Automat, AutomatModel
from models.codes import AutomatCode
from models.contracts import LockerContract
from models.contracts import LockerContractState as State
from resolvers.access_hours import EnforcedHours
from resolvers.automat_codes import tables
from resolvers.automat_codes.confirming import codes_applied
from resolvers.work import Work


async def linked(work: Work, automat: Automat, *, works: bool = True, **given: Any) -> AutomatLink:
    """Give an automat credentials by which it has been heard of, unless something else is said."""
    usual = {
        "serial": secrets.token_hex(16),
        "issued_at": work.now - DAY,
        "expires_at": work.now + timedelta(days=365),
        "activated_at": work.now - DAY if works else None,
        "codes_key": "a key",
    }
    link = AutomatLink(
        organization_id=work.actor.organization_id, automat_id=automat.id, **usual | given
    )
    await work.add(link)
    return link


async def link_of(work: Work, automat: Automat) -> AutomatLink:
    """Lock the credentials with which an automat works."""
    row = AutomatLink
    working = work.own(row).where(
        row.automat_id == automat.id, row.revoked_at.is_(None), row.activated_at.is_not(None)
    )
    (link,) = await work.locking(working, row)
    return link


async def latest(work: Work, automat: Automat) -> int:
    """Tell which revision an automat should know."""
    return (await work.get(Automat, automat.id)).code_revision


LATEST = -2
"""Instead of a revision: the one that the automat should know."""


async def confirm(
    work: Work, automat: Automat, revision: int | None = LATEST, *, number: int | None = None
) -> None:
    """Let an automat say that it knows a revision of its codes: what it should, or another one."""
    link = await link_of(work, automat)
    known = await latest(work, automat) if revision == LATEST else revision
    await codes_applied(work, link, known, number=number)
    await work.connection()


async def codes_of(work: Work, automat: Automat) -> list[AutomatCode]:
    """List the codes that an automat should know, but for backup codes."""
    row = AutomatCode
    theirs = work.own(row).where(row.automat_id == automat.id, row.backup_code_id.is_(None))
    return list(await work.all(theirs.order_by(row.id)))


async def hours_of(work: Work, automat: Automat) -> list[EnforcedHours]:
    """List at which hours the codes work that an automat is sent, but for those at any time."""
    row = AutomatLink
    good = work.own(row).where(row.automat_id == automat.id, row.revoked_at.is_(None))
    link = await work.first(good) or await linked(work, automat)
    table = await tables.of_link(work, link.id)
    assert table is not None
    return [one.hours for one in table.codes if one.hours is not None]


async def on_its_way(work: Work, automat: Automat) -> LockerContract:
    """Make a contract whose PIN has been sent to an automat."""
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    (held,) = await lockers_of(work, contract)
    assert held.state is State.SYNCING
    return held


async def again(work: Work, held: LockerContract) -> LockerContract:
    return await work.get(LockerContract, held.id)


async def is_ready(work: Work, held: LockerContract) -> bool:
    found = await again(work, held)
    assert (found.state is State.READY) == (found.synced_at is not None)
    return found.state is State.READY


async def linked_automat(work: Work, model: AutomatModel = AutomatModel.LIVIONKEY_30) -> Automat:
    automat = await make_automat(work, model=model)
    await linked(work, automat)
    return automat
