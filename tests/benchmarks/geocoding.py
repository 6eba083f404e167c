"""How well and how fast the embedded geocoder finds addresses: `./dev bench geocoding`.

    python tests/benchmarks/geocoding.py [--postgresql URL] [--data FILE[@COUNTRY] ...]

Without `--data` it runs on the demo's addresses. Every distinct street and number is asked for
cleanly, then in messy forms made by a seeded program, then addresses that do not exist. Figures
only, no verdicts.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete

sys.path.insert(0, str(Path(__file__).parents[2]))

import keyed  # the same
from _messy_addresses import KINDS, House, clean, houses_of, invented, messy

from geo.geocoding import Match
from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from models.addresses import AddressImport
from models.database import Database
from models.errors import LivionKeyError
from models.migrating import migrate
from models.places import PlacementPrecision, PostalAddress

keyed.use()

ROOT = Path(__file__).parents[2]
SEED = 20_240_917
MOST_MESSY = 6_000

Answer = Match | LivionKeyError


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
        f"\n{path.name} on {'SQLite' if database.is_sqlite else 'PostgreSQL'}: "
        f"{summary.rows} rows, {summary.streets} streets, {summary.houses} houses in {took:.1f} s; "
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
            url = f"sqlite:///{folder}/bench.db"
            await on_database(url, Path(name), country or "FI", show=show)
        if postgresql:
            await on_database(postgresql, Path(name), country or "FI", show=show)


async def on_database(url: str, path: Path, country: str, *, show: int) -> None:
    """Measure on a database that is given for this alone: its index is emptied before."""
    database = Database(url)
    try:
        await migrate(database)
        await empty_index(database)
        await measure(database, path, country, show=show)
    finally:
        await database.dispose()


async def empty_index(database: Database) -> None:
    """Take all addresses out of the index."""
    async with database.administering() as connection:
        for table in AddressImport.metadata.sorted_tables:
            if table.name.startswith("address_"):
                await connection.execute(delete(table))


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
