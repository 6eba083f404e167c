"""What becomes of one locker contract when its automat fails."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.contracts import LockerContractKind


@dataclass(frozen=True, slots=True)
class Move:
    """One locker contract that an automat touches.

    Args:
        locker_contract_id: Which one; it is the same afterwards.
        key_contract_id: Whose.
        kind: What the locker is held for.
        starts_at: From when on.
        from_automat_id: The automat that fails.
        metres_before: From the entity to that; from the automat itself where there is no entity.
            None when either place is not known.
        to_automat_id: Where it goes; None when it stays.
        locker_index: Which locker there.
        metres_after: From the entity to that.
        same_pin: Whether the PIN that its contacts have opens the new locker.
        reason: Why it is not moved; None when it is.
        has_stayed: Whether it is still held at the automat that fails, as it was before.
    """

    locker_contract_id: UUID
    key_contract_id: UUID
    kind: LockerContractKind
    starts_at: datetime
    from_automat_id: UUID
    metres_before: float | None
    to_automat_id: UUID | None = None
    locker_index: int | None = None
    metres_after: float | None = None
    same_pin: bool = False
    reason: str | None = None
    has_stayed: bool = False

    @property
    def is_moved(self) -> bool:
        """Whether it goes elsewhere."""
        return self.to_automat_id is not None
