"""What stands against one automat, given where the keys are and by which rule it is looked at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from geo.candidates import Candidate, Facts, Rejection, general_rejections, is_full
from geo.judging_returns import is_full_at_the_end
from geo.key_supply import KeyOption, KeySupply
from geo.policies import exclusions, is_too_far, outside
from models.places import Coordinates
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
        group: The only automats that a key may be fetched from; None for any.
        return_window: When a locker is held for the return, where it has to be at the same automat.
        origin: From where people come, where that is known.
    """

    method: SelectionMethod
    window: Window
    now: datetime
    settings: UnitSettings
    supply: KeySupply
    group: frozenset[UUID] | None = None
    return_window: Window | None = None
    origin: Coordinates | None = None

    def judged(self, facts: Facts) -> Candidate:
        """Judge one automat."""
        rejections = [
            *general_rejections(facts, self.settings, self.now, lockers_needed=self.supply.needed),
            *exclusions(facts, self.settings),
            *self._place_rejections(facts),
            *self._key_rejections(facts),
            *self._return_rejections(facts),
        ]
        return Candidate(facts, tuple(rejections))

    def _place_rejections(self, facts: Facts) -> list[Rejection]:
        if self.group is not None and facts.automat.id not in self.group:
            message = "The device group that was named does not hold it, and the key lies in it."
            return [Rejection(RejectionCode.NOT_IN_GROUP, message)]
        if self.method is SelectionMethod.NEAREST:
            return [*self._distance_rejections(facts), *outside(facts, self.settings, self.origin)]
        if self.method is SelectionMethod.DEVICE_GROUP:
            return outside(facts, self.settings, self.origin)
        return []

    def _distance_rejections(self, facts: Facts) -> list[Rejection]:
        if facts.metres is None:
            message = "Its address could not be placed, so its distance is not known."
            return [Rejection(RejectionCode.POSITION_UNKNOWN, message)]
        if is_too_far(facts.metres, self.settings):
            limit = self.settings.largest_distance_metres
            message = f"It is {facts.metres:.0f} m away; the limit is {limit:.0f} m."
            return [Rejection(RejectionCode.TOO_FAR, message)]
        return []

    def _key_rejections(self, facts: Facts) -> list[Rejection]:
        if not self.supply.inside:
            return is_full(facts, self.window, lockers_needed=self.supply.needed)
        ready = self.supply.ready_in(facts.automat.id)
        if ready:
            return self._locker_rejections(facts, ready)
        if self.supply.interchangeable:
            return [self._no_free_key(facts)]
        if self.method is SelectionMethod.NAMED_AUTOMAT and self.supply.may_be_brought:
            return is_full(facts, self.window, lockers_needed=self.supply.needed)
        return [self._key_elsewhere(facts)]

    def _locker_rejections(self, facts: Facts, ready: tuple[KeyOption, ...]) -> list[Rejection]:
        if len(keys_to_fetch(facts, ready)) >= self.supply.needed:
            return []
        message = f"The locker in which the key lies is held by another contract {self.window}."
        return [Rejection(RejectionCode.FULL_IN_WINDOW, message, self.window)]

    def _return_rejections(self, facts: Facts) -> list[Rejection]:
        if self.return_window is None or facts.back is None:
            return []
        ready = self.supply.ready_in(facts.automat.id)
        return is_full_at_the_end(facts.back, ready, self.return_window, self.supply.needed)

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


def keys_to_fetch(facts: Facts, ready: tuple[KeyOption, ...]) -> list[KeyOption]:
    """Choose the keys of an automat that can be fetched from it over a window.

    A key in a locker of its own can be fetched when no contract holds that locker; one that is yet
    to come back to the automat needs any free locker.
    """
    at_home = [
        option
        for option in ready
        if option.locker_index is not None and facts.uncontracted >> option.locker_index & 1
    ]
    at_home.sort(key=lambda option: option.locker_index or 0)
    own = sum(1 << option.locker_index for option in at_home if option.locker_index is not None)
    coming = [option for option in ready if option.locker_index is None]
    return at_home + coming[: (facts.free & ~own).bit_count()]


def nearness(facts: Facts, settings: UnitSettings, now: datetime, window: Window) -> Candidate:
    """Judge an automat for somebody who only looks around, with no key in mind."""
    rejections = [
        *general_rejections(facts, settings, now, lockers_needed=1),
        *exclusions(facts, settings),
        *is_full(facts, window, lockers_needed=1),
    ]
    return Candidate(facts, tuple(rejections))
