"""What the embedded geocoder says: addresses as it understood them, and why it found none."""

from geo.index.address_questions import AddressQuestion, Option
from geo.wording.country_names import NUMBER_FIRST
from models.errors import AddressAmbiguous, AddressNotFound

WAY_OUT = "Check the spelling, or place it by hand."


def label(question: AddressQuestion, option: Option) -> str:
    """Write an address as the data has it."""
    street, spot = option.candidate.street, option.spot
    town = question.directory.towns.get(street.town_id)
    number_first = question.parsed.country_code in NUMBER_FIRST
    line = [spot.number, street.name] if number_first else [street.name, spot.number]
    place = [spot.postcode, town.name if town else ""]
    return ", ".join(part for part in (_together(line), _together(place)) if part)


def ambiguous(question: AddressQuestion, options: list[Option]) -> AddressAmbiguous:
    """Name two of the places that an address fits, and say how to tell them apart."""
    first, last = (
        options[0],
        max(options[1:], key=lambda each: each.spot.metres_to(options[0].spot)),
    )
    names = [label(question, each) for each in (first, last)]
    if names[0] == names[1]:
        names = [
            f"{name} at {each.spot.latitude:.5f}, {each.spot.longitude:.5f}"
            for name, each in zip(names, (first, last), strict=True)
        ]
    more = f", and {len(options) - 2} more" if len(options) > 2 else ""
    return AddressAmbiguous(
        f"{understood(question)} fits several places: {names[0]}; {names[1]}{more}. "
        f"{_what_would_help(question)}"
    )


def too_common(question: AddressQuestion, streets: int, towns: list[str]) -> AddressAmbiguous:
    """Say that a street without a town is in too many towns to look at."""
    street = question.parsed.readings[0].street
    return AddressAmbiguous(
        f"{understood(question)} fits several places: {streets} streets have that name, such as "
        f"{' and '.join(f'{street}, {town}' for town in towns)}. Add the postal code or the town."
    )


def not_found(question: AddressQuestion) -> AddressNotFound:
    """Say what was understood, why it is nowhere, and what to do."""
    parsed, directory = question.parsed, question.directory
    if parsed.is_post_box:
        return AddressNotFound("A post box lies nowhere: give the street and the house number.")
    if not directory.towns:
        return AddressNotFound(
            f"No addresses of {parsed.country_code} are in the index: import some with "
            "`livionkey addresses import FILE`, or place it by hand."
        )
    if parsed.named_country and parsed.named_country != parsed.country_code:
        return AddressNotFound(
            f"The address names {parsed.named_country}, but it was asked for in "
            f"{parsed.country_code}: give the right country code."
        )
    if not parsed.readings:
        return AddressNotFound(f"{_place_problem(question)} {WAY_OUT}")
    return AddressNotFound(f"{understood(question)} was not found: {_reason(question)} {WAY_OUT}")


def contradicted(question: AddressQuestion, option: Option) -> AddressNotFound:
    """Say that the postal code speaks against the only place that the street has."""
    return AddressNotFound(
        f"{understood(question)} was not found: {label(question, option)} is known, but the postal "
        f"code {question.parsed.postal_code} is another. Correct the postal code or add the town."
    )


def understood(question: AddressQuestion) -> str:
    """Write the parts that were understood."""
    parsed = question.parsed
    if not parsed.readings:
        return "The address"
    reading = parsed.readings[0]
    line = _together([f"“{reading.street}”", str(reading.number or "")])
    place = _together([parsed.postal_code or "", _named_place(question)])
    return ", ".join(part for part in (line, place) if part)


def _named_place(question: AddressQuestion) -> str:
    parsed = question.parsed
    places = [*parsed.towns, *parsed.unknown_places]
    if not places and parsed.readings:
        places = [parsed.readings[0].place]
    return places[0] if places else ""


def _reason(question: AddressQuestion) -> str:
    """Tell whether the town or the street is not known, and where the street is."""
    scopes = [scope for _, scope in question.scoped]
    towns = question.directory.towns
    if scopes and scopes[0].town_ids == frozenset():
        reason = f"{_named_place(question)} is no town of the index"
    elif scopes and scopes[0].town_ids:
        named = sorted(towns[each].name for each in scopes[0].town_ids if each in towns)
        reason = f"{' or '.join(filter(None, named[:3])) or 'that place'} has no such street"
    else:
        reason = "no town has such a street"
    elsewhere = [towns[each].name for each in question.known_elsewhere if each in towns]
    hint = f" (there is one in {' and '.join(dict.fromkeys(elsewhere))})" if elsewhere else ""
    return f"{reason}{hint}."


def _place_problem(question: AddressQuestion) -> str:
    named = _named_place(question)
    if question.parsed.postal_code:
        return f"The postal code {question.parsed.postal_code} {named}".rstrip() + " is not known."
    return f"{named} is no town of the index." if named else "The address names no street or town."


def _what_would_help(question: AddressQuestion) -> str:
    if not question.parsed.postal_code:
        missing = "the postal code" if question.named_towns()[0] else "the postal code or the town"
        return f"Add {missing}, or place it by hand."
    return WAY_OUT


def _together(parts: list[str]) -> str:
    return " ".join(part for part in parts if part)
