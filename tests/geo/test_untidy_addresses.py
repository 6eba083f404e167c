"""What is made of rows that lack a town, say two things at once or say them untidily."""

from pathlib import Path

import pytest
from address_files import HEADER, place, write

from geo.index.address_rows import AddressRow, houses_of
from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from models.database import Database
from models.places import PlacementPrecision, PostalAddress


async def test_a_row_without_a_town_gets_that_of_its_postal_code_or_its_neighbours(
    database: Database, tmp_path: Path
) -> None:
    lines = [
        HEADER,
        "Akatu,1,20000,Ylinen,62.0,25.0",
        "Akatu,3,20000,,62.0005,25.0",
        "Bkatu,1,,,62.001,25.001",
        "Ckatu,1,30000,Alinen,63.0,25.0",
    ]

    await import_addresses(database, write(tmp_path, lines), country="QV")

    assert (await place(database, "Akatu 3, Ylinen", "QV"))[1] == 62.0005
    assert (await place(database, "Bkatu 1, Ylinen", "QV"))[1] == 62.001


async def test_a_town_goes_by_its_names_in_all_languages_of_the_data(
    database: Database, tmp_path: Path
) -> None:
    lines = [
        f"{HEADER},street_sv,city_sv",
        "Isotie,1,20000,Isokylä,62.0,25.0,Storvägen,Storby",
        "Isotie,3,20000,Storby,62.001,25.0,,",
        "Isotie,5,20000,Isokylä,62.002,25.0,Storvägen,",
    ]

    await import_addresses(database, write(tmp_path, lines), country="QW")

    assert (await place(database, "Storvägen 3, Storby", "QW"))[1] == 62.001
    assert (await place(database, "Isotie 5, Storby", "QW"))[0] == "Isotie 5, 20000 Isokylä"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("Mikonkatu", "8, 2. krs./2nd floor"), [("Mikonkatu", "8")]),
        (("Erottajankatu", "7 A, sisäpiha"), [("Erottajankatu", "7a")]),
        (("Erottajankatu", "11 B 9"), [("Erottajankatu", "11b")]),
        (("Rautatieasema, Kaivokatu", "1"), [("Kaivokatu", "1")]),
        (("Pohjoisesplanadi 33", "33"), [("Pohjoisesplanadi", "33")]),
        (("Pohjoisesplanadi 33", "Keskuskatu 5"), [("Keskuskatu", "5")]),
        (("Fabianinkatu", "29-27"), [("Fabianinkatu", "27-29")]),
        (("Kaivokatu", "1;3"), [("Kaivokatu", "1"), ("Kaivokatu", "3")]),
        (("Straße des 17. Juni", "135"), [("Straße des 17. Juni", "135")]),
        (("Kaivokatu", "Villa Ränö"), []),
    ],
)
def test_untidy_rows_are_made_sense_of(
    row: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    found = houses_of(AddressRow(1, *row, 60.0, 25.0, country_code="FI"))

    assert [(house.street, str(house.number)) for house in found] == expected


def test_in_prague_a_house_goes_by_either_of_its_numbers() -> None:
    found = houses_of(AddressRow(1, "Dlouhá", "1234/5", 50.0, 14.0, country_code="CZ"))

    assert [str(house.number) for house in found] == ["1234/5", "5"]


async def test_rows_far_from_each_other_are_two_houses(database: Database, tmp_path: Path) -> None:
    lines = [HEADER, "Sama,1,10000,Iso,60.0,25.0", "Sama,1,20000,Iso,60.2,25.0"]

    summary = await import_addresses(database, write(tmp_path, lines), country="QZ")

    assert summary.houses == 2
    match = await EmbeddedGeocoder(database).geocode(
        PostalAddress("Sama 1, 20000 Iso", country_code="QZ")
    )
    assert (match.precision, match.coordinates.latitude) == (PlacementPrecision.HOUSE_NUMBER, 60.2)
