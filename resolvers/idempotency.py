"""Answers that are given again: the same idempotency key and input get the same answer."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, select, update

from models.accounts import Role
from models.base import Base, new_id
from models.dialects.among import among
from models.dialects.missing_rows import insert_or_replace
from models.errors import IdempotencyConflict
from models.idempotency import KEPT, IdempotentAnswer
from models.sealer import sealer_of
from resolvers.checks import required_text
from resolvers.work import Work

PATH = ("idempotency_key",)
FORGOTTEN_AT_ONCE = 100

Row = TypeVar("Row", bound=Base)


async def claim(work: Work, key: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    """Take a key for what is asked, or find the answer that it got before.

    Whoever comes with the same key meanwhile waits here until this transaction ends, then gets its
    answer, or goes on by themselves when it was refused. So it comes first in a transaction.

    Args:
        work: The transaction; undone, it leaves the key unused.
        key: Any text of the caller's; others may use the same one.
        asked: All that the answer depends on.

    Raises:
        InvalidInput: The key is empty.
        IdempotencyConflict: The key came with something else.
    """
    name, asked_for = named(work, key), await marked(work, asked)
    same = {asked_for, digest(asked)}  # as it was kept before marks
    former = await _former(work, key)
    if former is not None and former.input_digest in same:
        return former.answer
    if await _takes(work, name, asked_for):
        return None
    (known,) = await work.all(work.own(IdempotentAnswer).where(IdempotentAnswer.key == name))
    if known.input_digest not in same:
        raise IdempotencyConflict(path=PATH)
    return known.answer


def named(work: Work, key: str) -> str:
    """Name a key. All programs of a source share theirs; a person and a display have their own."""
    actor = work.actor
    alone = actor.person_id or (actor.token_id if actor.role is Role.STATION else None)
    key = required_text(key, path=PATH)
    return digest({"source": actor.source, "alone": alone, "key": key})


def _real_now(work: Work) -> datetime:
    """Tell the time by our clock: keys of sandboxes are kept as long, however far theirs goes."""
    return work.actor.real(work.now)


async def _former(work: Work, key: str) -> IdempotentAnswer | None:
    """Find the answer of a key that was kept when all of an organization still shared theirs."""
    row = IdempotentAnswer
    kept = row.key == required_text(key, path=PATH), row.answered_at > _real_now(work) - KEPT
    return await work.first(work.own(row).where(*kept))


async def _takes(work: Work, name: str, input_digest: str) -> bool:
    """Write the key down, unless it was used within the last seven days."""
    connection = await work.connection()
    taking = insert_or_replace(
        IdempotentAnswer.metadata.tables[IdempotentAnswer.__tablename__],
        connection.dialect.name,
        same=("organization_id", "key"),
        where=IdempotentAnswer.answered_at <= _real_now(work) - KEPT,
    ).values(
        id=new_id(),
        organization_id=work.actor.organization_id,
        key=name,
        input_digest=input_digest,
        answer={},
        answered_at=_real_now(work),
    )
    return (await connection.execute(taking.returning(IdempotentAnswer.id))).first() is not None


async def remember(work: Work, key: str, answer: dict[str, Any]) -> None:
    """Keep the answer to a key that this transaction took; answers of long ago are forgotten."""
    connection = await work.connection()
    taken = (
        IdempotentAnswer.organization_id == work.actor.organization_id,
        IdempotentAnswer.key == named(work, key),
    )
    await connection.execute(update(IdempotentAnswer).where(*taken).values(answer=answer))
    await _forget(work)


async def _forget(work: Work) -> None:
    """Forget what is older than seven days among the oldest answers; ids are in order of time."""
    id, answered_at = IdempotentAnswer.id, IdempotentAnswer.answered_at
    own = IdempotentAnswer.organization_id == work.actor.organization_id
    oldest = select(id).where(own).order_by(id).limit(FORGOTTEN_AT_ONCE)
    old = select(id).where(id.in_(oldest), answered_at <= _real_now(work) - KEPT)
    old = old.with_for_update(skip_locked=True)  # nobody waits for somebody else's tidying up
    await (await work.connection()).execute(delete(IdempotentAnswer).where(id.in_(old)))


async def as_now(work: Work, model: type[Row], ids: Collection[UUID]) -> Sequence[Row]:
    """Read things that an answer was about as they are now; what is gone is left out.

    Who may do what the answer came of may see this much of it.
    """
    return await work.all(work.seen(model).where(among(model.id, ids)))


async def marked(work: Work, asked: dict[str, Any]) -> str:
    """Mark what is asked: there may be a PIN in it, which a plain digest gives to whoever tries."""
    sealer = sealer_of((await work.connection()).dialect)
    return sealer.marked(digest(asked), work.actor.organization_id)


def digest(asked: dict[str, Any]) -> str:
    """Hash what is asked, whatever order it was written in."""
    written = json.dumps(asked, default=str, sort_keys=True)  # also of texts that cannot be stored
    return hashlib.sha256(written.encode()).hexdigest()
