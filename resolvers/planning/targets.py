"""Where keys should go next, and that somebody has to bring them there (R14, G33)."""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select

from models.contracts import LIVE_STATES, LockerContract, LockerContractKind
from models.dialects.among import among, ids_later
from models.dialects.plans import kept_plans
from models.keys import Key, KeyStatus
from resolvers import return_codes
from resolvers.work import Work


async def aim(work: Work, key_ids: Collection[UUID]) -> None:
    """Say of keys where they should go next.

    That is the automat of the contract that comes first: the one from which it is fetched next, or
    to which it is brought back next while somebody has it. Without one it is where the key lives.
    The return code of a key follows it.
    """
    if not key_ids:
        return
    await work.connection()
    told = {"ids": sorted(key_ids), "now": work.now}
    aimed = (await work.session.execute(_next(), told)).all()
    for key, next_automat_id in aimed:
        _aim(key, next_automat_id)
    async with kept_plans(await work.session.connection()):
        await work.save()
    await return_codes.follow(work, [key for key, _ in aimed])


def _aim(key: Key, next_automat_id: UUID | None) -> None:
    automat_id = next_automat_id or key.selected_automat_id
    desk_id = None if next_automat_id else key.selected_manual_storage_id
    lies_there = (key.automat_id, key.manual_storage_id) == (automat_id, desk_id)
    key.target_automat_id = None if lies_there else automat_id
    key.target_manual_storage_id = None if lies_there else desk_id


@cache
def _next() -> Select[Any, Any]:
    contract = LockerContract
    fetched_from = and_(
        Key.status == KeyStatus.IN_STORAGE, contract.kind != LockerContractKind.RETURN
    )
    brought_to = and_(Key.status != KeyStatus.IN_STORAGE, contract.kind != LockerContractKind.FETCH)
    coming = (
        select(contract.automat_id)
        .where(
            contract.key_id == Key.id,
            contract.state.in_(LIVE_STATES),
            or_(contract.ends_at.is_(None), contract.ends_at > bindparam("now")),
            or_(fetched_from, brought_to),
        )
        .order_by(contract.starts_at)
        .limit(1)
        .scalar_subquery()
    )
    return select(Key, coming).where(among(Key.id, ids_later("ids")))
