"""Where keys should go next, and that somebody has to bring them there (R14, G33)."""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from models.automats import Automat, AutomatState
from models.contracts import LockerContract, LockerContractKind
from models.dialects.among import among, ids_later
from models.dialects.plans import kept_plans
from models.keys import Key, KeyKind, KeyStatus
from models.live_contracts import is_live
from resolvers import return_codes
from resolvers.work import Work

TARGET = (Key.target_automat_id, Key.target_manual_storage_id)


async def aim(work: Work, key_ids: Collection[UUID]) -> None:
    """Say of keys where they should go next.

    That is the automat of the contract that comes first: the one from which it is fetched next, or
    to which it is brought back next while somebody has it. Without one it is where the key lives,
    unless that is an automat which was uninstalled.
    The return code of a key follows it.
    """
    if not key_ids:
        return
    told = {"ids": sorted(key_ids)}
    async with kept_plans(await work.connection()):
        aimed = await work.session.execute(_aim(), told | {"now": work.now})
    for id, *target in aimed:
        _tell(work.session.identity_map.get(identity_key(Key, id)), target)
    await return_codes.follow(work, await work.all(_with_return_code(), **told))


def _tell(key: Key | None, target: Sequence[UUID | None]) -> None:
    """Let an object that is at hand know what the database does."""
    if key is not None:
        for column, value in zip(TARGET, target, strict=True):
            set_committed_value(key, column.key, value)


@cache
def _with_return_code() -> Select[Key]:
    return select(Key).where(among(Key.id, ids_later("ids")), Key.sealed_return_code.is_not(None))


@cache
def _aim() -> Update:
    """Change the targets of those keys that are to go elsewhere than before.

    What comes first is materialized: it stands in several places, and is looked for only once.
    """
    key = aliased(Key)
    coming = (
        select(key.id, _next(key).label("automat_id"))
        .where(among(key.id, ids_later("ids")))
        .cte("coming")
        .prefix_with("materialized")
    )
    automat_id = func.coalesce(coming.c.automat_id, _home())
    desk_id = case((coming.c.automat_id.is_(None), Key.selected_manual_storage_id))
    lies_there = and_(
        Key.automat_id.is_not_distinct_from(automat_id),
        Key.manual_storage_id.is_not_distinct_from(desk_id),
    )
    target = {
        Key.target_automat_id: case((lies_there, None), else_=automat_id),
        Key.target_manual_storage_id: case((lies_there, None), else_=desk_id),
    }
    is_other = or_(*(column.is_distinct_from(value) for column, value in target.items()))
    aim = update(Key).values(target).where(Key.id == coming.c.id, is_other)
    return aim.returning(Key.id, *TARGET).execution_options(synchronize_session=False)


def _home() -> ScalarSelect[Any]:
    """Tell in which automat a key lives, as long as that is there."""
    home = Automat.id == Key.selected_automat_id
    there = select(Automat.id).where(home, Automat.state != AutomatState.UNINSTALLED)
    return there.correlate(Key).scalar_subquery()


def _next(key: type[Key]) -> ColumnElement[Any]:
    """Tell of which automat it is the turn: of that where somebody will take the key, or any."""
    contract = LockerContract
    fetched_from = and_(
        key.status == KeyStatus.IN_STORAGE, contract.kind != LockerContractKind.RETURN
    )
    brought_to = and_(key.status != KeyStatus.IN_STORAGE, contract.kind != LockerContractKind.FETCH)

    def first(column: Any) -> ScalarSelect[Any]:
        named = select(column).where(contract.key_id == key.id, *_ahead(contract))
        named = named.where(or_(fetched_from, brought_to))
        return named.order_by(contract.starts_at).limit(1).correlate(key).scalar_subquery()

    return case((_is_taken_here(key, first), key.automat_id), else_=first(contract.automat_id))


def _is_taken_here(
    key: type[Key], first: Callable[[Any], ScalarSelect[Any]]
) -> ColumnElement[bool]:
    """Tell whether somebody opens a key's locker for any key before its own next turn (R69d)."""
    contract, next_turn = aliased(LockerContract), first(LockerContract.starts_at)
    opened = exists().where(
        key.kind == KeyKind.ELECTROMECHANICAL,
        contract.locker_id == key.locker_id,
        contract.key_id.is_(None),
        contract.kind != LockerContractKind.RETURN,
        *_ahead(contract),
        or_(next_turn.is_(None), contract.starts_at <= next_turn),
    )
    return opened.correlate(key)


def _ahead(contract: type[LockerContract]) -> tuple[ColumnElement[bool], ...]:
    is_ahead = or_(contract.ends_at.is_(None), contract.ends_at > bindparam("now"))
    return is_live(contract), is_ahead
