"""What the policy of a unit says of automats: which it excludes, serves and prefers.

Exclusions hold however an automat comes into question. Areas hold where a device group or distance
decides; who names an automat, or fetches a key from where it lies, has chosen the place already.
"""

from collections.abc import Sequence

from geo.areas import area
from geo.candidates import Candidate, Facts, Rejection
from models.places import Coordinates
from models.selections import RejectionCode
from models.settings import Setting, UnitSettings


def exclusions(facts: Facts, settings: UnitSettings) -> list[Rejection]:
    """Say that the policy excludes an automat or its model, if so."""
    automat, found = facts.automat, []
    if automat.id in settings.excluded_automats:
        message = f"The {_policy(settings, Setting.EXCLUDED_AUTOMATS)} excludes it."
        found.append(Rejection(RejectionCode.NOT_IN_SERVICE, message))
    if automat.model in settings.excluded_models:
        whose = _policy(settings, Setting.EXCLUDED_MODELS)
        message = f"The {whose} excludes the model {automat.model.name}."
        found.append(Rejection(RejectionCode.WRONG_MODEL, message))
    return found


def outside(facts: Facts, settings: UnitSettings, origin: Coordinates | None) -> list[Rejection]:
    """Say that an automat stands where the policy lets nobody be sent, if so.

    Args:
        facts: The automat; one whose place is not known is not judged.
        settings: The policy.
        origin: From where the straight line to it is drawn, where that is known.
    """
    place = facts.automat.position
    if place is None:
        return []
    found = []
    if settings.served_area is not None and not area(settings.served_area).holds(place):
        whose = _policy(settings, Setting.SERVED_AREA)
        found.append(f"It stands outside the area that the {whose} serves.")
    if settings.excluded_area is not None:
        found += _excluded(settings, settings.excluded_area, place, origin)
    return [Rejection(RejectionCode.OUTSIDE_AREA, message) for message in found]


def _excluded(
    settings: UnitSettings, text: str, place: Coordinates, origin: Coordinates | None
) -> list[str]:
    excluded, whose = area(text), _policy(settings, Setting.EXCLUDED_AREA)
    if excluded.holds(place):
        return [f"It stands in the area that the {whose} excludes."]
    if origin is not None and excluded.is_met(origin, place):
        return [f"The straight line to it meets the area that the {whose} excludes."]
    return []


def is_too_far(metres: float | None, settings: UnitSettings) -> bool:
    """Tell whether the policy's largest distance is exceeded."""
    largest = settings.largest_distance_metres
    return metres is not None and largest is not None and metres > largest


def in_order_of_preference(
    judged: Sequence[Candidate], settings: UnitSettings
) -> Sequence[Candidate]:
    """Put automats that were judged, the nearest first, into the order in which they are chosen.

    Those in the preferred area come first, as far as they are not too far away. Then, among those
    that are hardly farther away than the nearest that can serve, the one with the largest share of
    free lockers is the first that can.
    """
    if settings.preferred_area is None:
        return _spread(judged, settings.spreading_metres)
    preferred: list[Candidate] = []
    others: list[Candidate] = []
    for candidate in judged:
        (preferred if _is_preferred(candidate.facts, settings) else others).append(candidate)
    metres = settings.spreading_metres
    return [*_spread(preferred, metres), *_spread(others, metres)]


def _is_preferred(facts: Facts, settings: UnitSettings) -> bool:
    place, text = facts.automat.position, settings.preferred_area
    if place is None or text is None or is_too_far(facts.metres, settings):
        return False
    return area(text).holds(place)


def _spread(judged: Sequence[Candidate], metres: float) -> Sequence[Candidate]:
    """Sort those that can serve and are hardly farther away than the nearest of them by share."""
    nearest = next((one.metres for one in judged if one.is_suitable), None)
    if not metres or nearest is None:
        return judged
    places = [
        at
        for at, one in enumerate(judged)
        if one.is_suitable and one.metres is not None and one.metres <= nearest + metres
    ]
    by_share = sorted(places, key=lambda at: -judged[at].facts.free_share)
    ordered = list(judged)
    for place, at in zip(places, by_share, strict=True):
        ordered[place] = judged[at]
    return ordered


def _policy(settings: UnitSettings, setting: Setting) -> str:
    name = settings.sayers.names.get(setting)
    return "policy" if name is None else f"policy of {name}"
