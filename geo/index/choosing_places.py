"""Which of the places that fit an address is meant: one, or none when several are as good."""

from collections.abc import Callable, Sequence

from geo.geocoding import Match
from geo.index.address_questions import AddressQuestion, Likeness, Option
from geo.index.house_finding import SAME_PLACE_METRES, Spot
from geo.wording.address_wording import ambiguous, contradicted, label, not_found
from geo.wording.postal_codes import is_near_miss
from models.places import PlacementPrecision

SOURCE = "embedded"
MARGIN = 0.05
WIDE_METRES = 100
TOO_WIDE_METRES = 400
ELSEWHERE_FACTOR = 0.85
OTHER_CODE_FACTOR = 0.85

_TIERS = {
    PlacementPrecision.HOUSE_NUMBER: 0,
    PlacementPrecision.NUMBER_RANGE: 1,
    PlacementPrecision.INTERPOLATED: 1,
    PlacementPrecision.STREET: 2,
}

_RIVALS = {
    Likeness.WRITTEN: Likeness.WRITTEN_OUT,
    Likeness.SPELT: Likeness.WRITTEN_OUT,
    Likeness.WRITTEN_OUT: Likeness.FOLDED,
    Likeness.FOLDED: Likeness.FOLDED,
    Likeness.SHORTENED: Likeness.SHORTENED,
    Likeness.SIMILAR: Likeness.SIMILAR,
}
"""The least likeness that still competes with a better one in the same town."""


def choose(question: AddressQuestion, options: list[Option]) -> Match:
    """Choose the place that is meant.

    Raises:
        AddressNotFound: None fits, or the postal code speaks against the only one.
        AddressAmbiguous: Several places are as good, and far from each other.
    """
    if not options:
        raise not_found(question)
    best = max(option.candidate.score for option in options)
    near = [option for option in options if option.candidate.score > best - MARGIN]
    near = _best_names(near)
    near = _best(near, lambda option: -agreement(question, option.spot))
    towns = {option.candidate.street.town_id for option in near}
    anywhere = len(towns) > 1
    near = _leading(near, anywhere=anywhere)
    near.sort(key=lambda option: (-option.candidate.score, _TIERS[option.spot.precision]))
    if any(near[0].spot.metres_to(other.spot) > SAME_PLACE_METRES for other in near[1:]):
        raise ambiguous(question, near)
    chosen = near[0]
    if _is_rather_elsewhere(question, chosen):
        raise not_found(question)
    if _contradicts(question, chosen):
        raise contradicted(question, chosen)
    return _match(question, chosen, ELSEWHERE_FACTOR if anywhere else 1.0)


def agreement(question: AddressQuestion, spot: Spot) -> int:
    """Tell whether a place has the postal code that was given: 2 yes, 1 not known, 0 no."""
    wanted = question.parsed.postal_key
    if not wanted or wanted in spot.postcode_keys:
        return 2
    return 0 if spot.postcode_keys else 1


def _leading(options: list[Option], *, anywhere: bool) -> list[Option]:
    """Keep the most exact places.

    A house number settles which town is meant, unless another town's street has room for that
    number too; so with several towns all that are better than a street alone compete.
    """
    best = min(_TIERS[option.spot.precision] for option in options)
    limit = max(best, 1) if anywhere else best
    kept = [option for option in options if _TIERS[option.spot.precision] <= limit]
    if anywhere:
        return kept
    kept = _best(kept, lambda option: option.candidate.order)
    if any(option.candidate.likeness < Likeness.SIMILAR for option in kept):
        return _best(kept, lambda option: option.candidate.likeness)
    return kept


def _best_names(options: Sequence[Option]) -> list[Option]:
    """Drop streets whose name fits less where the town has one whose name fits better.

    `Müllerstraße` and `Mullerstraße` are two streets, `Pikk` and `Pikk tänav` may be; but
    `Hauptstr.` and `Hauptstraße` are one, mapped by two people.
    """
    best: dict[int, Likeness] = {}
    for option in options:
        town, likeness = option.candidate.street.town_id, option.candidate.likeness
        best[town] = min(likeness, best.get(town, likeness))
    return [
        option
        for option in options
        if option.candidate.likeness <= _RIVALS[best[option.candidate.street.town_id]]
    ]


def _best(options: Sequence[Option], rank: Callable[[Option], float]) -> list[Option]:
    least = min(rank(option) for option in options)
    return [option for option in options if rank(option) == least]


def _contradicts(question: AddressQuestion, option: Option) -> bool:
    """Tell whether the postal code names another place than this, with no town to outweigh it."""
    wanted = question.parsed.postal_key
    if not wanted or option.candidate.scope.is_named or agreement(question, option.spot):
        return False
    return not any(is_near_miss(wanted, code) for code in option.spot.postcode_keys)


def _is_rather_elsewhere(question: AddressQuestion, option: Option) -> bool:
    """Tell whether the street is spelt right but lies in another town than the one named.

    Then a similar name in the town named is no better a guess than a wrong town, unless the postal
    code speaks for it.
    """
    wanted = question.parsed.postal_key
    return bool(question.known_elsewhere) and wanted not in option.spot.postcode_keys


def _match(question: AddressQuestion, option: Option, factor: float) -> Match:
    spot, candidate = option.spot, option.candidate
    code = {2: 1.0, 1: 0.97, 0: OTHER_CODE_FACTOR}[agreement(question, spot)]
    wide = 0.9 if spot.spread_metres > WIDE_METRES else 1.0
    precision = spot.precision
    if precision is PlacementPrecision.HOUSE_NUMBER and spot.spread_metres > TOO_WIDE_METRES:
        precision = PlacementPrecision.NUMBER_RANGE
    confidence = candidate.score * spot.certainty * candidate.scope.certainty * code * wide * factor
    return Match(
        coordinates=spot.coordinates,
        precision=precision,
        confidence=round(confidence, 3),
        source=SOURCE,
        matched_address=label(question, option),
    )
