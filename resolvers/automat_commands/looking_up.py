"""The newest commands of automats, many automats at once."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, case, select
from sqlalchemy.orm import aliased

from models import reach
from models.automat_commands import AutomatCommand
from models.automats import Automat
from models.dialects.among import among, ids_later
from resolvers.looking import BEFORE_ALL, require_view
from resolvers.work import Reading, owned

NEWEST = 5


async def newest(reading: Reading, automat_ids: Sequence[UUID]) -> list[list[Any]]:
    """Read the five newest commands of each of several automats, the newest first.

    Raises:
        NotAllowed: The actor may not see automats.
    """
    require_view(reading, AutomatCommand)
    told = reading.told(automats=automat_ids, before_all=BEFORE_ALL)
    found: dict[UUID, list[Any]] = {id: [] for id in automat_ids}
    for row in await reading.all(_newest(narrow=reading.is_narrow), **told):
        found[row.automat_id].append(row)
    return [found[id] for id in automat_ids]


@cache
def _newest(*, narrow: bool) -> Select[AutomatCommand]:
    """Select them by the id of the fifth, which an index finds: an automat may have thousands.

    `offset 0` lets PostgreSQL find it first: what it would put in its place is not known to tell
    nothing of the rows of others, and behind a wall no index is asked with such a thing.
    """
    row, other = AutomatCommand, aliased(AutomatCommand)
    fifth = (
        select(other.id)
        .where(other.automat_id == Automat.id)
        .order_by(other.id.desc())
        .offset(NEWEST - 1)
        .limit(1)
        .correlate(Automat)
        .scalar_subquery()
    )
    asked = among(Automat.id, ids_later("automats"))
    those = select(Automat.id, fifth.label("fifth")).where(asked).offset(0).subquery()
    all_of_them = bindparam("before_all", type_=Uuid())
    first = case((those.c.fifth.is_(None), all_of_them), else_=those.c.fifth)
    return (
        owned(row)
        .join(those, and_(those.c.id == row.automat_id, row.id >= first))
        .where(*([reach.seen(row)] if narrow else []))
        .order_by(row.id.desc())
    )
