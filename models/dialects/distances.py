"""How PostgreSQL measures many geodesics at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Float, Integer, text

from models.places import Coordinates

MANY_DISTANCES = text("""
    select number, ST_Distance(
      ST_SetSRID(ST_MakePoint(from_x, from_y), 4326)::geography,
      ST_SetSRID(ST_MakePoint(to_x, to_y), 4326)::geography
    ) as metres
    from unnest(
      cast(:from_x as float8[]), cast(:from_y as float8[]),
      cast(:to_x as float8[]), cast(:to_y as float8[])
    ) with ordinality as asked (from_x, from_y, to_x, to_y, number)
    order by number
""").columns(number=Integer, metres=Float)


def from_each_to_its(pairs: Sequence[tuple[Coordinates, Coordinates]]) -> dict[str, Any]:
    """Say what `MANY_DISTANCES` is to measure."""
    return {
        "from_x": [here.longitude for here, _ in pairs],
        "from_y": [here.latitude for here, _ in pairs],
        "to_x": [there.longitude for _, there in pairs],
        "to_y": [there.latitude for _, there in pairs],
    }
