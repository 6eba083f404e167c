"""Looking where automats are missing, for the command line: any number of entities."""

from collections.abc import Sequence
from pathlib import Path

import orjson

from models.database import Database
from models.entities import ReservableEntity
from models.errors import InvalidInput
from resolvers.clocks import system_of
from resolvers.comparison import scope as scopes
from resolvers.comparison.missing import Missing, MissingPlace, find
from resolvers.work import Reading
from schema.commands.comparison_files import complete
from schema.commands.comparison_runs import Progress
from schema.commands.comparison_scopes import meant
from schema.context import clock
from schema.scalars import to_id


async def run(
    database: Database,
    groups: Sequence[str],
    unit: str | None,
    progress: Progress,
    *,
    limit_metres: float | None,
    count: int,
) -> Missing:
    """Look, and tell how far it has come.

    Raises:
        NotFound: There is no such group or unit.
        InvalidInput: Neither is named, or the distance is not positive.
    """
    async with database.reading() as connection:
        which = await meant(connection, groups, unit)
        actor = await system_of(connection, which.organization_id)
        reading = Reading(connection, actor, actor.time(clock()))
        scope = await scopes.scope_of(reading, which.group_ids, which.unit_id)
        total = await scopes.count(reading, scope)
        return await find(
            reading,
            scope,
            limit_metres=limit_metres,
            count=count,
            progress=lambda done: progress(done, total),
        )


def write_places(file: Path, places: Sequence[MissingPlace]) -> None:
    """Write the places as GeoJSON (RFC 7946).

    Raises:
        InvalidInput: The file is there already.
    """
    if file.exists():
        raise InvalidInput(f"{file} is there already; choose another name.")
    features = [_feature(place) for place in places]
    with complete(file) as target:
        target.write(orjson.dumps({"type": "FeatureCollection", "features": features}).decode())


def _feature(place: MissingPlace) -> dict[str, object]:
    at = [place.place.longitude, place.place.latitude]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": at},
        "properties": {
            "entity_id": to_id(ReservableEntity, place.entity_id),
            "entities_served": place.served,
            "metres_saved": round(place.metres_saved, 2),
        },
    }
