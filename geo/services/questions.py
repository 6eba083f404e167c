"""What a service is asked: an address in parts, cleaned of what only people need."""

import re
from dataclasses import dataclass, replace

from geo.wording.addresses import parse
from geo.wording.country_names import NUMBER_FIRST
from geo.wording.house_numbers import HouseNumber, house_numbers
from geo.wording.name_likeness import similarity
from geo.wording.readings import Reading
from geo.wording.street_names import key, spellings, stored_keys, words
from models.places import PlacementPrecision, PostalAddress

SWEDISH = re.compile(
    r"(?:gatan|vägen|gränden|gränd|stigen|torget|kajen|allén|plan)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Question:
    """An address as it is asked for: no flat, no `c/o`.

    Args:
        street: The name of the street alone.
        number: The house number.
        postal_code: As the country writes it.
        city: The postal town.
        country_code: Two letters, upper case.
    """

    street: str | None
    number: HouseNumber | None
    postal_code: str | None
    city: str | None
    country_code: str

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to ask."""
        return not (self.street or self.postal_code or self.city)

    @property
    def street_line(self) -> str:
        """The street and the number, as the country orders them."""
        parts = [self.street, str(self.number) if self.number else None]
        if self.country_code in NUMBER_FIRST:
            parts.reverse()
        return " ".join(part for part in parts if part)

    @property
    def line(self) -> str:
        """The whole in one line."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return ", ".join(part for part in (self.street_line, town) if part)

    @property
    def language(self) -> str | None:
        """The language to be answered in, so that names can be compared; None is the local one."""
        if self.country_code != "FI" or not self.street:
            return None
        return "sv" if SWEDISH.search(self.street) else "fi"

    @property
    def may_be_staircase(self) -> bool:
        """Tell whether `12 A` can be staircase A of house 12."""
        number = self.number
        return (
            number is not None
            and bool(number.letter)
            and number.staircase_is_likely(self.country_code)
        )

    def readings(self) -> list["Question"]:
        """Give the ways to ask, likeliest first: house 12, house 12a, and no abbreviation."""
        numbers = [replace(self.number, unit="") if self.number else None]
        if self.number and self.may_be_staircase:
            numbers.insert(0, replace(self.number, letter="", unit=""))
        streets = [self.street, *written_out(self.street or "")]
        return [replace(self, street=street, number=one) for street in streets for one in numbers]

    def town(self) -> "Question":
        """Ask for the town alone."""
        return Question(None, None, None, self.city, self.country_code)

    def folded(self) -> tuple[str, ...]:
        """The question without the differences that no service minds."""
        number = str(replace(self.number, unit="")) if self.number else ""
        apart = "staircase" if self.may_be_staircase else ""
        parts = (self.street, number, apart, self.postal_code, self.city)
        return (*(" ".join(words(part or "")) for part in parts), self.country_code)


def written_out(street: str) -> list[str]:
    """Write the end of a street's name out, `Hämeenk.` as `hameenkatu`: folded, as it is kept."""
    return [] if " " in street else [spelled for spelled, _ in spellings(street)[1:2]]


def street_likeness(asked: str, found: str) -> float:
    """Compare two names of streets, 0 to 1; 0 when they are not to be taken for one street."""
    return max(
        sure * similarity(spelled, known)
        for spelled, sure in spellings(asked) or ((key(asked), 1.0),)
        for known in stored_keys(found) or {key(found)}
    )


def is_same_town(one: str, other: str) -> bool:
    """Tell whether two names of towns are one, but for a slip of the finger."""
    return similarity(key(one), key(other)) > 0


def compared(question: Question, found: str) -> PlacementPrecision:
    """Say how well a house number answers: `12a` may be part of `12` or of `10-14`."""
    asked, numbers = question.number, house_numbers(found, question.country_code)
    if asked is None:
        return PlacementPrecision.STREET
    letters = {asked.letter, ""} if question.may_be_staircase else {asked.letter}
    for number in numbers:
        same = (number.number, number.last) == (asked.number, asked.last)
        if same and number.letter in letters:
            return PlacementPrecision.HOUSE_NUMBER
    if any(one.includes(asked.number) or asked.includes(one.number) for one in numbers):
        return PlacementPrecision.NUMBER_RANGE
    return PlacementPrecision.STREET


def question_of(address: PostalAddress) -> Question:
    """Take an address apart for a service; a post box lies nowhere and leaves nothing to ask."""
    parsed = parse(address)
    country_code = parsed.named_country or parsed.country_code
    if parsed.is_post_box:
        return Question(None, None, None, None, country_code)
    likeliest = parsed.readings[0] if parsed.readings else Reading("")
    cities = (*parsed.towns, *parsed.unknown_places, likeliest.place)
    return Question(
        street=likeliest.street or None,
        number=likeliest.number,
        postal_code=parsed.postal_code,
        city=next((city for city in cities if city), None),
        country_code=country_code,
    )
