"""`livionkey selection compare`: the files that it writes, and going on after an interruption."""

import asyncio
import csv
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import CommandLine
from factories import PASILA, make_automat, make_entity, make_group, make_key, push
from talking import Client

from models.errors import InvalidInput, LivionKeyError, NotFound
from models.organizations import OrganizationUnit
from resolvers.comparison.missing import MissingPlace
from schema.commands import missing_runs
from schema.commands import selection as cli_selection
from schema.commands.comparison_runs import Done, Wanted, run
from schema.commands.terminal import output
from schema.scalars import to_id

TESTS = Path(__file__).parents[1]
HOMES = 7


class Interrupted(Exception):
    """Somebody pressed Control and C."""


async def furnish(client: Client) -> str:
    """Make entities that would be better off, one without an address; give the unit's id."""
    async with client.working() as work:
        await make_automat(work, "Station")
        group = await make_group(work, await make_automat(work, "Pasila", PASILA))
        for number in range(HOMES):
            place: dict[str, Any] = {"position": None} if number == 3 else {}
            home = await make_entity(
                work, name=f'"A", {number}\nDoor', device_group_id=group.id, **place
            )
        await make_key(work, home)
        await push(work, home)
    return to_id(OrganizationUnit, client.organization_id)


async def compare(client: Client, unit: str, file: Path, **given: Any) -> Done:
    wanted = Wanted((), unit, weeks=4, output=file, **given)
    return await run(client.database, wanted, lambda _done, _total: None, block=2)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as table:
        return list(csv.DictReader(table))


async def test_the_table_has_a_row_for_each_entity_and_another_one_for_each_automat(
    client: Client, tmp_path: Path
) -> None:
    unit = await furnish(client)
    seen: list[tuple[int, int]] = []
    wanted = Wanted((), unit, weeks=4, output=tmp_path / "fleet.csv")

    done = await run(
        client.database, wanted, lambda done, total: seen.append((done, total)), block=2
    )

    rows = read(tmp_path / "fleet.csv")
    assert [row["name"] for row in rows] == [f'"A", {number}\nDoor' for number in range(HOMES)]
    assert {row["outcome"] for row in rows} == {"BETTER", "EXCEPTION"}
    assert rows[3]["exceptions"] == "NO_ADDRESS"
    assert float(rows[0]["metres_before"]) == pytest.approx(3006, abs=5)
    assert (rows[0]["metres_after"], rows[6]["coming_stays"]) == ("0.0", "1")
    pasila, station = sorted(read(tmp_path / "fleet.automats.csv"), key=lambda row: row["automat"])
    assert (pasila["automat"], pasila["stays_from"], pasila["stays_to"]) == ("Pasila", "1", "0")
    assert (station["entities_before"], station["entities_after"]) == ("0", str(HOMES - 1))
    assert seen == [(0, 7), (2, 7), (4, 7), (6, 7), (7, 7)]
    assert done.totals.entities == HOMES
    assert files_in(tmp_path) == ["fleet.automats.csv", "fleet.csv"]


async def test_the_map_is_a_feature_collection(client: Client, tmp_path: Path) -> None:
    unit = await furnish(client)

    await compare(client, unit, tmp_path / "fleet.geojson")

    found = json.loads((tmp_path / "fleet.geojson").read_text())
    assert found["type"] == "FeatureCollection"
    assert len(found["features"]) == HOMES
    first, lost = found["features"][0], found["features"][3]
    assert first["type"] == "Feature"
    assert first["geometry"] == {"type": "Point", "coordinates": [24.941422, 60.171873]}
    assert first["properties"]["nearest_automat"] == "Station"
    assert lost["geometry"] is None
    assert lost["properties"]["exceptions"] == ["NO_ADDRESS"]


async def test_an_interrupted_comparison_goes_on_and_ends_as_if_nothing_had_been(
    client: Client, tmp_path: Path
) -> None:
    unit = await furnish(client)
    whole = await compare(client, unit, tmp_path / "whole.csv")
    file = tmp_path / "fleet.csv"
    wanted = Wanted((), unit, weeks=4, output=file)

    def stop(done: int, _total: int) -> None:
        if done == 4:
            raise Interrupted

    with pytest.raises(Interrupted):
        await run(client.database, wanted, stop, block=2)
    with pytest.raises(InvalidInput, match="add --resume"):
        await compare(client, unit, file)
    assert not file.exists()
    done = await compare(client, unit, file, resumes=True)

    assert file.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert done == whole
    assert not wanted.part.exists()


@pytest.mark.parametrize("blocks", [0, 3])
async def test_a_comparison_that_was_killed_in_the_middle_of_a_line_goes_on(
    client: Client, database_url: str, tmp_path: Path, blocks: int
) -> None:
    unit = await furnish(client)
    await compare(client, unit, tmp_path / "whole.geojson")
    file = tmp_path / "fleet.geojson"
    script = [sys.executable, TESTS / "dying_comparison.py", database_url, unit, file, str(blocks)]

    paths = os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"}

    killed = await asyncio.create_subprocess_exec(*script, env=paths)
    await killed.wait()

    assert killed.returncode == -signal.SIGKILL
    part = file.with_name("fleet.geojson.part")
    assert len(part.read_bytes().splitlines()) == 1 + 2 * blocks + 1
    await compare(client, unit, file, resumes=True)
    assert file.read_bytes() == (tmp_path / "whole.geojson").read_bytes()


@pytest.mark.parametrize("written", [b"", b'{"what":"livion'])
async def test_one_that_was_killed_before_it_had_begun_begins(
    client: Client, tmp_path: Path, written: bytes
) -> None:
    unit = await furnish(client)
    (tmp_path / "fleet.csv.part").write_bytes(written)

    await compare(client, unit, tmp_path / "fleet.csv", resumes=True)

    assert len(read(tmp_path / "fleet.csv")) == HOMES


async def test_what_is_not_the_same_comparison_is_left_alone(
    client: Client, tmp_path: Path
) -> None:
    unit = await furnish(client)
    file = tmp_path / "fleet.csv"
    wanted = Wanted((), unit, weeks=4, output=file)

    def stop(_done: int, _total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        await run(client.database, wanted, stop)
    other = Wanted((), unit, weeks=5, output=file, resumes=True)

    with pytest.raises(InvalidInput, match="another comparison"):
        await run(client.database, other, stop)

    wanted.part.write_bytes(b"my diary\n")
    with pytest.raises(InvalidInput, match="holds no comparison"):
        await compare(client, unit, file, resumes=True)
    assert wanted.part.read_bytes() == b"my diary\n"


async def test_a_file_that_is_there_is_kept(client: Client, tmp_path: Path) -> None:
    unit = await furnish(client)
    (tmp_path / "fleet.csv").write_text("mine")

    with pytest.raises(InvalidInput, match="there already"):
        await compare(client, unit, tmp_path / "fleet.csv")


@pytest.mark.parametrize(
    ("groups", "unit", "refusal"),
    [
        ((), None, InvalidInput),
        (("group_0",), None, NotFound),
        ((), "unit_" + "1" * 32, NotFound),
    ],
)
async def test_it_has_to_be_said_what_to_compare(
    client: Client,
    tmp_path: Path,
    groups: tuple[str, ...],
    unit: str | None,
    refusal: type[LivionKeyError],
) -> None:
    wanted = Wanted(groups, unit, weeks=4, output=tmp_path / "fleet.csv")

    with pytest.raises(refusal):
        await run(client.database, wanted, lambda _done, _total: None)

    assert files_in(tmp_path) == []


def test_the_commands_show_what_they_found_and_write_it(tmp_path: Path) -> None:
    commands = CommandLine(tmp_path)
    commands.done("migrate")
    unit = commands.done("organization", "create", "Kotikatu").strip()

    shown = commands.done("selection", "compare", "--unit", unit, "--output", "fleet.csv")

    assert "median" in shown
    assert read(tmp_path / "fleet.csv") == []
    found = commands.run("selection", "missing", "--unit", unit, "--output", "places.geojson")
    assert "Of 0 entities 0 are too far" in found.stderr
    assert json.loads((tmp_path / "places.geojson").read_text())["features"] == []
    refusal = commands.refusal("selection", "compare", "--output", "new.csv")
    assert refusal.startswith("Say which entities")


async def test_the_places_where_automats_are_missing_are_told_of_any_number(
    client: Client, tmp_path: Path
) -> None:
    unit = await furnish(client)
    seen: list[tuple[int, int]] = []

    found = await missing_runs.run(
        client.database, (), unit, lambda *told: seen.append(told), limit_metres=None, count=3
    )
    missing_runs.write_places(
        tmp_path / "places.geojson", [MissingPlace(PASILA, client.organization_id, 4, 5.0)]
    )

    assert (found.entities, found.without_limit, found.places) == (HOMES, HOMES, [])
    assert seen == [(HOMES, HOMES)]
    (feature,) = json.loads((tmp_path / "places.geojson").read_text())["features"]
    assert feature["geometry"]["coordinates"] == [PASILA.longitude, PASILA.latitude]
    assert feature["properties"]["entities_served"] == 4


async def test_no_name_is_a_formula_where_a_table_is_opened(client: Client, tmp_path: Path) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "A=1"]
    async with client.working() as work:
        near = await make_automat(work, "=cmd|'/c calc'!A1")
        far = await make_group(work, await make_automat(work, "[/far]", PASILA))
        near_group = await make_group(work, near)
        for name in names:
            await make_entity(work, PASILA, name=name, device_group_id=near_group.id)
        await make_entity(work, name="worse", device_group_id=far.id)
    unit = to_id(OrganizationUnit, client.organization_id)

    done = await compare(client, unit, tmp_path / "fleet.csv")
    await compare(client, unit, tmp_path / "map.geojson")

    rows = read(tmp_path / "fleet.csv")
    assert [row["name"] for row in rows[:5]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "A=1"]
    assert rows[0]["group_automat"] == "'=cmd|'/c calc'!A1"
    automats = read(tmp_path / "fleet.automats.csv")
    assert {row["automat"] for row in automats} == {"'=cmd|'/c calc'!A1", "[/far]"}
    features = json.loads((tmp_path / "map.geojson").read_text())["features"]
    assert features[0]["properties"]["name"] == "=1+1", "GeoJSON has no formulas"
    with output.capture() as shown:
        output.print(cli_selection._automats(done.capacities))
    assert "[/far]" in shown.get()
