"""What somebody asks for when they make a key contract, and how a draft keeps that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from models.base import Json
from models.contracts import Verification
from models.organizations import ContactDetails
from models.templates import ContractValue
from models.times import Window


@dataclass(frozen=True, slots=True)
class Asked:
    """A contract of certain keys as somebody asks for it; what is None was not said.

    Args:
        contacts: Who may have the keys; the first is the main contact (G28).
        key_ids: Which keys.
        key_ring_ids: Key rings, all keys of which are meant (G31).
        starts_at: Where it begins; now when None.
        ends_at: The first moment after it.
        says_end: Whether an end was said; `ends_at` None then means that it is permanent (R60).
        automat_id: To which automat keys at desks are brought.
        free_locker_after_fetch: Whether its locker is free for others once its key is out (R18).
        pick_up_information: How to get keys that lie at a desk (R78).
        reference: What people call it (R20).
        verification: How its main contact confirms it before it holds (R82).
        language: In which language its agreements are offered (G18).
        agreement_ids: Agreements beside the mandatory ones (R81).
        access_schedule: When its keys may be fetched (G29).
        template_id: The template whose values come before those of its unit's standard one (R56).
        pins: PINs that somebody chose, by key; secret, so that drafts do not keep them (R21, R25).
        by_default: What templates filled in and do not insist on, so that it falls away where it
            does not hold any more (R56).
    """

    contacts: Sequence[ContactDetails] = ()
    key_ids: Sequence[UUID | None] = ()
    key_ring_ids: Sequence[UUID | None] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    says_end: bool = False
    automat_id: UUID | None = None
    free_locker_after_fetch: bool | None = None
    pick_up_information: str | None = None
    reference: str | None = None
    verification: Verification | None = None
    language: str | None = None
    agreement_ids: Sequence[UUID | None] | None = None
    access_schedule: Json | None = None
    template_id: UUID | None = None
    pins: Mapping[UUID, str] = field(default_factory=dict, repr=False)
    by_default: frozenset[ContractValue] = frozenset()

    def window(self, now: datetime) -> Window:
        """Give the time that was asked for.

        Raises:
            StartsAfterEnd: The end is not after the start.
        """
        return Window.checked(self.starts_at or now, self.ends_at)

    def kept(self) -> Json:
        """Write it down for a draft; contacts and reference have rows and columns of their own."""
        return {
            one.name: _plain(getattr(self, one.name))
            for one in fields(self)
            if one.name not in NOT_KEPT
        }

    @classmethod
    def of_draft(cls, kept: Json, **more: Any) -> Self:
        """Read what a draft keeps, with what has its own place."""
        return cls(**{name: _read(name, value) for name, value in kept.items()}, **more)


NOT_KEPT = {"contacts", "reference", "pins", "by_default"}
IDS = {"automat_id", "template_id"}
LISTS_OF_IDS = {"key_ids", "key_ring_ids", "agreement_ids"}
TIMES = {"starts_at", "ends_at"}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in LISTS_OF_IDS:
        return [UUID(one) for one in value]
    if name in IDS:
        return UUID(value)
    if name in TIMES:
        return datetime.fromisoformat(value)
    return Verification(value) if name == "verification" else value
