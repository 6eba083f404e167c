"""Invent what the demo keeps at real addresses: automats, device groups and entities."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from demo_organizations import Row
from demo_places import Address, Place, metres_between
from demo_spelling import spelled

AUTOMATS = 25
APARTMENTS = 150
OFFICES = 120
CARS = 40
KEYS_AN_AUTOMAT = {"LIVIONKEY_30": 14, "LIVIONKEY_1": 1}
OWNERS = ("kotikatu", "esplanadi", "kotikatu", "autot", "kotikatu")
FULL_AUTOMAT = 4
"""A LivionKey 1 whose one locker is taken, next to demo-apartment-1: its nearest cannot serve."""

OFFICE_STREETS = (
    "Aleksanterinkatu",
    "Eteläesplanadi",
    "Fabianinkatu",
    "Kasarmikatu",
    "Mikonkatu",
    "Pohjoisesplanadi",
    "Unioninkatu",
)
CAR_NAMES = ("Sähköauto", "Farmari", "Pikkuauto", "Pakettiauto")


def automats(places: Sequence[Place], houses: Sequence[Address]) -> tuple[list[Row], list[Place]]:
    """Choose places far from each other and put an automat at each."""
    chosen = [places[0]]
    while len(chosen) < AUTOMATS:
        chosen.append(max(places, key=lambda place: distance_to_any(place, chosen)))
    named = Counter(place.name.lower() for place in chosen)
    return [automat(i, place, houses, named) for i, place in enumerate(chosen)], chosen


def distance_to_any(place: Place, chosen: Iterable[Place]) -> float:
    """Measure to the nearest of those chosen already."""
    return min(metres_between(place, other) for other in chosen)


def automat(index: int, place: Place, houses: Sequence[Address], named: Counter[str]) -> Row:
    """Describe one automat; where a name is on several places, the street tells them apart."""
    house = min(houses, key=lambda house: metres_between(house, place))
    return {
        "device_id": f"{117 + 13 * index:06d}",
        "unit": OWNERS[index % len(OWNERS)],
        "name": f"{place.name} {house.street}" if named[place.name.lower()] > 1 else place.name,
        "model": "LIVIONKEY_1" if index % 6 == FULL_AUTOMAT else "LIVIONKEY_30",
        "address": f"{house.line}, {house.postcode} Helsinki".replace(",  ", ", "),
        "lat": place.lat,
        "lon": place.lon,
    }


def entities(
    houses: Sequence[Address], full: Place, chance: random.Random
) -> tuple[list[Row], list[Address]]:
    """Invent apartments, offices and cars at real houses; one apartment is at no real address."""
    plain = [house for house in houses if house.postcode and house.housenumber.isdecimal()]
    beside_full = sorted(plain, key=lambda house: metres_between(house, full))[:2]
    others = [house for house in plain if house not in beside_full]
    chance.shuffle(others)
    homes = [beside_full[0], others[0], beside_full[1], *others[1:60]]
    office_houses = [house for house in others if house.street in OFFICE_STREETS][:24]
    at = [
        *(homes[n if n < 3 else n % len(homes)] for n in range(APARTMENTS)),
        *(office_houses[n % len(office_houses)] for n in range(OFFICES)),
        *chance.sample(others, CARS),
    ]
    makers = [apartment] * APARTMENTS + [office] * OFFICES + [car] * CARS
    numbers = [*range(1, APARTMENTS + 1), *range(1, OFFICES + 1), *range(1, CARS + 1)]
    rows = [make(n, house, chance) for make, n, house in zip(makers, numbers, at, strict=True)]
    return [*rows, UNPLACED, ROVING], at


UNPLACED: Row = {
    "external_id": "demo-apartment-unplaced",
    "unit": "kotikatu-kluuvi",
    "kind": "APARTMENT",
    "name": "Olematonkatu 3 B 4",
    "address": "Olematonkatu 3 B 4, 00100 Helsinki",
    "group": "",
}
"""No such street: its reservations wait until the address is put right."""
ROVING: Row = {
    "external_id": "demo-car-roving",
    "unit": "autot-pakettiautot",
    "kind": "CAR",
    "name": "Pakettiauto DEMO-200",
    "address": "",
    "group": "autot-all",
}
"""At no address at all: its device group says which automats serve it."""


def apartment(number: int, house: Address, chance: random.Random) -> Row:
    """Invent a staircase and a flat."""
    flat = f"{chance.choice('AAABBC')} {chance.randint(1, 48)}"
    unit = {"00100": "kluuvi", "00530": "hakaniemi", "00170": "hakaniemi"}.get(house.postcode)
    return {
        "external_id": f"demo-apartment-{number}",
        "unit": f"kotikatu-{unit or 'kamppi'}",
        "kind": "APARTMENT",
        "name": f"{house.line} {flat}",
        "address": spelled(house, flat, number - 1 if number > 2 else 0),
        "group": "",
    }


def office(number: int, house: Address, chance: random.Random) -> Row:
    """Invent an office; its floor is part of the address."""
    floor = chance.randint(2, 7)
    side = "pohjoinen" if house.lat > 60.1675 else "etelainen"
    return {
        "external_id": f"demo-office-{number}",
        "unit": f"esplanadi-{side}",
        "kind": "OFFICE",
        "name": f"Office {floor}{number % 20:02d}, {house.line}",
        "address": f"{house.line}, {floor}. krs, {house.postcode} Helsinki",
        "group": "",
    }


def car(number: int, house: Address, chance: random.Random) -> Row:
    """Invent a car and the house that it is parked at."""
    name = CAR_NAMES[number % len(CAR_NAMES)]
    return {
        "external_id": f"demo-car-{number}",
        "unit": "autot-pakettiautot" if name == "Pakettiauto" else "autot-henkiloautot",
        "kind": "CAR",
        "name": f"{name} DEMO-{100 + number}",
        "address": f"{house.line}, {chance.choice((house.postcode + ' ', ''))}Helsinki",
        "group": "",
    }


def groups(rows: Sequence[Row]) -> list[Row]:
    """Make two device groups of automats that already stand."""
    owned = defaultdict(list)
    for row in sorted(rows, key=lambda row: -float(row["lat"])):
        owned[row["unit"]].append(str(row["device_id"]))
    return [
        {
            "key": "kotikatu-north",
            "unit": "kotikatu",
            "name": "Pohjoiset automaatit",
            "automats": " ".join(owned["kotikatu"][:5]),
            "free_locker_limit": 2,
        },
        {
            "key": "autot-all",
            "unit": "autot",
            "name": "Autojen noutopaikat",
            "automats": " ".join(owned["autot"]),
            "free_locker_limit": "",
        },
    ]
