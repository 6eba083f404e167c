"""Chains of custody of many keys at once: pages of links, the links of a day, who has them now."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.contracts import KeyAllocation, KeyContract
from models.custody import CustodyEntry
from models.dialects.among import among, ids_later
from models.dialects.instants import Instant
from resolvers.custody_chains import holder_in
from resolvers.looking import Slice, by_ids, checked_count, require_view
from resolvers.work import Reading, owned

LATER = aliased(CustodyEntry)


@dataclass(frozen=True, slots=True)
class ChainPage:
    """Which page of the chain of which key.

    Args:
        key_id: The key.
        first: How many links.
        after: The link behind which the page begins.
        since: From when on; the link that holds at that moment is the first.
        until: Links from that moment on are left out.
    """

    key_id: UUID
    first: int
    after: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def rest(self) -> tuple[Any, ...]:
        """All but the key."""
        return self.first, self.after, self.since, self.until


class DayOfKey(NamedTuple):
    """A key at a moment."""

    key_id: UUID
    at: datetime


async def pages(reading: Reading, asked: Sequence[ChainPage]) -> list[Slice]:
    """Read pages of chains, in the order in which things happened; alike ones in one statement.

    Raises:
        NotAllowed: The actor may not see keys.
        InvalidInput: More links than a page holds.
    """
    require_view(reading, CustodyEntry)
    alike: dict[tuple[Any, ...], list[ChainPage]] = defaultdict(list)
    for page in asked:
        alike[page.rest].append(page)
    found: dict[ChainPage, Slice] = {}
    for same in alike.values():
        found |= await _alike(reading, same)
    return [found[page] for page in asked]


async def _alike(reading: Reading, asked: Sequence[ChainPage]) -> dict[ChainPage, Slice]:
    like = asked[0]
    count = checked_count(like.first)
    told = {"owner": reading.actor.organization_id, "keys": [page.key_id for page in asked]}
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in await reading.rows(_page(like, count), **told):
        rows[row.key_id].append(row)
    return {
        page: Slice(rows[page.key_id][:count], len(rows[page.key_id]) > count) for page in asked
    }


def _page(like: ChainPage, count: int) -> Select[Any]:
    entry = CustodyEntry
    number = func.row_number().over(
        partition_by=entry.key_id, order_by=(entry.happened_at, entry.number)
    )
    chain = owned(entry).add_columns(number.label("place"))
    chain = chain.where(among(entry.key_id, ids_later("keys")))
    if like.since is not None:
        chain = chain.where(or_(entry.happened_at > like.since, _holds_at(like.since)))
    if like.until is not None:
        chain = chain.where(entry.happened_at < like.until)
    if like.after is not None:
        chain = chain.where(_behind(like.after))
    placed = chain.subquery()
    links = select(aliased(entry, placed)).where(placed.c.place <= count + 1)
    return links.order_by(placed.c.place)


def _behind(id: UUID) -> ColumnElement[bool]:
    """Say of links that they come after another one."""
    entry, before = CustodyEntry, aliased(CustodyEntry)
    moment = select(before.happened_at).where(before.id == id).scalar_subquery()
    number = select(before.number).where(before.id == id).scalar_subquery()
    same_moment = and_(entry.happened_at == moment, entry.number > number)
    return or_(entry.happened_at > moment, same_moment)


def _holds_at(moment: Any) -> ColumnElement[bool]:
    """Say of links that they hold at a moment."""
    entry = CustodyEntry
    is_later = or_(
        LATER.happened_at > entry.happened_at,
        and_(LATER.happened_at == entry.happened_at, LATER.number > entry.number),
    )
    overtaken = exists().where(LATER.key_id == entry.key_id, LATER.happened_at <= moment, is_later)
    return and_(entry.happened_at <= moment, ~overtaken)


async def links_at(reading: Reading, asked: Sequence[DayOfKey]) -> list[CustodyEntry | None]:
    """Find the links that hold for keys at moments; those of one moment in one statement.

    Raises:
        NotAllowed: The actor may not see keys.
    """
    require_view(reading, CustodyEntry)
    moments: dict[datetime, list[UUID]] = defaultdict(list)
    for key_id, at in asked:
        moments[at].append(key_id)
    found: dict[DayOfKey, CustodyEntry] = {}
    for at, key_ids in moments.items():
        told = {"owner": reading.actor.organization_id, "keys": key_ids, "at": at}
        for row in await reading.all(_links_at(), **told):
            found[DayOfKey(row.key_id, at)] = row
    return [found.get(one) for one in asked]


@cache
def _links_at() -> Select[CustodyEntry]:
    entry = CustodyEntry
    holds = _holds_at(bindparam("at", type_=Instant))
    return owned(entry).where(among(entry.key_id, ids_later("keys")), holds)


async def holders(reading: Reading, key_ids: Sequence[UUID]) -> list[KeyContract | None]:
    """Find the key contracts under which somebody has keys now; None for those that nobody has.

    Raises:
        NotAllowed: The actor may not see keys.
    """
    require_view(reading, KeyContract)
    known = await _promised(reading, key_ids)
    rest = [DayOfKey(id, reading.now) for id in key_ids if id not in known]
    for link in await links_at(reading, rest) if rest else ():
        holder_id = holder_in(link)
        if link is not None and holder_id is not None:
            known[link.key_id] = holder_id
    ids = list(dict.fromkeys(known.values()))
    found = dict(zip(ids, await by_ids(reading, KeyContract, ids) if ids else (), strict=True))
    return [found.get(known[id]) if id in known else None for id in key_ids]


async def _promised(reading: Reading, key_ids: Collection[UUID]) -> dict[UUID, UUID]:
    told = {"owner": reading.actor.organization_id, "keys": list(key_ids)}
    rows = await reading.all(_allocations(), **told)
    return {row.key_id: row.key_contract_id for row in rows}


@cache
def _allocations() -> Select[KeyAllocation]:
    row = KeyAllocation
    out = among(row.key_id, ids_later("keys")), row.live, row.fetched_at.is_not(None)
    return owned(row).where(*out).order_by(row.fetched_at)
