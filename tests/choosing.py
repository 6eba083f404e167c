"""Choices as tests ask for them: what a stay would get, and what was decided."""

from typing import Any

from factories import DAY, STATION, make_entity, make_key

from geo.selection import Decision
from models.entities import ReservableEntity
from models.places import Coordinates
from resolvers import selections
from resolvers.planning.stays import Wanted
from resolvers.work import Work


async def choice(work: Work, entity: ReservableEntity, **wanted: Any) -> Decision:
    """Ask what a stay would get that begins in a day."""
    return await selections.preview(
        work,
        entity_id=entity.id,
        entity_external_id=None,
        starts_at=work.now + DAY,
        ends_at=work.now + 2 * DAY,
        wanted=Wanted(**wanted),
    )


async def with_key(work: Work, position: Coordinates | None = STATION, **given: Any) -> Any:
    entity = await make_entity(work, position, **given)
    await make_key(work, entity)
    return entity


def chosen(decision: Decision) -> str | None:
    return decision.chosen.automat.name if decision.chosen else None


def names(decision: Decision) -> list[str]:
    return [candidate.automat.name for candidate in decision.candidates]
