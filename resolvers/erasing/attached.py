"""Attachments of an erased contact's contracts: they may tell of it, and go by their own rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.attachments import Attachment, AttachmentState
from models.contracts import KeyContract
from models.dialects.among import among
from resolvers.retention import removal_for
from resolvers.work import Work

GROUND = "GDPR art. 5 (1) e: as long as the contract's documents are needed, and no longer"


@dataclass(frozen=True, slots=True)
class Attached:
    """What is attached to a contract, and until when it is kept.

    Args:
        contract: To which.
        until: Until when; None while the contract is not over.
    """

    contract: KeyContract
    until: datetime | None

    def as_kept(self) -> dict[str, Any]:
        """Write down for a receipt that it is kept, until when and why."""
        return {
            "what": "attachments",
            "keyContract": self.contract.reference,
            "until": self.until.isoformat() if self.until else None,
            "ground": GROUND,
        }


async def attached_to(work: Work, contracts: Sequence[KeyContract]) -> list[Attached]:
    """List those of several contracts to which something is attached that is not removed."""
    row = Attachment
    left = work.own(row).where(
        among(row.key_contract_id, [one.id for one in contracts]),
        row.state != AttachmentState.REMOVED,
    )
    having = {one.key_contract_id for one in await work.all(left)}
    return [Attached(one, await removal_for(work, one)) for one in contracts if one.id in having]
