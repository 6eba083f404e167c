"""What people are told when the free lockers of a device group run out (R17).

What counts is how many of its lockers are free over the window for which some are taken, before and
after. So it is told once where the limit is crossed, and not again by each stay at the same time.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from geo.snapshot import Snapshot
from models.automats import Automat, AutomatState, DeviceGroup, DeviceGroupAutomat
from models.availability import Span
from models.dialects.among import among, ids_later
from models.events import EventKind
from models.times import Window
from resolvers.planning import notices
from resolvers.planning.claiming import note_taken, take_what_is_held
from resolvers.planning.stays import Claim, Plan
from resolvers.work import About, Work

FIRST_LOOK, MORE = 8, 4
"""How many automats of a group are looked at first, and by how much more each time."""


class Group(NamedTuple):
    """A device group.

    Args:
        id: Its id.
        name: What people call it.
        limit: How many free lockers are few; 0 when nobody says so.
    """

    id: UUID
    name: str
    limit: int


class Room(NamedTuple):
    """A device group over a window."""

    group: Group
    window: Window


@dataclass(frozen=True, slots=True)
class Counting:
    """Counting the free lockers of device groups.

    Args:
        snapshot: What is free, and what these plans take of it.
        members: The automats in service of each group.
    """

    snapshot: Snapshot
    members: dict[UUID, list[UUID]]

    async def free(self, rooms: Iterable[Room], automats: int | None = None) -> dict[Room, int]:
        """Count what is free in the first automats of each group, or in all of them."""
        spans = {
            room: [Span(id, room.window) for id in self.members[room.group.id][:automats]]
            for room in rooms
        }
        free = await self.snapshot.free_lockers({span for some in spans.values() for span in some})
        return {room: sum(free[span] for span in some) for room, some in spans.items()}

    async def scarce(self, rooms: set[Room], *, spare: int = 0) -> set[Room]:
        """Keep those with few free lockers; of a large group as little is read as makes it sure.

        Args:
            rooms: The groups, and when.
            spare: How many may be free beyond the limit.
        """
        looked_at = FIRST_LOOK
        while rooms:
            free = await self.free(rooms, looked_at)
            rooms = {room for room in rooms if free[room] <= room.group.limit + spare}
            if all(len(self.members[room.group.id]) <= looked_at for room in rooms):
                break
            looked_at *= MORE
        return rooms


async def tell_of_few_lockers(work: Work, plans: Sequence[Plan]) -> None:
    """Tell where plans leave a device group no free locker, or no more than its limit.

    Where the automats that are chosen have room enough it takes one statement to know that.

    Args:
        work: The transaction.
        plans: What is about to be written, in the order in which it was planned.
    """
    groups = await _groups(work, {claim.automat_id for plan in plans for claim in _taking(plan)})
    rooms = {plan: _doubtful(plan, groups) for plan in plans}
    doubtful = {room for some in rooms.values() for room in some}
    if not doubtful:
        return
    counting = await _counting(work, {room.group.id for room in doubtful})
    scarce = await _scarce(counting, plans, doubtful)
    for plan in plans:
        mine = rooms[plan] & scarce
        before = await counting.free(mine)
        note_taken(counting.snapshot, plan)
        after = await counting.free(mine)
        for room in sorted(mine, key=lambda room: (room.window.starts_at, room.group.id)):
            _tell(work, room, before[room], after[room])


@asynccontextmanager
async def telling_of_taken(
    work: Work, automat_id: UUID, window: Window | None = None, *, most: int = 1
) -> AsyncIterator[None]:
    """Tell the same of free lockers of an automat that are taken meanwhile.

    Where a key moves within a group, or a locker was not free before, none is free less.

    Args:
        work: The transaction.
        automat_id: The automat.
        window: Over which time; until further notice when left out.
        most: How many are taken at most.
    """
    groups = (await _groups(work, [automat_id]))[automat_id]
    if not groups:
        yield
        return
    ids, over = {group.id for group in groups}, window or Window(work.now, None)
    counting = await _counting(work, ids)
    scarce = await counting.scarce({Room(group, over) for group in groups}, spare=most)
    before = await counting.free(scarce)
    yield
    after = await (await _counting(work, ids)).free(scarce)
    for room in sorted(scarce, key=lambda room: room.group.id):
        _tell(work, room, before[room], after[room])


def _taking(plan: Plan) -> list[Claim]:
    return [claim for claim in plan.claims if claim.locker_index is not None]


def _doubtful(plan: Plan, groups: Mapping[UUID, Sequence[Group]]) -> set[Room]:
    """List where few lockers may be free: the automat that is taken from has no more left."""
    return {
        Room(group, claim.phase.window)
        for claim in _taking(plan)
        for group in groups.get(claim.automat_id, ())
        if claim.left_free <= group.limit
    }


async def _groups(work: Work, automat_ids: Collection[UUID]) -> dict[UUID, list[Group]]:
    """Find the device groups of automats."""
    found: dict[UUID, list[Group]] = defaultdict(list)
    if not automat_ids:
        return found
    told = {"owner": work.actor.organization_id, "automats": automat_ids}
    for row in await work.rows(_groups_of_automats(), **told):
        found[row.automat_id].append(Group(row.id, row.name, row.free_locker_limit or 0))
    return found


@cache
def _groups_of_automats() -> Select[UUID, UUID, str, int | None]:
    group, member = DeviceGroup, DeviceGroupAutomat
    theirs = (
        select(member.automat_id, group.id, group.name, group.free_locker_limit)
        .join(group, group.id == member.device_group_id)
        .where(
            group.organization_id == bindparam("owner"),
            among(member.automat_id, ids_later("automats")),
        )
    )
    return theirs.order_by(group.id)


async def _counting(work: Work, group_ids: Iterable[UUID]) -> Counting:
    """Count what is free but for what is written; what plans held before is freed by then."""
    member = DeviceGroupAutomat
    in_service = (
        select(member.device_group_id, member.automat_id)
        .join(Automat, Automat.id == member.automat_id)
        .where(
            Automat.organization_id == work.actor.organization_id,
            Automat.state == AutomatState.IN_SERVICE,
            among(member.device_group_id, group_ids),
        )
        .order_by(member.id)
    )
    members: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await work.rows(in_service):
        members[row.device_group_id].append(row.automat_id)
    return Counting(Snapshot(await work.connection(), [work.actor.organization_id]), members)


async def _scarce(counting: Counting, plans: Sequence[Plan], rooms: set[Room]) -> set[Room]:
    """Find where few lockers are free once all is taken, even if nothing were given back."""
    snapshot = counting.snapshot
    stays = [plan.stay for plan in plans]
    take_what_is_held(snapshot, stays)
    for plan in plans:
        for claim in _taking(plan):
            place = claim.automat_id, claim.locker_index or 0
            snapshot.bookings.take_locker(plan, *place, claim.phase.window)
    found = await counting.scarce(rooms)
    snapshot.start_over()
    take_what_is_held(snapshot, stays)
    return found


def _tell(work: Work, room: Room, before: int, after: int) -> None:
    group, window = room
    kinds = [(EventKind.NO_FREE_LOCKERS, 0)]
    if group.limit:
        kinds.insert(0, (EventKind.FREE_LOCKER_LIMIT_REACHED, group.limit))
    for kind, limit in kinds:
        if before > limit >= after:
            work.record(
                kind,
                About(DeviceGroup, group.id),
                notice=notices.few_lockers(group.name, after if limit else 0, limit, window),
                free_lockers=after,
                limit=limit,
                starts_at=window.starts_at,
                ends_at=window.ends_at,
            )
