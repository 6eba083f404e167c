"""A wish for an automat, and the decision that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from geo.candidates import Candidate
from geo.counterfactuals import Counterfactual, counterfactuals
from geo.key_supply import KeySupply
from geo.recording import Recording
from geo.refusals import NOTHING, LeftOut, refusal_of
from models.addressed import PlacementProblem
from models.errors import LivionKeyError, NoFreeLocker
from models.places import Coordinates
from models.selections import SelectionMethod
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
        return_window: When a locker would be held for the return, where it is held apart.
        policy_version: Which version of the policy the settings are of.
        no_place: Why the entity's address could not be placed, when somebody looked.
        left_out: Automats that were looked at and are not remembered, see `geo.records`.
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
    return_window: Window | None = None
    policy_version: str | None = None
    no_place: PlacementProblem | None = None
    left_out: LeftOut = NOTHING

    @property
    def return_here(self) -> Window | None:
        """When a locker has to be free for the return at the automat of the fetch."""
        return None if self.settings.return_elsewhere else self.return_window


@dataclass(frozen=True, slots=True)
class FreeAgain:
    """When an automat that is full has a locker again.

    Args:
        automat_id: The automat.
        name: What people call it.
        moment: From when on.
    """

    automat_id: UUID
    name: str
    moment: datetime


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
        counterfactuals: What would have been chosen if one thing had been otherwise.
        shadow: What another rule would have chosen, where it is only watched.
        judged: All that were looked at, in the order of preference.
        free_again: Where a locker is free later, when none is now.
        wish: What was wanted; None where no automat could be wanted.
        seen: What the choice saw; None where it looked at nothing.
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
    counterfactuals: tuple[Counterfactual, ...] = ()
    shadow: "Decision | None" = None
    judged: Sequence[Candidate] = field(default=(), repr=False)
    free_again: FreeAgain | None = None
    wish: Wish | None = field(default=None, repr=False, compare=False)
    seen: Recording | None = field(default=None, repr=False, compare=False)

    def free_from(self, found: FreeAgain | None) -> "Decision":
        """Say of a decision for want of a locker from when on there is one, as far as is known."""
        assert self.refusal is not None  # noqa: S101 - whoever asks has looked
        message, moment = self.refusal.message, None
        if found is not None:
            moment = found.moment
            message += f" {found.name} has a free locker for as long from {moment.isoformat()}."
        return replace(self, refusal=NoFreeLocker(message, free_from=moment), free_again=found)

    @property
    def reasons(self) -> list[str]:
        """Its notes; why nothing was chosen is one of them."""
        notes = list(self.notes)
        if self.refusal is not None and self.refusal.message not in notes:
            notes.append(self.refusal.message)
        return notes

    def shadow_written(self) -> dict[str, Any] | None:
        """Write what would have been chosen instead, and how many metres that would have saved."""
        if self.shadow is None:
            return None
        other, here = self.shadow.chosen, self.chosen
        nearer = None
        if other is not None and here is not None and None not in (other.metres, here.metres):
            nearer = (here.metres or 0.0) - (other.metres or 0.0)
        return {
            "method": self.shadow.method,
            "automat_id": other and other.automat.id.hex,
            "distance_metres": other and other.metres,
            "refusal": self.shadow.refusal and self.shadow.refusal.message,
            "differs": (other and other.automat.id) != (here and here.automat.id),
            "nearer_metres": nearer,
        }


def decided(wish: Wish, method: SelectionMethod, judged: Sequence[Candidate]) -> Decision:
    """Choose the first suitable one of automats that were judged in the order of preference."""
    chosen_at = next((at for at, one in enumerate(judged) if one.is_suitable), None)
    shown = judged if chosen_at is None else judged[: chosen_at + 1 + NEXT_AFTER_CHOSEN]
    ranked = ranking(shown)
    chosen = ranked[0] if chosen_at is not None else None
    return Decision(
        method=method,
        chosen=chosen,
        candidates=tuple(ranked[:MOST_CANDIDATES]),
        examined=len(judged) + wish.left_out.count,
        notes=wish.notes,
        origin=wish.origin,
        refusal=None if chosen else refusal_of(method, judged, wish.left_out),
        supply=wish.supply,
        counterfactuals=counterfactuals(judged, wish.settings),
        judged=judged,
    )


def ranking(judged: Sequence[Candidate]) -> list[Candidate]:
    """Give candidates their ranks: the suitable ones first, otherwise in the order they have."""
    ordered = sorted(judged, key=lambda candidate: not candidate.is_suitable)
    return [Candidate(one.facts, one.rejections, at) for at, one in enumerate(ordered, start=1)]


def at_desk(wish: Wish) -> Decision:
    """Choose no automat, as the keys are handed over at desks."""
    note = "Keys at desks are handed over there, so no automat is wanted."
    notes = (*wish.notes, note)
    return Decision(None, None, (), 0, notes, wish.origin, None, wish.supply, wish=wish)
