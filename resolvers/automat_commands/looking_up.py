"""The newest commands of automats, many automats at once."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select
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
    """Select them by the id of the fifth, which an index finds: an automat may have thousands."""
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
    return (
        owned(row)
        .join(Automat, Automat.id == row.automat_id)
        .where(
            among(Automat.id, ids_later("automats")),
            row.id >= func.coalesce(fifth, bindparam("before_all", type_=Uuid())),
            *([reach.seen(row)] if narrow else []),
        )
        .order_by(row.id.desc())
    )
