"""A wish for an automat, and the decision that answers it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from geo.candidates import Candidate
from geo.key_supply import KeySupply
from models.errors import LivionKeyError, NoFreeLocker, NoSuitableAutomat
from models.places import Coordinates
from models.selections import RejectionCode, SelectionMethod
from models.settings import UnitSettings
from models.times import Window

NEXT_AFTER_CHOSEN = 10
MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What an automat is wanted for.

    Args:
        window: The whole time that a locker would be held.
        now: The moment of the choice.
        settings: The policy of the entity's unit.
        supply: Where the keys are.
        origin: Where the entity is, if it is known exactly enough.
        notes: Why the origin is not known, and the like.
        automat_id: Use this automat and no other.
        device_group_id: Look only among this group's automats.
        own_device_group_id: The entity's group, for when nothing else applies.
    """

    window: Window
    now: datetime
    settings: UnitSettings
    supply: KeySupply
    origin: Coordinates | None
    notes: tuple[str, ...] = ()
    automat_id: UUID | None = None
    device_group_id: UUID | None = None
    own_device_group_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice and its reasons.

    Args:
        method: The rule that applied; None when none did or no automat is wanted.
        chosen: The automat; None when there is none.
        candidates: By rank, those that were looked at.
        examined: How many were looked at.
        notes: Why the preferred way could not be taken, and the like.
        origin: From where distances were measured.
        refusal: Why no automat was chosen; None when one was, or none is wanted.
        supply: The keys as they are fetched: those at desks where they have to be brought.
        also: The other automats from which keys are fetched, where they lie in several.
    """

    method: SelectionMethod | None
    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    examined: int
    notes: tuple[str, ...]
    origin: Coordinates | None
    refusal: LivionKeyError | None
    supply: KeySupply
    also: tuple[Candidate, ...] = ()

    def refused(self, refusal: LivionKeyError) -> "Decision":
        """Give the same decision with a better reason for choosing nothing."""
        return replace(self, refusal=refusal)


def decided(wish: Wish, method: SelectionMethod, judged: list[Candidate]) -> Decision:
    """Choose the first suitable one of automats that were judged in the order of preference."""
    chosen_at = next((at for at, one in enumerate(judged) if one.is_suitable), None)
    shown = judged if chosen_at is None else judged[: chosen_at + 1 + NEXT_AFTER_CHOSEN]
    ranked = ranking(shown)
    chosen = ranked[0] if chosen_at is not None else None
    return Decision(
        method=method,
        chosen=chosen,
        candidates=tuple(ranked[:MOST_CANDIDATES]),
        examined=len(judged),
        notes=wish.notes,
        origin=wish.origin,
        refusal=None if chosen else refusal_of(method, judged),
        supply=wish.supply,
    )


def ranking(judged: list[Candidate]) -> list[Candidate]:
    """Give candidates their ranks: the suitable ones first, otherwise in the order they have."""
    ordered = sorted(judged, key=lambda candidate: not candidate.is_suitable)
    return [Candidate(one.facts, one.rejections, at) for at, one in enumerate(ordered, start=1)]


def refusal_of(method: SelectionMethod, judged: list[Candidate]) -> LivionKeyError:
    """Say why none of the automats can serve: NO_FREE_LOCKER where one is only full."""
    if not judged:
        return NoSuitableAutomat(f"There is no automat to choose from ({method.value}).")
    only_full = [
        candidate
        for candidate in judged
        if {rejection.code for rejection in candidate.rejections} == {RejectionCode.FULL_IN_WINDOW}
    ]
    worst = (only_full or judged)[0]
    kind = NoFreeLocker if only_full else NoSuitableAutomat
    reasons = " ".join(rejection.message for rejection in worst.rejections)
    return kind(
        f"None of the {len(judged)} automats that were examined can serve. "
        f"{worst.automat.name}: {reasons}"
    )
