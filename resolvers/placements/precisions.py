"""How exactly each unit wants its things to be placed, and what is placed less exactly."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_

from models.automats import Automat
from models.dialects.among import among
from models.entities import ReservableEntity
from models.organizations import OrganizationUnit
from models.places import PlacementPrecision
from resolvers.settings import settings_of_all
from resolvers.work import Reading

Thing = type[ReservableEntity] | type[Automat]
Least = Mapping[UUID, PlacementPrecision]
"""What each unit asks for at least."""


async def least_of_units(reading: Reading) -> dict[UUID, PlacementPrecision]:
    """Read how exact placements have to be in each unit of the organization, in two statements."""
    ids = [unit.id for unit in await reading.all(reading.own(OrganizationUnit))]
    settings = await settings_of_all(reading, ids)
    return {id: one.least_precision for id, one in zip(ids, settings, strict=True)}


def coarser(model: Thing, least: Least) -> ColumnElement[bool]:
    """Say that something was placed less exactly than its unit asks for."""
    conditions = []
    for wanted in sorted(set(least.values())):
        too_coarse = [one for one in PlacementPrecision if not one.is_at_least(wanted)]
        units = [id for id, said in least.items() if said is wanted]
        here = among(model.unit_id, units)
        conditions.append(and_(model.placement_precision.in_(too_coarse), here))
    return or_(false(), *conditions)
