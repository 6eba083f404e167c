"""Tasks for people that follow from the rows: keys that have to be put into a locker (R14, G33)."""

from functools import cache
from uuid import UUID

from sqlalchemy import Boolean, Integer, Select, Uuid, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from models import reach
from models.contracts import LockerContract, LockerContractKind
from models.dialects.instants import Instant
from models.keys import Key, KeyStatus
from models.live_contracts import is_live
from resolvers.looking import BEFORE_ALL, Slice, checked_count, require_view
from resolvers.work import Reading, owned


async def page(
    reading: Reading,
    *,
    first: int | None,
    after: UUID | None,
    automat_id: UUID | None = None,
) -> Slice:
    """Read the locker contracts whose keys lie elsewhere, the most urgent first.

    Of each key it is the contract that comes first: afterwards its guest brings the key there.

    Raises:
        NotAllowed: The actor may not see keys.
        InvalidInput: More than a page holds.
    """
    require_view(reading, LockerContract)
    count = checked_count(first)
    tasks = _tasks()
    if reading.is_narrow:
        tasks = tasks.where(reach.seen(LockerContract), reach.seen(Key))
    if automat_id is not None:
        tasks = tasks.where(LockerContract.automat_id == automat_id)
    told = reading.told(
        now=reading.now, after=after or BEFORE_ALL, is_first=after is None, count=count + 1
    )
    rows = list(await reading.all(tasks, **told))
    return Slice(rows[:count], len(rows) > count)


@cache
def _tasks() -> Select[LockerContract]:
    row, before, coming = LockerContract, aliased(LockerContract), aliased(LockerContract)
    id = bindparam("after", type_=Uuid())
    moment = select(before.starts_at).where(before.id == id).scalar_subquery()
    behind = or_(row.starts_at > moment, and_(row.starts_at == moment, row.id > id))
    next_one = (
        select(coming.id)
        .where(
            coming.key_id == Key.id,
            is_live(coming),
            coming.kind != LockerContractKind.RETURN,
            or_(coming.ends_at.is_(None), coming.ends_at > bindparam("now", type_=Instant)),
        )
        .order_by(coming.starts_at, coming.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        owned(row)
        .join(Key, Key.id == row.key_id)
        .where(
            Key.organization_id == bindparam("owner"),
            Key.target_automat_id.is_not(None),
            or_(Key.manual_storage_id.is_not(None), Key.automat_id.is_not(None)),
            Key.status != KeyStatus.RETIRED,
            row.id == next_one,
            row.automat_id.is_distinct_from(Key.automat_id),
            or_(bindparam("is_first", type_=Boolean), behind),
        )
        .order_by(row.starts_at, row.id)
        .limit(bindparam("count", type_=Integer))
    )
