"""Maps of OpenStreetMap and files of OpenAddresses come into the index."""

import json
from pathlib import Path

import osmium
import pytest
from address_files import amounts, place, write

from geo.index.importing import import_addresses
from models.database import Database
from models.errors import InvalidInput


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
