import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import osmium
import pytest
from sqlalchemy import func, select

from geo.index import importing
from geo.index.address_rows import AddressRow, houses_of
from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from models.addresses import AddressImport, houses, name_deletions, street_names, streets, towns
from models.database import Database
from models.errors import InvalidInput
from models.places import PlacementPrecision, PostalAddress

HEADER = "street,housenumber,postcode,city,lat,lon"


def write(folder: Path, lines: Sequence[str], name: str = "addresses.csv") -> Path:
    path = folder / name
    data = "\n".join(lines).encode() + b"\n"
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def street(country_code: str, *, houses: int = 10, name: str = "Testikatu") -> list[str]:
    """Write the rows of a street of even numbers going north, with a town of its own."""
    return [
        f"{name},{2 * i},{10_000 + i % 2},Kylä{country_code},{60 + i * 0.0002:.5f},25.0"
        for i in range(1, houses + 1)
    ]


async def place(database: Database, text: str, country_code: str) -> tuple[str, float]:
    match = await EmbeddedGeocoder(database).geocode(PostalAddress(text, country_code=country_code))
    return match.matched_address, match.coordinates.latitude


async def amounts(database: Database) -> list[int]:
    """Count the rows of every table of the index."""
    tables = (towns, streets, street_names, name_deletions, houses, AddressImport.__table__)
    async with database.reading() as connection:
        return [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables
        ]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
async def test_a_table_of_addresses_comes_in(database: Database, tmp_path: Path, name: str) -> None:
    code = "QM" if name == "a.csv" else "QN"
    seen: list[tuple[int, int | None]] = []

    summary = await import_addresses(
        database,
        write(tmp_path, [HEADER, *street(code)], name),
        country=code,
        progress=lambda done, total: seen.append((done, total)),
    )

    assert (summary.rows, summary.streets, summary.houses) == (10, 1, 10)
    assert seen[-1] == (10, 10)
    assert await place(database, f"testikatu 6, Kylä{code}", code) == (
        f"Testikatu 6, 10001 Kylä{code}",
        60.0006,
    )


async def test_a_file_that_is_in_already_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path, [HEADER, *street("QO")])
    first = await import_addresses(database, path, country="QO")
    before = await amounts(database)

    again = await import_addresses(database, path, country="QO")

    assert again.unchanged
    assert (again.rows, again.streets, again.houses) == (first.rows, first.streets, first.houses)
    assert await amounts(database) == before


async def test_a_killed_import_goes_on_where_it_was(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [HEADER]
    for name in ("Akatu", "Bkatu", "Ckatu", "Dkatu"):
        lines += street("QP", name=name)
    path = write(tmp_path, lines)
    monkeypatch.setattr(importing, "HOUSES_AT_ONCE", 10)

    def kill(done: int, total: int | None) -> None:
        if total and done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_addresses(database, path, country="QP", progress=kill)
    half = await amounts(database)
    summary = await import_addresses(database, path, country="QP")

    assert summary.resumed
    assert (summary.streets, summary.houses) == (4, 40)
    assert (await amounts(database))[4] == half[4] + 20
    assert (await place(database, "Dkatu 6", "QP"))[1] == 60.0006


async def test_a_newer_file_replaces_the_houses_of_an_older_one(
    database: Database, tmp_path: Path
) -> None:
    await import_addresses(
        database, write(tmp_path, [HEADER, *street("QQ")], "old.csv"), country="QQ"
    )
    newer = [HEADER, "Testikatu,6,10001,KyläQQ,60.5,25.5"]

    await import_addresses(database, write(tmp_path, newer, "new.csv"), country="QQ")

    assert (await place(database, "Testikatu 6", "QQ"))[1] == 60.5
    assert (await place(database, "Testikatu 8", "QQ"))[1] == 60.0008


async def test_malformed_lines_are_counted_and_named(database: Database, tmp_path: Path) -> None:
    lines = [
        HEADER,
        *street("QR"),
        "Testikatu,99,10000,KyläQR,north,25.0",
        "Testikatu,99,10000,KyläQR,91,25.0",
        "Testikatu,99,10000",
        'Testikatu,"99,10000,KyläQR,60,25',
        ",99,10000,,60,25",
        "Testikatu,,10000,KyläQR,60,25",
        "Testikatu,s/n,10000,KyläQR,60,25",
        "Testikatu,99,10000,KyläQR,0,0",
        "Testikatu,99,10000,KyläQR,nan,25",
    ]

    summary = await import_addresses(database, write(tmp_path, lines), country="QR")

    assert (summary.rows, summary.malformed) == (10, 9)
    assert [problem.line for problem in summary.problems] == list(range(12, 21))
    assert "'north', '25.0' is not two numbers" in summary.problems[0].reason
    assert "3 columns instead of 6" in summary.problems[2].reason
    assert "quotation marks" in summary.problems[3].reason
    assert "house number is missing" in summary.problems[5].reason


async def test_a_line_that_is_not_utf_8_spoils_no_other(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path, [HEADER, *street("QS")])
    path.write_bytes(path.read_bytes() + b"K\xe4tkatu,1,10000,X,60,25\n\x00,1,1,X,60,25\n")

    summary = await import_addresses(database, path, country="QS")

    assert (summary.rows, summary.malformed) == (10, 2)
    assert "UTF-8" in summary.problems[0].reason


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"hello", "unknown kind"),
        ("a.csv", b"street,housenumber\nX,1\n", "lacks the columns postcode, city, lat, lon"),
        ("a.csv", b"", "lacks the columns"),
        ("a.csv", HEADER.encode() + b"\n", "holds no addresses"),
        ("a.csv", HEADER.encode() + b"\nX,1,,Y,a,b\n", "no usable address.*line 2"),
        ("a.csv.gz", gzip.compress(HEADER.encode() * 99)[:60], "damaged or cut off"),
        ("a.osm.pbf", b"this is no map", "cannot be read as .osm.pbf"),
        ("a.geojson", b"[1, 2]\n", "no usable address"),
    ],
)
async def test_a_file_that_cannot_be_used_says_so_in_one_line(
    database: Database, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = await amounts(database)

    with pytest.raises(InvalidInput, match=message) as refusal:
        await import_addresses(database, path, country="QT")

    assert "\n" not in refusal.value.message
    assert await amounts(database) == before


async def test_a_missing_file_and_a_wrong_country_are_refused(
    database: Database, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="There is no file"):
        await import_addresses(database, tmp_path / "none.csv")
    with pytest.raises(InvalidInput, match="two letters"):
        await import_addresses(database, tmp_path / "none.csv", country="Finland")


async def test_open_addresses_come_in_as_csv_and_as_geojson(
    database: Database, tmp_path: Path
) -> None:
    table = [
        "LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH",
        "25.0,61.0,5,RUE BASSE,,VILLEQU,,,75001,,abc",
    ]
    feature = {
        "type": "Feature",
        "properties": {"number": "7", "street": "Rue Basse", "city": "Villequ", "unit": None},
        "geometry": {"type": "Point", "coordinates": [25.0, 61.001]},
    }

    await import_addresses(database, write(tmp_path, table), country="QU")
    await import_addresses(
        database,
        write(tmp_path, [json.dumps(feature), "{broken"], "addresses.geojson.gz"),
        country="QU",
    )

    assert (await place(database, "Rue Basse 5, Villequ", "QU"))[1] == 61.0
    assert (await place(database, "Rue Basse 7, Villequ", "QU"))[1] == 61.001


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


def write_map(path: Path) -> Path:
    """Write a small extract: addresses on a node, a building, an area and by a relation."""

    def node(number: int, north: float, east: float, **tags: str) -> osmium.osm.mutable.Node:
        named = {key.replace("_", ":", 1).replace("__", ":"): tags[key] for key in tags}
        return osmium.osm.mutable.Node(id=number, location=(east, north), tags=named)

    corners = [(64.0, 25.0), (64.0, 25.002), (64.001, 25.002), (64.001, 25.0)]
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (north, east) in enumerate(corners, start=1):
            writer.add_node(node(number, north, east))
        tags = {"addr_street": "Karttatie", "addr_housenumber": "1", "addr_city": "Karttala"}
        writer.add_node(node(5, 64.01, 25.0, **tags))
        writer.add_node(node(6, 64.011, 25.0, addr_housenumber="3"))
        writer.add_node(node(7, 64.012, 25.0, addr_housenumber="99"))
        writer.add_node(node(8, 64.0, 25.0, place="village", name="Karttala"))
        ring = [1, 2, 3, 4, 1]
        building = {"addr:street": "Karttatie", "addr:housenumber": "5"}
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=ring, tags=building))
        writer.add_way(osmium.osm.mutable.Way(id=2, nodes=ring))
        road = {"highway": "residential", "name": "Karttatie", "name:sv": "Kartvägen"}
        writer.add_way(osmium.osm.mutable.Way(id=3, nodes=[1, 2], tags=road))
        area = {"type": "multipolygon", "addr:street": "Karttatie", "addr:housenumber": "7"}
        writer.add_relation(
            osmium.osm.mutable.Relation(id=1, members=[("w", 2, "outer")], tags=area)
        )
        named = {"type": "associatedStreet", "name": "Suhdetie"}
        writer.add_relation(
            osmium.osm.mutable.Relation(id=2, members=[("n", 6, "house")], tags=named)
        )
    return path


async def test_a_map_comes_in_with_its_buildings_areas_and_languages(
    database: Database, tmp_path: Path
) -> None:
    summary = await import_addresses(database, write_map(tmp_path / "map.osm.pbf"), country="QX")

    assert (summary.rows, summary.houses, summary.malformed) == (4, 4, 1)
    assert "OpenStreetMap" in summary.licence
    assert "n7 has a house number but no street" in summary.problems[0].reason
    assert (await place(database, "Kartvägen 1, Karttala", "QX"))[1] == pytest.approx(64.01)
    assert (await place(database, "Karttatie 5, Karttala", "QX"))[1] == pytest.approx(64.0005)
    assert (await place(database, "Karttatie 7", "QX"))[1] == pytest.approx(64.0005)
    assert (await place(database, "Suhdetie 3", "QX"))[1] == pytest.approx(64.011)


async def test_a_map_that_is_cut_off_is_refused_whole(database: Database, tmp_path: Path) -> None:
    path = write_map(tmp_path / "map.osm.pbf")
    path.write_bytes(path.read_bytes()[:-40])
    before = await amounts(database)

    with pytest.raises(InvalidInput, match="cannot be read"):
        await import_addresses(database, path, country="QY")

    assert await amounts(database) == before


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
