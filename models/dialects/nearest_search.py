"""How each database is asked for the automats near a place, with the index of `nearest_index`."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from string import Template
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import Integer, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.automats import Automat
from models.dialects.among import array_of
from models.dialects.nearest_index import ON_THE_MAP, SPOT, organization_axis, strip_of
from models.dialects.plans import kept_plans
from models.earth import FARTHEST_METRES, LEAST_HEIGHT_METRES, earth_centred, views
from models.places import Coordinates

_WORDS = {"spot": SPOT.replace(":", r"\:"), "on_the_map": ON_THE_MAP}
_NEAR = Template("""
      cross join organizations cross join lateral (
        select id, organization_id, ST_Distance(position, (select point from here)) as metres
        from automats_on_the_map where $on_the_map
        order by $spot <-> point(strip + x, y) limit :count
      ) as near
      where near.organization_id = organizations.id
""").substitute(_WORDS)
_REACH = "case when count(*) = :count then max(metres) + 1 end"
_NEAREST = Template("""
    with here as materialized (
      select ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography as point
    ),
    organizations as materialized (
      select * from unnest(
        (select cast(:organizations as uuid[])), (select cast(:strips as float8[]))
      ) as asked (id, strip)
    ),
    views as materialized (
      select * from unnest(
        (select cast(:heights as float8[])), (select cast(:xs as float8[])),
        (select cast(:ys as float8[]))
      ) with ordinality as seen (height, x, y, number)
    ),
    beside as materialized (
      select near.id, metres from (select x, y from views where number = 1) as view $near
      order by metres limit :count
    ),
    reach_beside as materialized (select $reach as metres from beside),
    candidates as materialized (
      select id, metres from beside
      union (
        select near.id, near.metres from (
          select x, y from views cross join reach_beside
          where number > 1 and height + metres > :least_height
        ) as view $near
      )
      order by metres limit :count
    ),
    reach as materialized (select coalesce($reach, :farthest) as metres from candidates)
    select automat.id, automat.installed_at, automat.metres
    from reach cross join organizations cross join views cross join lateral (
      select id, organization_id, installed_at,
        ST_Distance(position, (select point from here)) as metres
      from automats_on_the_map where $on_the_map
        and $spot <@ circle(point(strip + x, y), reach.metres) offset 0
    ) as automat
    where height + reach.metres > :least_height
      and automat.organization_id = organizations.id and automat.metres <= reach.metres
""").substitute(_WORDS, near=_NEAR, reach=_REACH)


async def ask_the_map(
    connection: AsyncConnection, questions: Sequence[dict[str, Any]]
) -> list[list[tuple[UUID, datetime, float]]]:
    """Ask PostgreSQL's map many questions of one count at once: id, installation and metres.

    They go to the server in one batch and are answered in their order. Asked one by one, most of
    the time would pass on the way.
    """
    if not questions:
        return []
    raw = await connection.get_raw_connection()
    driver: psycopg.AsyncConnection[Any] = cast("Any", raw.driver_connection)
    answers = []
    async with kept_plans(connection), driver.cursor() as cursor:
        statement = _for_the_driver(questions[0]["count"])
        await cursor.executemany(statement, questions, returning=True)
        for _ in questions:
            answers.append(await cursor.fetchall())
            cursor.nextset()
    return answers


@cache
def _for_the_driver(count: int) -> bytes:
    """Write the statement with the driver's marks for parameters, and the count as a number."""
    marked = re.sub(r"(?<![:\\]):(\w+)", r"%(\1)s", _NEAREST.replace("%", "%%"))
    return marked.replace("%(count)s", str(count)).replace("\\:", ":").encode()


NEAREST_ON_MAP = text(_NEAREST).bindparams(
    bindparam("count", type_=Integer(), literal_execute=True)
)
"""On PostgreSQL: candidates from the drawing in which the place is, then from others within their
reach, then everything within the reach of the best of both. Fewer candidates than asked for are all
that there are, or share a strip: they reach everywhere. The metre on top is for ties, and for
rounding far out on the map.

While the map is asked, nothing is said of the organization, and `offset 0` keeps it so: the planner
cannot guess how many spots a circle holds, and would rather sort all automats of an organization.
It is told the count, which decides its plan, but not how long the arrays are: so it keeps the plan,
which takes as long to make as to carry out.
"""


def map_question(here: Coordinates, organization_ids: Sequence[UUID], count: int) -> dict[str, Any]:
    """Say what `NEAREST_ON_MAP` is to find."""
    seen = views(here)
    return {
        "longitude": here.longitude,
        "latitude": here.latitude,
        "organizations": array_of(id.hex for id in organization_ids),
        "strips": array_of(repr(strip_of(id)) for id in organization_ids),
        "heights": array_of(repr(view.height) for view in seen),
        "xs": array_of(repr(view.x) for view in seen),
        "ys": array_of(repr(view.y) for view in seen),
        "count": count,
        "farthest": FARTHEST_METRES,
        "least_height": LEAST_HEIGHT_METRES,
    }


IN_BOX = (
    text("""
      select automats.id, automats.installed_at, automats.position
      from automat_places cross join automats on automats.id = automat_places.automat_id
      where x1 >= :x0 and x0 <= :x1 and y1 >= :y0 and y0 <= :y1 and z1 >= :z0 and z0 <= :z1
        and o1 >= :axis and o0 <= :axis
        and automats.organization_id = :organization_id and automats.state <> 'uninstalled'
    """)
    .bindparams(bindparam("organization_id", type_=Uuid()))
    .columns(Automat.id, Automat.installed_at, Automat.position)
)
"""On SQLite: everything in a box.

SQLite never reorders a cross join. A file without statistics, which nobody has analyzed, would
otherwise begin with all automats of the organization: 30 times slower among 100 000.
"""


def box_question(here: Coordinates, organization_id: UUID, half_side: float) -> dict[str, Any]:
    """Say what `IN_BOX` is to find: an organization's automats in a box around a place."""
    x, y, z = earth_centred(here)
    return {
        "x0": x - half_side, "x1": x + half_side, "y0": y - half_side, "y1": y + half_side,
        "z0": z - half_side, "z1": z + half_side,
        "axis": organization_axis(organization_id), "organization_id": organization_id,
    }  # fmt: skip
