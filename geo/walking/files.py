"""A network of ways as it is kept: a file of arrays, made from a map once."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rustworkx
from numpy.typing import NDArray

from geo.position import distance_metres
from geo.walking.ways import Ways
from models.errors import InvalidInput
from models.places import Coordinates

LEAST_POINTS = 50
"""Ways that join fewer points to nothing else are courtyards, or were cut off by the map's edge."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class Arrays:
    """A network.

    Args:
        latitudes: Of the points, in degrees.
        longitudes: Of the points, in degrees.
        pieces: Which two points each piece joins, two columns.
        metres: How long each piece is: the geodesic.
        licence: Whose map it was, and under which licence; to be shown.
    """

    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]
    pieces: NDArray[np.int32]
    metres: NDArray[np.float64]
    licence: str


def arrays_of(ways: Ways, licence: str) -> Arrays:
    """Make a network of ways; those that lead nowhere are left out.

    Raises:
        InvalidInput: None is left.
    """
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * len(ways.points))
    graph.add_edges_from_no_data(ways.pieces)
    parts = [part for part in rustworkx.connected_components(graph) if len(part) >= LEAST_POINTS]
    kept = sorted(set().union(*parts))
    if not kept:
        raise InvalidInput(f"The ways of the map join fewer than {LEAST_POINTS} points.")
    number = {point: at for at, point in enumerate(kept)}
    pieces = [(number[one], number[other]) for one, other in ways.pieces if one in number]
    places = [Coordinates(*ways.points[point]) for point in kept]
    return Arrays(
        latitudes=np.array([place.latitude for place in places]),
        longitudes=np.array([place.longitude for place in places]),
        pieces=np.array(pieces, dtype=np.int32),
        metres=np.array([distance_metres(places[one], places[other]) for one, other in pieces]),
        licence=licence,
    )


def write(arrays: Arrays, path: Path) -> None:
    """Keep a network; who reads the file meanwhile sees the one before, or this one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(
        unfinished,
        version=VERSION,
        latitudes=arrays.latitudes,
        longitudes=arrays.longitudes,
        pieces=arrays.pieces,
        metres=arrays.metres,
        licence=arrays.licence,
    )
    unfinished.replace(path)


def read(path: Path) -> Arrays:
    """Read a network.

    Raises:
        InvalidInput: The file is none; the message says how to make one.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if int(kept["version"]) != VERSION:
                raise _no_network(path)
            return Arrays(
                kept["latitudes"],
                kept["longitudes"],
                kept["pieces"],
                kept["metres"],
                str(kept["licence"]),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise _no_network(path) from error


def _no_network(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path} is no network of ways of this version; `livionkey walking import` makes one."
    )
