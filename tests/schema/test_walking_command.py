"""`livionkey walking import`: from a map to a network in the data folder."""

from pathlib import Path

from commands import CommandLine
from walked import corner, write_map

from geo.walking import loaded
from models.distances import DistanceKind


def test_a_map_becomes_the_network_of_the_installation(tmp_path: Path) -> None:
    write_map(tmp_path / "town.osm.pbf", highway="residential")
    line = CommandLine(tmp_path, {"data_folder": str(tmp_path / "data")})

    said = line.done("walking", "import", "town.osm.pbf")
    refusal = line.refusal("walking", "import", "nothing.osm.pbf")

    assert "town.osm.pbf: " in said
    assert "OpenStreetMap contributors" in said
    assert "nothing.osm.pbf cannot be read" in refusal
    loaded.load(tmp_path / "data")
    try:
        walker = loaded.walker()
        assert walker is not None
        (walk,) = walker.walks(corner(0, 0), [corner(2, 2)])
        assert walk.kind is DistanceKind.WALK_NETWORK
    finally:
        loaded.use(None)


def test_a_folder_without_a_network_has_none(tmp_path: Path) -> None:
    loaded.load(tmp_path)

    assert loaded.walker() is None
