"""The statements that ask the address index; each takes a list of `keys`."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, tuple_

from models.addresses import (
    AddressImport,
    houses,
    name_deletions,
    names,
    postcodes,
    street_names,
    streets,
)


def _among(column: Any) -> ColumnElement[bool]:
    """Write a condition for a list of keys that comes with each execution."""
    among: ColumnElement[bool] = column.in_(bindparam("keys", expanding=True))
    return among


VERSION = select(
    func.count(),
    func.coalesce(func.sum(AddressImport.position), 0),
    func.count(AddressImport.finished_at),
)
POSTCODES = select(
    postcodes.c.key,
    postcodes.c.town_id,
    postcodes.c.postcode,
    postcodes.c.latitude,
    postcodes.c.longitude,
    postcodes.c.houses,
).where(postcodes.c.country_code == bindparam("country_code"), _among(postcodes.c.key))
AT_PLACES = select(
    street_names.c.place_id,
    street_names.c.street_id,
    street_names.c.town_id,
    street_names.c.name,
).where(_among(street_names.c.place_id))
EVERYWHERE = select(
    street_names.c.name_id,
    street_names.c.street_id,
    street_names.c.town_id,
    street_names.c.name,
).where(_among(street_names.c.name_id))
SPREADS = (
    select(
        street_names.c.name_id,
        func.count(street_names.c.street_id),
        func.min(street_names.c.street_id),
        func.max(street_names.c.street_id),
    )
    .where(_among(street_names.c.name_id))
    .group_by(street_names.c.name_id)
)
STREETS = select(streets.c.id, streets.c.town_id, streets.c.name).where(_among(streets.c.id))
DELETIONS = (
    select(name_deletions.c.deletion, names.c.key, names.c.id)
    .join(names, names.c.id == name_deletions.c.name_id)
    .where(_among(name_deletions.c.deletion))
)
HOUSES = select(houses).where(_among(houses.c.street_id))
HOUSES_NUMBERED = select(houses).where(
    # SQLite reads the whole table for pairs alone; by their streets it finds them
    houses.c.street_id.in_(bindparam("street_ids", expanding=True)),
    _among(tuple_(houses.c.street_id, houses.c.number)),
)
