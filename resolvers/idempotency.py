"""Answers that are given again: the same idempotency key and input get the same answer."""

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import delete

from models.accounts import Permission
from models.errors import IdempotencyConflict
from models.idempotency import KEPT, IdempotentAnswer
from resolvers.checks import required_text
from resolvers.work import Work

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PATH = ("idempotency_key",)
KEY_TAKEN = "idempotent_answers_organization_id_key_key"


async def recall(
    work: Work, key: str | None, input: "DataclassInstance", *, permission: Permission
) -> dict[str, Any] | None:
    """Find the answer that was given before; None when there is none.

    Raises:
        NotAllowed: The actor may not do what the answer is about.
        InvalidInput: The key is empty.
        IdempotencyConflict: The key came with another input.
    """
    work.require(permission)
    if key is None:
        return None
    same = IdempotentAnswer.key == required_text(key, path=PATH)
    known = await work.first(work.own(IdempotentAnswer).where(same))
    if known is None or known.answered_at + KEPT <= work.now:
        return None
    if known.input_digest != digest(input):
        raise IdempotencyConflict(path=PATH)
    return known.answer


async def remember(
    work: Work, key: str | None, input: "DataclassInstance", answer: dict[str, Any]
) -> None:
    """Keep an answer for seven days; older ones of the organization are forgotten.

    Raises:
        IdempotencyConflict: The same key is being used at this moment; send it again.
    """
    if key is None:
        return
    await work.session.execute(
        delete(IdempotentAnswer).where(
            IdempotentAnswer.organization_id == work.actor.organization_id,
            IdempotentAnswer.answered_at <= work.now - KEPT,
        )
    )
    at_once = "That idempotency key is being used at this very moment; send it again."
    await work.add(
        IdempotentAnswer(
            organization_id=work.actor.organization_id,
            key=required_text(key, path=PATH),
            input_digest=digest(input),
            answer=answer,
            answered_at=work.now,
        ),
        refusals={KEY_TAKEN: IdempotencyConflict(at_once, path=PATH)},
    )


def digest(input: "DataclassInstance") -> str:
    """Hash an input, whatever order its fields were written in."""
    written = orjson.dumps(asdict(input), default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(written).hexdigest()
