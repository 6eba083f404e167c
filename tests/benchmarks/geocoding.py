"""How well and how fast the embedded geocoder finds addresses: `./dev bench geocoding`.

    python tests/benchmarks/geocoding.py [--data FILE[@COUNTRY] ...] [--postgresql URL]

Without `--data` it runs on the demo's addresses. Every distinct street and number is asked for
cleanly, then in messy forms made by a seeded program, then addresses that do not exist. Figures
only, no verdicts.
"""

import argparse
import asyncio
import random
import re
import secrets
import sys
import tempfile
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from geo.geocoding import Match
from geo.index.address_merging import metres
from geo.index.address_rows import AddressRow
from geo.index.address_tables import read_table
from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from geo.index.osm import read_osm
from models.database import Database
from models.errors import LivionKeyError
from models.migrating import migrate
from models.places import PlacementPrecision, PostalAddress

SEED = 20_240_917
MOST_MESSY = 6_000
CLEAN_NUMBER = re.compile(r"\d{1,5}\s?[A-Za-z]?(?:\s?[-–/]\s?\d{1,5})?")
SLACK_DEGREES = 0.00002
SHORT_FORMS = (
    ("katu", "k."), ("tie", "t."), ("gatan", "g."), ("vägen", "v."), ("kuja", "kj."),
    ("straße", "str."), ("strasse", "str."), (" tänav", " tn"), (" Street", " St"), (" Road", " Rd"),
)  # fmt: skip
FIRST_FORMS = (("Avenue ", "Av. "), ("Boulevard ", "Bd "), ("Place ", "Pl. "), ("Rue ", "R. "))

Answer = Match | LivionKeyError


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
    has_letter = bool(re.search(r"[A-Za-z]", number)) or "/" in number
    forms: dict[str, Callable[[], str]] = {
        "typo": lambda: f"{typo(street, chance)} {number}, {code} {city}",
        "typo, no code": lambda: f"{typo(street, chance)} {number}, {city}",
        "no code": lambda: f"{street} {number}, {city}",
        "no commas": lambda: f"{street} {number} {code} {city}",
        "upper case": lambda: f"{street} {number}, {code} {city}".upper(),
        "lower case": lambda: f"{street} {number}, {code} {city}".lower(),
        "flat": lambda: (
            f"{street} {number}{' as 3' if has_letter else chance.choice(flats)}, {city}"
        ),
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


def is_house(answer: Answer) -> bool:
    """Tell whether an answer claims the very house."""
    return isinstance(answer, Match) and answer.precision is PlacementPrecision.HOUSE_NUMBER


def report(name: str, houses: Sequence[House], answers: Sequence[Answer]) -> None:
    """Print the share of answers near enough."""
    offs = [
        house.off(answer) if isinstance(answer, Match) else None
        for house, answer in zip(houses, answers, strict=True)
    ]
    if not answers:
        return
    near = sum(off is not None and off <= 50 for off in offs)
    far = [
        answer.precision.value
        for off, answer in zip(offs, answers, strict=True)
        if isinstance(answer, Match) and off is not None and off > 200
    ]
    kinds = Counter(
        answer.precision.value if isinstance(answer, Match) else answer.code.value
        for answer in answers
    )
    print(
        f"  {name:16} {len(answers):6}  within 50 m {100 * near / len(answers):6.2f} %"
        f"  >200 m off {dict(Counter(far))}  {dict(kinds)}"
    )


async def measure(database: Database, path: Path, country: str, *, show: int) -> None:
    """Import a file and ask for all that is in it."""
    begun = time.perf_counter()
    summary = await import_addresses(database, path, country=country)
    took = time.perf_counter() - begun
    print(
        f"\n{path.name} on {'SQLite' if database.is_sqlite else 'PostgreSQL'}: {summary.rows} rows, "
        f"{summary.streets} streets, {summary.houses} houses in {took:.1f} s; "
        f"{summary.malformed} skipped"
    )
    houses, noise = houses_of(path, country)
    print(f"  noise left out: {len(noise)} rows")
    for row in noise[:show]:
        print(f"    {row.street} | {row.number} | {row.city}")
    geocoder = EmbeddedGeocoder(database)
    failures: dict[str, list[str]] = {}
    for name, postcode in (("clean", False), ("clean with code", True)):
        answers = await geocoder.geocode_many([clean(each, postcode=postcode) for each in houses])
        outside = sum(
            not (isinstance(answer, Match) and house.off(answer) == 0)
            for house, answer in zip(houses, answers, strict=True)
        )
        report(name, houses, answers)
        print(f"    outside the extent of its own rows: {outside}")
        failures[name] = [
            f"{house.street} {house.number} {house.city}: {house.off(answer):.0f} m outside"
            for house, answer in zip(houses, answers, strict=True)
            if isinstance(answer, Match) and house.off(answer)
        ]
    chance = random.Random(SEED)
    some = houses if len(houses) <= MOST_MESSY else chance.sample(houses, MOST_MESSY)
    everything: list[tuple[House, Answer]] = []
    for kind in KINDS:
        texts = [messy(house, kind, chance) for house in some]
        asked = [
            PostalAddress(text, country_code=house.country)
            for text, house in zip(texts, some, strict=True)
        ]
        answers = await geocoder.geocode_many(asked)
        everything += zip(some, answers, strict=True)
        report(kind, some, answers)
        failures[kind] = report_lines(texts, some, answers)
    report("all messy", [house for house, _ in everything], [answer for _, answer in everything])
    await report_invented(geocoder, houses, chance)
    await report_speed(geocoder, some, chance)
    for kind, lines in failures.items():
        for line in lines[:show]:
            print(f"    {kind}: {line}")


def report_lines(
    texts: Sequence[str], houses: Sequence[House], answers: Sequence[Answer]
) -> list[str]:
    """Describe the answers that are wrong or missing."""
    return [
        f"{text!r} -> {answer.message if isinstance(answer, LivionKeyError) else answer}"
        for text, house, answer in zip(texts, houses, answers, strict=True)
        if not (isinstance(answer, Match) and house.off(answer) <= 50)
    ]


async def report_invented(
    geocoder: EmbeddedGeocoder, houses: Sequence[House], chance: random.Random
) -> None:
    """Ask for what does not exist."""
    asked = invented(houses, chance)
    answers = await geocoder.geocode_many(asked)
    placed = [
        (address.text, answer)
        for address, answer in zip(asked, answers, strict=True)
        if isinstance(answer, Match)
    ]
    at_house = sum(is_house(answer) for _, answer in placed)
    print(f"  invented: {len(asked)} asked, {len(placed)} placed, {at_house} at house level")
    for text, answer in placed[:5]:
        print(f"    {text} -> {answer}")


async def report_speed(
    geocoder: EmbeddedGeocoder, houses: Sequence[House], chance: random.Random
) -> None:
    """Time a batch of mixed forms, and single look-ups."""
    picked = [chance.choice(houses) for _ in range(5_000)]
    asked = [
        PostalAddress(messy(house, chance.choice(KINDS), chance), country_code=house.country)
        for house in picked
    ]
    tidy = [clean(house, postcode=True) for house in picked]
    for name, addresses in (("clean", tidy), ("messy", asked)):
        begun = time.perf_counter()
        await geocoder.geocode_many(addresses)
        batch = len(addresses) / (time.perf_counter() - begun)
        begun = time.perf_counter()
        for address in addresses[:300]:
            await geocoder.geocode_many([address])
        single = 300 / (time.perf_counter() - begun)
        print(f"  speed, {name}: {batch:.0f} look-ups a second in batches, {single:.0f} one by one")


async def on_each_database(paths: Sequence[str], postgresql: str | None, *, show: int) -> None:
    """Run on SQLite, and on PostgreSQL when there is one."""
    for spec in paths:
        name, _, country = spec.partition("@")
        with tempfile.TemporaryDirectory() as folder:
            await on_database(
                f"sqlite:///{folder}/bench.db", Path(name), country or "FI", show=show
            )
        if postgresql:
            scratch = f"bench_geocoding_{secrets.token_hex(4)}"
            with psycopg.connect(postgresql, autocommit=True) as server:
                server.execute(f'create database "{scratch}"'.encode())
                url = postgresql.rpartition("/")[0] + f"/{scratch}"
                await on_database(url, Path(name), country or "FI", show=show)
                server.execute(f'drop database "{scratch}" with (force)'.encode())


async def on_database(url: str, path: Path, country: str, *, show: int) -> None:
    """Measure on a new database."""
    database = Database(url)
    try:
        await migrate(database)
        await measure(database, path, country, show=show)
    finally:
        await database.dispose()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = [str(ROOT / "schema" / "demo" / "addresses.csv")]
    parser.add_argument("--data", nargs="+", default=default, metavar="FILE[@COUNTRY]")
    parser.add_argument("--postgresql", metavar="URL")
    parser.add_argument("--show", type=int, default=0, help="failures to print of each kind")
    given = parser.parse_args()
    asyncio.run(on_each_database(given.data, given.postgresql, show=given.show))


if __name__ == "__main__":
    main()
