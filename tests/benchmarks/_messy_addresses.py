"""Addresses of a file for the benchmark of geocoding: clean, messy by a seed, and invented."""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.geocoding import Match
from geo.index.address_merging import metres
from geo.index.address_rows import AddressRow
from geo.index.address_tables import read_table
from geo.index.osm import read_osm
from models.places import PostalAddress

CLEAN_NUMBER = re.compile(r"\d{1,5}\s?[A-Za-z]?(?:\s?[-\u2013/]\s?\d{1,5})?")
SLACK_DEGREES = 0.00002
SHORT_FORMS = (
    ("katu", "k."), ("tie", "t."), ("gatan", "g."), ("vägen", "v."), ("kuja", "kj."),
    ("straße", "str."), ("strasse", "str."), (" tänav", " tn"), (" Street", " St"),
    (" Road", " Rd"),
)  # fmt: skip
FIRST_FORMS = (("Avenue ", "Av. "), ("Boulevard ", "Bd "), ("Place ", "Pl. "), ("Rue ", "R. "))


@dataclass(slots=True)
class House:
    """A street and number of the data with all its rows."""

    street: str
    number: str
    city: str
    country: str
    rows: list[AddressRow] = field(default_factory=list)

    @property
    def postcode(self) -> str:
        """The commonest postal code of its rows."""
        codes = Counter(row.postcode for row in self.rows if row.postcode)
        return codes.most_common(1)[0][0] if codes else ""

    def off(self, match: Match) -> float:
        """Metres to the nearest of its rows, 0 within their extent."""
        here = match.coordinates
        norths, easts = [r.latitude for r in self.rows], [r.longitude for r in self.rows]
        if (
            min(norths) - SLACK_DEGREES <= here.latitude <= max(norths) + SLACK_DEGREES
            and min(easts) - SLACK_DEGREES <= here.longitude <= max(easts) + SLACK_DEGREES
        ):
            return 0.0
        place = (here.latitude, here.longitude)
        return min(metres(place, (row.latitude, row.longitude)) for row in self.rows)


def houses_of(path: Path, country: str) -> tuple[list[House], list[AddressRow]]:
    """Group the rows of a file by street and number; the second list is noise."""
    read = read_osm if path.name.endswith(".pbf") else read_table
    found: dict[tuple[str, str, str], House] = {}
    noise = []
    rows = [row for row in read(path, country) if isinstance(row, AddressRow)]
    cities = {(row.street, row.number): row.city for row in rows if row.city}
    for row in rows:
        city = row.city or cities.get((row.street, row.number), "")
        odd = "," in row.street or re.search(r"\s\d+$", row.street)
        if odd or not CLEAN_NUMBER.fullmatch(row.number) or re.fullmatch(r"\d+", city):
            noise.append(row)
            continue
        key = (row.street, row.number.replace(" ", "").lower(), city)
        house = House(row.street, row.number, city, row.country_code)
        found.setdefault(key, house).rows.append(row)
    return list(found.values()), noise


def clean(house: House, *, postcode: bool) -> PostalAddress:
    """Write a house the way it should be."""
    code = house.postcode if postcode else None
    line = f"{house.street} {house.number}"
    text = f"{line}, {code or ''} {house.city}"
    return PostalAddress(text, line, code or None, house.city or None, house.country)


def typo(text: str, chance: random.Random) -> str:
    """Make one slip in a name of six letters or more."""
    places = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if len(text) < 6 or not places:
        return text
    place = chance.choice(places)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[:place] + chance.choice("aeinst") + text[place + 1 :]


def shortened(street: str) -> str:
    """Abbreviate the kind of street."""
    for long, short in SHORT_FORMS:
        if street.lower().endswith(long.lower()):
            return street[: -len(long)] + short
    for long, short in FIRST_FORMS:
        if street.startswith(long):
            return short + street[len(long) :]
    return street


def plain(text: str) -> str:
    """Drop diacritics."""
    split = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def messy(house: House, kind: str, chance: random.Random) -> str:
    """Write a house as people do."""
    street, number, code, city = house.street, house.number, house.postcode, house.city
    other = next((name for row in house.rows for name in row.street_names), street)
    flats = [" A 15", " as. 4", " B 2", " bst 7", ", 3. krs", " lgh 12", " A-rappu", " apt 9"]
    flat = chance.choice(flats)
    has_letter = bool(re.search(r"[A-Za-z]", number)) or "/" in number
    forms: dict[str, Callable[[], str]] = {
        "typo": lambda: f"{typo(street, chance)} {number}, {code} {city}",
        "typo, no code": lambda: f"{typo(street, chance)} {number}, {city}",
        "no code": lambda: f"{street} {number}, {city}",
        "no commas": lambda: f"{street} {number} {code} {city}",
        "upper case": f"{street} {number}, {code} {city}".upper,
        "lower case": f"{street} {number}, {code} {city}".lower,
        "flat": lambda: f"{street} {number}{' as 3' if has_letter else flat}, {city}",
        "short form": lambda: f"{shortened(street)} {number}, {code} {city}",
        "no diacritics": lambda: plain(f"{street} {number}, {code} {city}"),
        "other language": lambda: f"{other} {number}, {code} {city}",
        "c/o": lambda: f"c/o Matti Virtanen\n{street} {number}\n{code} {city}",
        "town misspelt": lambda: f"{street} {number}, {code} {typo(city, chance)}",
        "glued": lambda: f"{street}{number}, {city}",
    }
    return " ".join(forms[kind]().split(" ")).replace(",  ", ", ")


KINDS = (
    "typo", "typo, no code", "no code", "no commas", "upper case", "lower case", "flat",
    "short form", "no diacritics", "other language", "c/o", "town misspelt", "glued",
)  # fmt: skip


def invented(houses: Sequence[House], chance: random.Random) -> list[PostalAddress]:
    """Make addresses that do not exist: invented streets, and streets in other towns."""
    heads = ["Valoh", "Kummitusk", "Zyxw", "Olemattoman", "Qvarnbrott", "Hirvensarv", "Pumpulip"]
    tails = ["arjuntie", "ivankatu", "allenstraße", "hovgatan", "enpolku", "urgweg", "iltakuja"]
    towns = sorted({house.city for house in houses if house.city}) or ["Nuuk"]
    streets: dict[str, set[str]] = defaultdict(set)
    for house in houses:
        streets[house.city].add(house.street)
    country = houses[0].country
    made = []
    for _ in range(300):
        line = f"{chance.choice(heads)}{chance.choice(tails)} {chance.randint(1, 60)}"
        made.append(PostalAddress(f"{line}, {chance.choice(towns)}", country_code=country))
    for _ in range(300):
        house, town = chance.choice(houses), chance.choice([*towns, "Rovaniemi", "Nuuk"])
        if house.city and house.street not in streets[town] and town != house.city:
            line = f"{house.street} {house.number}, {town}"
            made.append(PostalAddress(line, country_code=country))
    return made
