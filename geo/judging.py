"""What stands against one automat, given where the keys are and by which rule it is looked at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from geo.candidates import Candidate, Facts, Rejection, general_rejections, is_full
from geo.key_supply import KeySupply
from models.selections import RejectionCode, SelectionMethod
from models.settings import UnitSettings
from models.times import Window


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges automats for one wish.

    Args:
        method: The rule by which they are looked at.
        window: The whole time that a locker would be held.
        now: The moment of the choice.
        settings: The policy.
        supply: Where the keys are.
        open_lockers: Lockers with a key of the supply in them that nobody else holds.
        group: The only automats that a key may be fetched from; None for any.
    """

    method: SelectionMethod
    window: Window
    now: datetime
    settings: UnitSettings
    supply: KeySupply
    open_lockers: set[UUID]
    group: set[UUID] | None

    def judged(self, facts: Facts) -> Candidate:
        """Judge one automat."""
        rejections = [
            *general_rejections(facts, self.settings, self.now, lockers_needed=self.supply.needed),
            *self._place_rejections(facts),
            *self._key_rejections(facts),
        ]
        return Candidate(facts.automat, facts.metres, facts.free_lockers, tuple(rejections))

    def is_too_far(self, metres: float | None) -> bool:
        """Tell whether the policy's largest distance is exceeded."""
        largest = self.settings.largest_distance_metres
        return metres is not None and largest is not None and metres > largest

    def _place_rejections(self, facts: Facts) -> list[Rejection]:
        if self.group is not None and facts.automat.id not in self.group:
            message = "The device group that was named does not hold it, and the key lies in it."
            return [Rejection(RejectionCode.NOT_IN_GROUP, message)]
        if self.method is not SelectionMethod.NEAREST:
            return []
        if facts.metres is None:
            message = "Its address could not be placed, so its distance is not known."
            return [Rejection(RejectionCode.POSITION_UNKNOWN, message)]
        if self.is_too_far(facts.metres):
            limit = self.settings.largest_distance_metres
            message = f"It is {facts.metres:.0f} m away; the limit is {limit:.0f} m."
            return [Rejection(RejectionCode.TOO_FAR, message)]
        return []

    def _key_rejections(self, facts: Facts) -> list[Rejection]:
        if not self.supply.inside:
            return is_full(facts, self.window, lockers_needed=self.supply.needed)
        ready = self.supply.ready_in(facts.automat.id)
        if ready:
            return self._locker_rejections([option.locker_id for option in ready])
        if self.supply.interchangeable:
            return [self._no_free_key(facts)]
        if self.method is SelectionMethod.NAMED_AUTOMAT and self.supply.may_be_brought:
            return is_full(facts, self.window, lockers_needed=self.supply.needed)
        return [self._key_elsewhere(facts)]

    def _locker_rejections(self, lockers: list[UUID | None]) -> list[Rejection]:
        held = [locker_id for locker_id in lockers if locker_id not in self.open_lockers]
        if len(lockers) - len(held) >= self.supply.needed:
            return []
        message = f"The locker in which the key lies is held by another contract {self.window}."
        return [Rejection(RejectionCode.FULL_IN_WINDOW, message)]

    def _no_free_key(self, facts: Facts) -> Rejection:
        free = len(self.supply.inside.get(facts.automat.id, ()))
        message = f"{free} free keys of the entity lie in it {self.window}; "
        return Rejection(RejectionCode.NO_FREE_KEY, f"{message}{self.supply.needed} needed.")

    def _key_elsewhere(self, facts: Facts) -> Rejection:
        here = len(self.supply.inside.get(facts.automat.id, ()))
        message = f"{here} of the {self.supply.needed} keys that are needed lie in it; "
        return Rejection(
            RejectionCode.KEY_ELSEWHERE,
            f"{message}the keys lie in {len(self.supply.inside)} other automats.",
        )


def nearness(facts: Facts, settings: UnitSettings, now: datetime, window: Window) -> Candidate:
    """Judge an automat for somebody who only looks around, with no key in mind."""
    rejections = [
        *general_rejections(facts, settings, now, lockers_needed=1),
        *is_full(facts, window, lockers_needed=1),
    ]
    return Candidate(facts.automat, facts.metres, facts.free_lockers, tuple(rejections))
