"""The demo's data files, row by row."""

import csv
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from models.automats import AutomatModel
from models.entities import EntityKind
from models.keys import KeyKind
from models.organizations import ContactDetails
from models.places import Coordinates, PostalAddress
from schema.demo.rows import (
    DemoAutomat,
    DemoDesk,
    DemoEntity,
    DemoGroup,
    DemoKey,
    DemoReservation,
    DemoUnit,
)

FOLDER = Path(__file__).parent
TERMS = FOLDER / "terms"
ADDRESSES = FOLDER / "addresses.csv"


def read_units() -> list[DemoUnit]:
    """Read the organizations, each before its units."""
    return [DemoUnit(**row) for row in rows("organizations")]


def read_desks() -> list[DemoDesk]:
    """Read the desks."""
    return [
        DemoDesk(row["key"], row["unit"], row["name"], written(row), row["instructions"])
        for row in rows("desks")
    ]


def read_automats() -> list[DemoAutomat]:
    """Read the automats."""
    return [
        DemoAutomat(
            row["device_id"],
            row["unit"],
            row["name"],
            AutomatModel[row["model"]],
            written(row),
            Coordinates.checked(float(row["lat"]), float(row["lon"])),
        )
        for row in rows("automats")
    ]


def read_groups() -> list[DemoGroup]:
    """Read the device groups."""
    return [
        DemoGroup(
            row["key"],
            row["unit"],
            row["name"],
            tuple(row["automats"].split()),
            int(row["free_locker_limit"]) if row["free_locker_limit"] else None,
        )
        for row in rows("groups")
    ]


def read_entities() -> list[DemoEntity]:
    """Read the entities; one has no address."""
    return [
        DemoEntity(
            row["external_id"],
            row["unit"],
            EntityKind[row["kind"]],
            row["name"],
            written(row) if row["address"] else None,
            row["group"],
        )
        for row in rows("entities")
    ]


def read_keys() -> list[DemoKey]:
    """Read the keys."""
    return [
        DemoKey(
            code=row["code"],
            unit=row["unit"],
            kind=KeyKind[row["kind"]],
            shared=row["shared"] == "true",
            entities=tuple(row["entities"].split()),
            desk=row["desk"],
            automat=row["automat"],
            locker=int(row["locker"]) if row["locker"] else None,
            return_code=row["return_code"] or None,
            rfid_tag=row["rfid_tag"] or None,
        )
        for row in rows("keys")
    ]


def read_reservations() -> list[DemoReservation]:
    """Read the reservations; rows that follow each other with one id are its contacts."""
    return [
        reservation([*same])
        for _, same in groupby(rows("reservations"), key=lambda row: row["external_id"])
    ]


def reservation(same: list[dict[str, str]]) -> DemoReservation:
    """Put one reservation's rows together."""
    first = same[0]
    return DemoReservation(
        external_id=first["external_id"],
        entity=first["entity"],
        starts_in=timedelta(hours=int(first["starts_in_hours"])),
        lasts=timedelta(hours=int(first["lasts_hours"])) if first["lasts_hours"] else None,
        contacts=tuple(
            ContactDetails(
                name=row["contact_name"],
                email=row["contact_email"],
                phone=row["contact_phone"],
                language=row["contact_language"],
            )
            for row in same
        ),
    )


def rows(name: str) -> list[dict[str, str]]:
    """Read one file."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def written(row: dict[str, str]) -> PostalAddress:
    """Take an address as somebody wrote it."""
    return PostalAddress(text=row["address"])


def read_terms() -> list[tuple[str, str, str]]:
    """Read the terms for keys: of each language its tag, their title and their text."""
    terms = []
    for file in sorted(TERMS.glob("*.md")):
        title, _, body = file.read_text(encoding="utf-8").partition("\n\n")
        terms.append((file.stem, title, body))
    return terms
