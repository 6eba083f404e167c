"""What a service's offers are worth. No guess is silent, so every offer has to prove itself.

It must lie in the country, on the street that was asked for, in the town that was asked for, and
be the house with that number. What it cannot prove makes it coarser, or nothing at all; and two
equally good offers in different places are never picked from.
"""

from dataclasses import dataclass

from geo.geocoding import Match
from geo.position import distance_metres
from geo.services.questions import Question, compared, is_same_town, street_likeness
from models.errors import AddressAmbiguous, AddressNotFound
from models.places import Coordinates, PlacementPrecision

EQUALLY_GOOD = 0.05
SAME_PLACE_METRES = 200
SAME_STREET_METRES = 5_000
AROUND_A_TOWN_METRES = 25_000
MOST_NAMED = 3
CONFIDENCE = {
    PlacementPrecision.HOUSE_NUMBER: 0.95,
    PlacementPrecision.NUMBER_RANGE: 0.85,
    PlacementPrecision.INTERPOLATED: 0.8,
    PlacementPrecision.STREET: 0.5,
    PlacementPrecision.POSTAL_CODE: 0.3,
    PlacementPrecision.CITY: 0.2,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that a service found, in one form for all services.

    Args:
        coordinates: Where it lies.
        label: Its address, as the service writes it.
        kind: What kind of thing it is: a house, a place between two houses, a street, an area.
        country_code: Two letters, upper case.
        street: The street that it is, or stands on.
        number: Its house number.
        postal_code: Its postal code.
        towns: Every name of the town it lies in: city, municipality, village; no parts of towns,
            whose names repeat from town to town.
    """

    coordinates: Coordinates
    label: str
    kind: PlacementPrecision
    country_code: str | None
    street: str | None = None
    number: str | None = None
    postal_code: str | None = None
    towns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appraised:
    """An offer and what it is worth."""

    offer: Offer
    precision: PlacementPrecision
    confidence: float

    def as_match(self, source: str) -> Match:
        """Make the answer of it."""
        return Match(
            coordinates=self.offer.coordinates,
            precision=self.precision,
            confidence=round(self.confidence, 3),
            source=source,
            matched_address=self.offer.label,
        )


def is_possible(question: Question, offer: Offer) -> bool:
    """Tell whether an offer lies in the country, and on a street of that name."""
    return offer.country_code == question.country_code and likeness(question, offer) > 0


def likeness(question: Question, offer: Offer) -> float:
    """Compare the streets; where one of both has none, nothing speaks against it."""
    if question.street is None or offer.street is None:
        return 1.0
    return street_likeness(question.street, offer.street)


def is_in_town(question: Question, offer: Offer, town: Offer | None = None) -> bool:
    """Tell whether an offer lies in the town that was asked for, by postal code or by name.

    Args:
        question: What was asked.
        offer: What was found.
        town: The town itself, as the service knows it: it may write it in another language.
    """
    if question.postal_code is None and question.city is None:
        return True
    if question.postal_code is not None and question.postal_code == offer.postal_code:
        return True
    names = [question.city] if question.city else []
    names += town.towns if town else ()
    return any(is_same_town(name, own) for name in names for own in offer.towns)


def appraised(question: Question, offer: Offer, town: Offer | None) -> Appraised | None:
    """Say what a possible offer is worth; None when it lies too far from the town."""
    in_town = is_in_town(question, offer, town)
    if not in_town and town is not None and apart(offer, town) > AROUND_A_TOWN_METRES:
        return None
    precision = exactness(question, offer)
    if not in_town:
        precision = coarser(precision, PlacementPrecision.STREET)
    confidence = CONFIDENCE[precision] * likeness(question, offer)
    if not in_town:
        confidence *= 0.8
    if question.postal_code and offer.postal_code not in {question.postal_code, None}:
        confidence *= 0.8
    return Appraised(offer, precision, confidence)


def exactness(question: Question, offer: Offer) -> PlacementPrecision:
    """Compare the house numbers, as far as there are any."""
    if question.street is None or offer.street is None:
        code = question.postal_code is not None and question.postal_code == offer.postal_code
        area = PlacementPrecision.POSTAL_CODE if code else PlacementPrecision.CITY
        return coarser(offer.kind, area)
    if question.number is None or offer.number is None:
        return coarser(offer.kind, PlacementPrecision.STREET)
    return coarser(offer.kind, compared(question, offer.number))


def coarser(one: PlacementPrecision, other: PlacementPrecision) -> PlacementPrecision:
    """Take the less exact of two precisions."""
    return other if one.is_at_least(other) else one


def best(appraisals: list[Appraised], source: str) -> Match:
    """Take the best offer, unless another is as good and lies elsewhere.

    Raises:
        AddressNotFound: There is none.
        AddressAmbiguous: Several are equally good; the message names them.
    """
    if not appraisals:
        raise AddressNotFound
    places = list(PlacementPrecision)
    ranked = sorted(appraisals, key=lambda one: (places.index(one.precision), -one.confidence))
    first = ranked[0]
    rivals = [other for other in ranked[1:] if are_rivals(first, other)]
    if rivals:
        raise AddressAmbiguous(several([first, *rivals]))
    return first.as_match(source)


def are_rivals(first: Appraised, other: Appraised) -> bool:
    """Tell whether another offer is as good as the first and in a different place."""
    return (
        other.precision is first.precision
        and first.confidence - other.confidence < EQUALLY_GOOD
        and not is_same_place(first, other)
    )


def is_same_place(one: Appraised, other: Appraised) -> bool:
    """Tell whether two offers are one place: near each other, or parts of one street or area."""
    distance = apart(one.offer, other.offer)
    if distance <= SAME_PLACE_METRES:
        return True
    if one.precision.is_at_least(PlacementPrecision.INTERPOLATED):
        return False
    reach = SAME_STREET_METRES if one.offer.street else AROUND_A_TOWN_METRES
    return distance <= reach and bool({*one.offer.towns} & {*other.offer.towns})


def apart(one: Offer, other: Offer) -> float:
    """Measure how far two offers lie from each other, in metres."""
    return distance_metres(one.coordinates, other.coordinates)


def several(rivals: list[Appraised]) -> str:
    """Name the places that an address fits."""
    named = " and ".join(
        f"{rival.offer.label} ({rival.offer.coordinates.latitude:.5f}, "
        f"{rival.offer.coordinates.longitude:.5f})"
        for rival in rivals[:MOST_NAMED]
    )
    more = f" and {len(rivals) - MOST_NAMED} more" if len(rivals) > MOST_NAMED else ""
    return f"The address fits several places: {named}{more}."
