"""Return codes: while a key is out, its code opens the locker to which it comes back (R30-R34).

The automat lets it in only while that locker is empty (R31), and nobody can take a key with it.
Which locker that is follows from the rows; it is asked again whenever it may be another one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, insert, or_, select
from sqlalchemy.orm import aliased

from models.automats import Automat, AutomatState, Locker, LockerState
from models.base import new_id
from models.codes import AutomatCode, CodeUse
from models.contracts import KeyAllocation, LockerContract, LockerContractKind
from models.dialects.among import among
from models.events import EventKind
from models.keys import Key, KeyStatus
from models.live_contracts import is_live
from models.marks import Marked
from models.pins import COOL_DOWN
from models.sealed import Sealed
from resolvers.codes import bump
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class Opening:
    """What a return code opens.

    Args:
        automat_id: At which automat.
        locker_id: Which locker.
        code: The code.
        opens_at: From when on.
    """

    automat_id: UUID
    locker_id: UUID
    code: str = field(repr=False)
    opens_at: datetime


async def follow(work: Work, keys: Iterable[Key]) -> None:
    """Let return codes open the lockers to which their keys come back now, and no others.

    Keys without a return code cost nothing; one whose code was taken away is to be given too.
    """
    concerned = [key for key in keys if key.return_code is not None]
    if concerned:
        await renew(work, concerned)


async def renew(work: Work, keys: Sequence[Key]) -> None:
    """Let return codes be right, also those of keys that have none any more."""
    known = await _known(work, keys)
    held = await _held(work, [key.id for key in keys])
    own = await _own(work, [key.id for key in keys])
    wanted = {key: _wanted(work, key, held.get(key.id), own.get(key.id)) for key in keys}
    changed = {
        key: opening
        for key, opening in wanted.items()
        if not _is_same(work, known.get(key.id), opening)
    }
    if changed:
        before = [known[key.id] for key in changed if key.id in known]
        await _change(work, before, changed)


def _is_same(work: Work, known: Any, wanted: Opening | None) -> bool:
    if known is None or wanted is None:
        return known is wanted
    place = known.automat_id, known.locker_id, known.sealed_code.opened(of=known.id)
    same_place = place == (wanted.automat_id, wanted.locker_id, wanted.code)
    return same_place and max(known.opens_at, work.now) == wanted.opens_at


async def _known(work: Work, keys: Sequence[Key]) -> dict[UUID, Any]:
    row = AutomatCode
    columns = row.id, row.key_id, row.automat_id, row.locker_id, row.sealed_code, row.opens_at
    of_keys = select(*columns).where(among(row.key_id, [key.id for key in keys]))
    return {found.key_id: found for found in await work.rows(of_keys)}


async def _held(work: Work, key_ids: Collection[UUID]) -> dict[UUID, Any]:
    """Find the lockers that are held for keys to come back to, by key: the first that opens."""
    row, allocation = LockerContract, KeyAllocation
    back = (
        select(row.key_id, row.automat_id, row.locker_id, row.starts_at)
        .join(
            allocation,
            (allocation.key_contract_id == row.key_contract_id) & (allocation.key_id == row.key_id),
        )
        .where(
            among(row.key_id, key_ids),
            is_live(row),
            row.kind != LockerContractKind.FETCH,
            row.locker_id.is_not(None),
            allocation.live,
            allocation.fetched_at.is_not(None),
        )
        .order_by(row.starts_at.desc())
    )
    return {found.key_id: found for found in await work.rows(back)}


async def _own(work: Work, key_ids: Collection[UUID]) -> dict[UUID, Any]:
    """Find the lockers of their own that can take keys back, by key: empty ones that work (R31)."""
    inside = aliased(Key)
    is_full = exists().where(inside.locker_id == Locker.id, inside.id != Key.id)
    own = (
        select(Key.id, Locker.automat_id, Locker.id.label("locker_id"))
        .join(Locker, Locker.id == Key.selected_locker_id)
        .join(Automat, Automat.id == Locker.automat_id)
        .where(
            among(Key.id, key_ids),
            ~is_full,
            Locker.state != LockerState.OUT_OF_ORDER,
            Automat.state != AutomatState.UNINSTALLED,
        )
    )
    return {found.id: found for found in await work.rows(own)}


async def follow_lockers(work: Work, locker_ids: Collection[UUID]) -> None:
    """Let the return codes of keys be right whose own lockers became full, empty or broken."""
    if not locker_ids:
        return
    theirs = among(Key.selected_locker_id, locker_ids), Key.sealed_return_code.is_not(None)
    await follow(work, await work.all(work.own(Key).where(*theirs)))


def _wanted(work: Work, key: Key, held: Any, own: Any) -> Opening | None:
    """Say which locker a code opens: the one that is held now, else its own, else one held later.

    None for a key that lies somewhere or is out of use, and for one without a locker that takes it.
    """
    if key.return_code is None or key.is_stored or key.status is KeyStatus.RETIRED:
        return None
    is_open = held is not None and held.starts_at <= work.now
    if not is_open and own is not None:
        return Opening(own.automat_id, own.locker_id, key.return_code, work.now)
    if held is None:
        return None
    opens_at = max(work.now, held.starts_at)
    return Opening(held.automat_id, held.locker_id, key.return_code, opens_at)


async def _change(work: Work, before: Sequence[Any], wanted: Mapping[Key, Opening | None]) -> None:
    """Let automats forget what return codes opened, and know what they open now."""
    row = AutomatCode
    connection = await work.connection()
    if before:
        theirs = among(row.key_id, [one.key_id for one in before])
        await connection.execute(delete(row).where(theirs))
    opening = await _usable(work, wanted)
    automats = {one.automat_id for one in (*before, *opening.values())}
    revisions = await bump(work, automats)
    if opening:
        codes = [_code_of(work, key, one, revisions) for key, one in opening.items()]
        await (await work.connection()).execute(insert(row), codes)


def _code_of(
    work: Work, key: Key, opening: Opening, revisions: Mapping[UUID, int]
) -> dict[str, Any]:
    id = new_id()
    return {
        "id": id,
        "organization_id": work.actor.organization_id,
        "automat_id": opening.automat_id,
        "locker_id": opening.locker_id,
        "sealed_code": Sealed(opening.code, of=id),
        "code_mark": Marked(opening.code, of=opening.automat_id),
        "use": CodeUse.RETURN,
        "key_id": key.id,
        "revision": revisions[opening.automat_id],
        "wanted_at": work.now,
        "opens_at": opening.opens_at,
    }


async def _usable(work: Work, wanted: Mapping[Key, Opening | None]) -> dict[Key, Opening]:
    """Leave out what automats cannot be given; people are told when a code means something else.

    The automat may be another one than those for which a code was checked when it was given.
    """
    usable: dict[Key, Opening] = {}
    given = set()
    for key, opening in wanted.items():
        if opening is None:
            continue
        code = opening.automat_id, opening.code
        if code not in given and await _is_unused(work, key, opening):
            usable[key] = opening
            given.add(code)
        else:
            await _tell(work, key, opening)
    return usable


async def _is_unused(work: Work, key: Key, wanted: Opening) -> bool:
    """Tell whether a code means nothing else at an automat."""
    row = LockerContract
    same_pin = work.own(row).where(
        row.automat_id == wanted.automat_id,
        row.pin_mark == Marked(wanted.code, of=wanted.automat_id),
        or_(is_live(row), row.ends_at > work.now - COOL_DOWN),
    )
    others = work.own(Key).where(
        Key.id != key.id,
        Key.return_code_mark == Marked(wanted.code, of=key.organization_id),
        or_(
            Key.automat_id == wanted.automat_id,
            Key.selected_automat_id == wanted.automat_id,
            Key.id.in_(
                select(AutomatCode.key_id).where(AutomatCode.automat_id == wanted.automat_id)
            ),
        ),
    )
    return await work.first(same_pin) is None and await work.first(others) is None


async def _tell(work: Work, key: Key, wanted: Opening) -> None:
    automat = await work.get(Automat, wanted.automat_id)
    work.record(
        EventKind.RETURN_CODE_NOT_USABLE,
        key,
        notice=f"The return code of the key {key.code} opens nothing at {automat.name}: another "
        "code there is the same. Give the key another one.",
        automat_id=automat.id,
        locker_id=wanted.locker_id,
    )
