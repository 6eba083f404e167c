"""Invent the demo's keys, at desks and in automats, and its reservations."""

import random
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from demo_inventions import KEYS_AN_AUTOMAT, ROVING, UNPLACED
from demo_organizations import Row
from demo_places import Address, Place, metres_between

GIVEN_NAMES = (
    "Aino",
    "Eino",
    "Helmi",
    "Onni",
    "Saga",
    "Axel",
    "Ebba",
    "Oskar",
    "Alice",
    "Henry",
    "Grace",
    "Samuel",
    "Venla",
    "Toivo",
    "Linnea",
    "Emil",
)
FAMILY_NAMES = (
    "Koivumäki",
    "Rantasalo",
    "Lindfors",
    "Nyholm",
    "Whitfield",
    "Harper",
    "Mäntylä",
    "Sandström",
    "Kallioniemi",
    "Ekblad",
    "Ashworth",
    "Peltokangas",
)
LANGUAGES = ("fi", "sv", "en")


@dataclass
class Cabinet:
    """One organization's automats, filled nearest first."""

    rows: Sequence[Row]
    places: Sequence[Place]
    filled: Counter[str] = field(default_factory=Counter)

    def take_in(self, house: Address, owner: str) -> tuple[str, int]:
        """Find the nearest automat of an owner that still takes keys, and the next locker in it."""
        free = [
            (metres_between(house, place), str(row["device_id"]))
            for row, place in zip(self.rows, self.places, strict=True)
            if row["unit"] == owner
            and self.filled[str(row["device_id"])] < KEYS_AN_AUTOMAT[str(row["model"])]
        ]
        device_id = min(free)[1]
        self.filled[device_id] += 1
        return device_id, self.filled[device_id] - 1


def keys(
    entities: Sequence[Row], at: Sequence[Address], cabinet: Cabinet, chance: random.Random
) -> list[Row]:
    """Invent keys: mechanical ones for homes and cars, both kinds for offices."""
    homes, offices, cars = (
        [(row, house) for row, house in zip(entities, at, strict=False) if row["kind"] == kind]
        for kind in ("APARTMENT", "OFFICE", "CAR")
    )
    houses = [*dict.fromkeys(house for _, house in homes)]
    rows = [
        key(
            f"C{number:04d}",
            [row],
            stored(cabinet, house, "autot", "autot-desk", in_automat=number % 8 > 0),
        )
        for number, (row, house) in enumerate(cars, 1)
    ]
    for number, (row, house) in enumerate(homes, 1):
        rows += home_keys(number, row, house, houses.index(house), cabinet)
    rows += office_keys(offices, cabinet)
    rows.append(key("A9999", [UNPLACED], {"desk": "kluuvi-desk"}))
    rows.append(key("C9999", [ROVING], {"desk": "autot-desk"}))
    return [finished(row, chance) for row in rows]


def home_keys(
    number: int, row: Row, house: Address, house_index: int, cabinet: Cabinet
) -> Iterator[Row]:
    """Invent the key of an apartment, and a spare one of some; a few have none."""
    if number > 12 and number % 12 == 0:
        return
    in_automat = house_index % 3 == 1 or house_index == 2
    storage = stored(cabinet, house, "kotikatu", home_desk(row), in_automat=in_automat)
    yield key(f"A{number:04d}", [row], storage)
    if not in_automat and number > 12 and number % 6 == 1:
        yield key(f"A{number:04d}V", [row], {"desk": home_desk(row)})


def home_desk(row: Row) -> str:
    """Choose the desk that keeps an apartment's key."""
    return "kamppi-desk" if row["unit"] == "kotikatu-kamppi" else "kluuvi-desk"


def office_keys(offices: Sequence[tuple[Row, Address]], cabinet: Cabinet) -> Iterator[Row]:
    """Invent for each office house two interchangeable keys, or one shared mechanical one."""
    for index, house in enumerate(dict.fromkeys(house for _, house in offices), 1):
        rows = [row for row, at in offices if at == house]
        if index % 4 == 0:
            storage = stored(cabinet, house, "esplanadi", "", in_automat=True)
            yield key(f"S{index:04d}", rows, storage) | {"shared": "true"}
            continue
        for letter in "XY":
            storage = stored(
                cabinet, house, "esplanadi", "esplanadi-desk", in_automat=index % 5 > 0
            )
            yield key(f"E{index:04d}{letter}", rows, storage) | {"kind": "ELECTROMECHANICAL"}


def stored(cabinet: Cabinet, house: Address, owner: str, desk: str, *, in_automat: bool) -> Row:
    """Put a key into the nearest automat, or leave it at its desk."""
    if not in_automat:
        return {"desk": desk}
    device_id, locker = cabinet.take_in(house, owner)
    return {"automat": device_id, "locker": locker}


def key(code: str, rows: Sequence[Row], storage: Row) -> Row:
    """Describe a mechanical key of its own entity; the unit is the entity's organization."""
    return {
        "code": code,
        "unit": str(rows[0]["unit"]).partition("-")[0],
        "kind": "MECHANICAL",
        "shared": "",
        "entities": " ".join(str(row["external_id"]) for row in rows),
        "desk": storage.get("desk", ""),
        "automat": storage.get("automat", ""),
        "locker": storage.get("locker", ""),
    }


def finished(row: Row, chance: random.Random) -> Row:
    """Give every second key in an automat a return code, and some keys a tag."""
    code = f"{chance.randint(1000, 9999)}" if row["automat"] and chance.random() < 0.5 else ""
    tag = f"{chance.getrandbits(56):014X}" if chance.random() < 0.3 else ""
    return row | {"return_code": code, "rfid_tag": tag}


def reservations(keys: Sequence[Row], entities: Sequence[Row], chance: random.Random) -> list[Row]:
    """Invent stays that begin now and in the next days; two of them cannot be fulfilled."""
    with_keys = [str(row["entities"]).split()[0] for row in keys if not row["shared"]]
    free = [entity for entity in dict.fromkeys(with_keys) if entity not in KEPT_FREE]
    keyless = next(
        str(row["external_id"])
        for row in entities
        if not any(row["external_id"] in str(key["entities"]).split() for key in keys)
    )
    chosen = [*chance.sample(free, 22), keyless, str(UNPLACED["external_id"])]
    rows = []
    for number, entity in enumerate(chosen, 1):
        starts = 0 if number % 4 == 0 else chance.randrange(2, 97)
        lasts = "" if number in {4, 5} else chance.choice((3, 24, 48, 72, 168))
        stay: Row = {"external_id": f"demo-{number:04d}", "entity": entity}
        times: Row = {"starts_in_hours": starts, "lasts_hours": lasts}
        contacts = [contact(number)] + [contact(number + 50)] * (number % 9 == 0)
        rows += [stay | times | person for person in contacts]
    return rows


KEPT_FREE = frozenset(
    {"demo-apartment-1", "demo-apartment-2", UNPLACED["external_id"], ROVING["external_id"]}
)
"""For the newcomer's own reservations; the unplaced one gets its own below."""


def contact(number: int) -> Row:
    """Invent a person whose mail and phone reach nobody."""
    given = GIVEN_NAMES[number % len(GIVEN_NAMES)]
    family = FAMILY_NAMES[number * 5 % len(FAMILY_NAMES)]
    plain = unicodedata.normalize("NFD", f"{given}.{family}").encode("ascii", "ignore").decode()
    return {
        "contact_name": f"{given} {family}",
        "contact_email": f"{plain.lower()}@example.com",
        "contact_phone": f"+358 50 555 {number:04d}",
        "contact_language": LANGUAGES[number % 3],
    }
