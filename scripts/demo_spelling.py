"""Write addresses the way people do: with flats, shortened, in Swedish, and sometimes wrong."""

import unicodedata
from collections.abc import Callable

from demo_places import Address


def plain(house: Address, flat: str) -> str:
    """Write it as the post asks for it."""
    return f"{house.line} {flat}, {house.postcode} Helsinki"


def without_postcode(house: Address, flat: str) -> str:
    """Leave the postal code out."""
    return f"{house.line} {flat}, Helsinki"


def in_lower_case(house: Address, flat: str) -> str:
    """Write as one types on a phone."""
    return plain(house, flat).lower()


def in_swedish(house: Address, flat: str) -> str:
    """Use the street's other name."""
    return f"{house.street_sv} {house.housenumber} {flat}, {house.postcode} Helsingfors"


def run_together(house: Address, flat: str) -> str:
    """Leave out the blank between staircase and flat."""
    return plain(house, flat.replace(" ", ""))


def without_diacritics(house: Address, flat: str) -> str:
    """Write as one does on a foreign keyboard."""
    decomposed = unicodedata.normalize("NFD", plain(house, flat))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def with_the_word_for_flat(house: Address, flat: str) -> str:
    """Write `A as. 15`."""
    return plain(house, flat.replace(" ", " as. "))


def care_of(house: Address, flat: str) -> str:
    """Put somebody's name first."""
    return f"c/o Nieminen, {plain(house, flat)}"


def shortened(house: Address, flat: str) -> str:
    """Write `-k.` for `-katu`."""
    street = house.street.removesuffix("katu") + "k." * house.street.endswith("katu")
    return f"{street} {house.housenumber} {flat}, {house.postcode} Helsinki"


def mistyped(house: Address, flat: str) -> str:
    """Swap two neighbouring letters in the middle of a long street name."""
    name = house.street
    if len(name) < 9:
        return plain(house, flat)
    return plain(house, flat).replace(name, name[:3] + name[4] + name[3] + name[5:], 1)


SPELLINGS: tuple[Callable[[Address, str], str], ...] = (
    plain,
    without_postcode,
    plain,
    in_swedish,
    plain,
    run_together,
    in_lower_case,
    plain,
    without_diacritics,
    with_the_word_for_flat,
    plain,
    care_of,
    shortened,
    plain,
    mistyped,
)


def spelled(house: Address, flat: str, turn: int) -> str:
    """Write an address in the way whose turn it is."""
    return SPELLINGS[turn % len(SPELLINGS)](house, flat)
