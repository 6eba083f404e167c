"""Files of addresses come into the index: once, whole, again after a kill, or not at all."""

import gzip
from pathlib import Path

import pytest
from address_files import HEADER, amounts, place, street, write

from geo.index import importing
from geo.index.importing import import_addresses
from models.database import Database
from models.errors import InvalidInput


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
