"""Automats that are linked, and what they say of the codes that they know."""

import secrets
from datetime import timedelta
from typing import Any

from factories import DAY

from models.automat_links import AutomatLink
from models.automats import Automat
from models.codes import AutomatCode
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
    """List the codes that an automat should know."""
    row = AutomatCode
    return list(await work.all(work.own(row).where(row.automat_id == automat.id).order_by(row.id)))
