"""Backup codes: ten digits that open a key's own locker without a contract, offline too (R35-R37).

A key has two of them from when it first lives in an automat. The automat knows those that are good
for as long as the key has a locker of its own there and is not retired; meanwhile they are kept,
so that what somebody wrote down works again when the key is back. Each is used once.

Ten digits cannot be those of a PIN or a return code, which have nine at most, so all that they
must not be is another backup code: that is a constraint of the organization.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from models.accounts import Permission
from models.automats import Automat, AutomatModel
from models.base import new_id, table_of
from models.codes import AutomatCode, BackupCode, CodeUse
from models.dialects.among import among
from models.dialects.missing_rows import insert_missing
from models.errors import InvalidInput
from models.events import EventKind
from models.keys import Key, KeyStatus
from models.marks import Marked
from models.sealed import Sealed
from resolvers.codes import bump
from resolvers.work import Reading, Work

HOW_MANY = 2
DIGITS = 10


async def make(work: Work, keys: Iterable[Key]) -> None:
    """Give codes to keys that never had any, as far as they live in automats."""
    living = [key for key in keys if _home(key) is not None]
    if living:
        made = await _new(work, [key.id for key in living] * HOW_MANY)
        await _let_know(work, living, made)


async def follow(work: Work, keys: Iterable[Key]) -> None:
    """Let automats know the codes of keys that live in them, in the lockers of these, alone.

    Keys that live in an automat for the first time get codes.
    """
    concerned = {key.id: key for key in keys if key.selected_automat_id is not None}
    if not concerned:
        return
    known = await _known(work, list(concerned))
    good = [one for one in known if one.used_at is None and one.withdrawn_at is None]
    here = [one for one in good if _is_at_home(one, concerned[one.key_id])]
    wrong = {one.id for one in known if one.locker_id is not None} - {one.id for one in here}
    await forget(work, wrong)
    had_some = {one.key_id for one in known}
    await make(work, [key for id, key in concerned.items() if id not in had_some])
    lacking = [one._asdict() for one in good if one not in here]
    await _let_know(work, concerned.values(), lacking)


async def renew(work: Work, key_id: UUID | None) -> Key:
    """Give a key new codes; those that it had open nothing any more (R36, R37).

    Raises:
        NotAllowed: The actor may not change keys, or not see codes.
        NotFound: There is no such key.
        InvalidInput: It has no locker of its own in an automat, or is retired.
    """
    work.require(Permission.EDIT_KEYS)
    work.require(Permission.SEE_PINS)
    known = await work.get(Key, key_id, path=("key_id",))
    (key,) = await work.locked(Key, [known.id])
    if _home(key) is None:
        message = f"The key {key.code} has no locker of its own in an automat now."
        raise InvalidInput(message, path=("key_id",))
    row = BackupCode
    old = update(row).where(row.key_id == key.id, row.used_at.is_(None), row.withdrawn_at.is_(None))
    gone = await (await work.connection()).execute(
        old.values(withdrawn_at=work.now).returning(row.id)
    )
    await forget(work, set(gone.scalars()))
    await make(work, [key])
    work.record(EventKind.BACKUP_CODES_MADE, key, count=HOW_MANY)
    return key


async def used(work: Work, code: BackupCode, at: datetime) -> None:
    """Let a code be used up; a LivionKey 1 gets another one by itself, others by hand (R36).

    Args:
        work: The transaction.
        code: The code, locked. What was used before is passed over.
        at: When it was typed.
    """
    if code.used_at is not None:
        return
    code.used_at = at
    await forget(work, {code.id})
    (key,) = await work.locked(Key, [code.key_id])
    automat = await work.find(Automat, key.selected_automat_id)
    is_good = code.withdrawn_at is None and _home(key) is not None
    if is_good and automat is not None and automat.model is AutomatModel.LIVIONKEY_1:
        await _let_know(work, [key], await _new(work, [key.id]))
        work.record(EventKind.BACKUP_CODES_MADE, key, count=1)


async def shown(reading: Reading, key_ids: list[UUID]) -> Sequence[list[str]]:
    """Tell which codes the automat of each of several keys knows, the oldest first."""
    row = BackupCode
    rows = await reading.rows(
        select(row.id, row.key_id, row.sealed_code)
        .join(AutomatCode, AutomatCode.backup_code_id == row.id)
        .where(row.organization_id == reading.actor.organization_id, among(row.key_id, key_ids))
        .order_by(row.id)
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for one in rows:
        found[one.key_id].append(one.sealed_code.opened(of=one.id))
    return [found[id] for id in key_ids]


class Home(NamedTuple):
    """Where a key lives in an automat."""

    automat_id: UUID
    locker_id: UUID


def _home(key: Key) -> Home | None:
    automat_id, locker_id = key.selected_automat_id, key.selected_locker_id
    if automat_id is None or locker_id is None or key.status is KeyStatus.RETIRED:
        return None
    return Home(automat_id, locker_id)


def _is_at_home(one: Any, key: Key) -> bool:
    home = _home(key)
    return home is not None and one.locker_id == home.locker_id


async def _known(work: Work, key_ids: Sequence[UUID]) -> list[Any]:
    """Read all codes of keys, with the lockers that they open: none for those that open none."""
    row = BackupCode
    return await work.rows(
        select(
            *(row.id, row.key_id, row.sealed_code, row.used_at, row.withdrawn_at),
            AutomatCode.locker_id,
        )
        .outerjoin(AutomatCode, AutomatCode.backup_code_id == row.id)
        .where(among(row.key_id, key_ids))
        .order_by(row.id)
    )


async def _new(work: Work, key_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Make a code for each of some keys, and write them down; digits that are taken are passed."""
    connection, table = await work.connection(), table_of(BackupCode)
    unlucky = insert_missing(table, connection.dialect.name).returning(table.c.id)
    made: list[dict[str, Any]] = []
    missing = list(key_ids)
    while missing:
        rows = {row["id"]: row for row in (_row(work, key_id) for key_id in missing)}
        written = await connection.execute(unlucky.values(list(rows.values())))
        kept = set(written.scalars())
        made += [row for id, row in rows.items() if id in kept]
        missing = [row["key_id"] for id, row in rows.items() if id not in kept]
    return made


def _row(work: Work, key_id: UUID) -> dict[str, Any]:
    id, owner = new_id(), work.actor.organization_id
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return {
        "id": id,
        "organization_id": owner,
        "key_id": key_id,
        "sealed_code": Sealed(code, of=id),
        "code_mark": Marked(code, of=owner),
        "made_at": work.now,
    }


async def _let_know(work: Work, keys: Iterable[Key], made: Sequence[dict[str, Any]]) -> None:
    """Let automats know codes.

    For an automat each has the id of its backup code: it may name one that is not wanted any more.
    """
    homes = {key.id: home for key in keys if (home := _home(key)) is not None}
    known = [one for one in made if one["key_id"] in homes]
    revisions = await bump(work, {homes[one["key_id"]].automat_id for one in known})
    rows = [_known_code(work, one, homes[one["key_id"]], revisions) for one in known]
    if rows:
        await (await work.connection()).execute(insert(AutomatCode), rows)


def _known_code(
    work: Work, one: dict[str, Any], home: Home, revisions: dict[UUID, int]
) -> dict[str, Any]:
    id: UUID = one["id"]
    code = one["sealed_code"].opened(of=id)
    return {
        "id": id,
        "organization_id": work.actor.organization_id,
        "automat_id": home.automat_id,
        "locker_id": home.locker_id,
        "sealed_code": Sealed(code, of=id),
        "code_mark": Marked(code, of=home.automat_id),
        "use": CodeUse.FETCH_AND_RETURN,
        "backup_code_id": id,
        "revision": revisions[home.automat_id],
        "opens_at": work.now,
    }


async def forget(work: Work, ids: set[UUID]) -> None:
    """Let automats forget codes."""
    if not ids:
        return
    row = AutomatCode
    gone = delete(row).where(among(row.backup_code_id, ids)).returning(row.automat_id)
    forgotten = await (await work.connection()).execute(gone)
    await bump(work, set(forgotten.scalars()))
