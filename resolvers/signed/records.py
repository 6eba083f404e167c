"""What was signed of key contracts, asked for many of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.dialects.among import among
from models.signing import Signature, SigningPurpose
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed of a key contract.

    Args:
        revision_signed_at: When each of its revisions was signed first.
        return_signed: Whether somebody signed that its keys came back.
    """

    revision_signed_at: dict[int, datetime]
    return_signed: bool


async def signed_of(reading: Reading, contract_ids: list[UUID]) -> Sequence[Signed]:
    """Tell what was signed of each of several key contracts, in one statement."""
    row = Signature
    rows = await reading.rows(
        select(row.key_contract_id, row.purpose, row.revision, row.signed_at)
        .where(
            row.organization_id == reading.actor.organization_id,
            among(row.key_contract_id, contract_ids),
        )
        .order_by(row.signed_at.desc())
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for one in rows:
        found[one.key_contract_id].append(one)
    return [_signed(found[id]) for id in contract_ids]


def _signed(signatures: Sequence[Any]) -> Signed:
    handovers = [one for one in signatures if one.purpose is SigningPurpose.HANDOVER]
    return Signed(
        revision_signed_at={one.revision: one.signed_at for one in handovers},
        return_signed=len(handovers) < len(signatures),
    )
