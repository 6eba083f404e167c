"""Which PINs are on the way to automats that are linked, and since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select

from models.automat_links import AutomatLink
from models.automats import Automat
from models.codes import AutomatCode
from models.dialects.among import among
from resolvers.work import Reading, Work

NOT_CONFIRMED = "Its automat has not said that it knows its PIN."
"""Why a contract was given up: kept with it, so that it is found again when the automat answers."""

TOLD_BEFORE, TOLD_AFTER = timedelta(hours=2), timedelta(minutes=10)
"""People are told so long before the window of a contract, and so long after it was synced."""
GIVEN_UP_BEFORE, GIVEN_UP_AFTER = timedelta(minutes=15), timedelta(minutes=15)
"""It is given up so long before its window, and so long after it was synced."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A PIN that a linked automat was told of.

    Args:
        since: Since when it should know it as it is, and could: not before it was heard of first.
        is_known: Whether it has said that it does.
    """

    since: datetime
    is_known: bool


async def awaited(work: Work, contract_ids: Collection[UUID]) -> dict[UUID, Awaited]:
    """Tell which PINs automats have to confirm, by the ids of their locker contracts.

    An automat that works without a link is run by hand: what it should know is not in it.
    """
    if not contract_ids:
        return {}
    row, link = AutomatCode, AutomatLink
    columns: Select[*tuple[Any, ...]] = select(
        *(row.locker_contract_id, row.wanted_at, row.revision),
        *(link.activated_at, link.applied_revision),
    )
    rows = await work.rows(
        columns.select_from(row)
        .join(link, and_(link.automat_id == row.automat_id, *_works(link)))
        .where(among(row.locker_contract_id, contract_ids))
    )
    return {
        one.locker_contract_id: Awaited(
            max(one.wanted_at or one.activated_at, one.activated_at),
            one.applied_revision is not None and one.revision <= one.applied_revision,
        )
        for one in rows
    }


async def answers(work: Work, automat_id: UUID) -> bool:
    """Tell whether an automat knows all that it should, or is run by hand."""
    link = AutomatLink
    rows = await work.rows(
        select(Automat.code_revision, link.applied_revision)
        .join(link, and_(link.automat_id == Automat.id, *_works(link)))
        .where(Automat.id == automat_id)
    )
    return all(
        one.applied_revision is not None and one.applied_revision >= one.code_revision
        for one in rows
    )


async def run_by_hand(reading: Reading, automat_ids: Collection[UUID]) -> set[UUID]:
    """Tell which automats have no link, not even one that waits for their first sign of life."""
    link = AutomatLink
    linked = select(link.automat_id).where(
        among(link.automat_id, automat_ids), link.revoked_at.is_(None)
    )
    return set(automat_ids) - set(await reading.scalars(linked))


def _works(link: type[AutomatLink]) -> tuple[ColumnElement[bool], ...]:
    return link.revoked_at.is_(None), link.activated_at.is_not(None)
