"""Signature stations as clients see them."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

import models.stations as models
from models.accounts import Permission
from models.organizations import OrganizationUnit as UnitRow
from resolvers import looking, relations
from schema.context import Info
from schema.execution import batched
from schema.loaders import to_first, to_one
from schema.nodes import Node, shows
from schema.organizations.organizations import OrganizationUnit
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import to_id
from schema.signing.signing import SigningProcess

to_signing = to_first(relations.SIGNING_AT_STATION, "station_id")


async def are_online(stations: list[Any], context: Any) -> list[bool]:
    """Tell which displays were heard of lately."""
    return [models.is_online(one.token_id, one.last_seen_at, context.now) for one in stations]


async def are_busy(stations: list[Any], context: Any) -> list[bool]:
    """Tell at which stations a signing is open."""
    return [signing is not None for signing in await to_signing(stations, context)]


@shows(models.SignatureStation)
@strawberry.type(
    description="A place where contacts sign: a display that is paired with it by a code."
)
class SignatureStation(Node):
    station_id: strawberry.Private[UUID]
    unit_id: strawberry.Private[UUID]
    token_id: strawberry.Private[UUID | None]
    name: str = strawberry.field(description="What people call it.")
    paired: bool = strawberry.field(description="Whether it has a display.")
    paired_at: datetime | None = strawberry.field(description="Since when it has that display.")
    last_seen_at: datetime | None = strawberry.field(
        description="When its display was last heard of."
    )
    retired: bool = strawberry.field(description="Whether it is out of use.")
    online: bool = batched(
        are_online, description="Whether its display was heard of within 45 seconds."
    )
    busy: bool = batched(are_busy, description="Whether a signing is open at it.")
    signing: SigningProcess | None = batched(
        to_signing, description="The signing that is open at it, if any."
    )
    organization_unit: OrganizationUnit = batched(
        to_one(UnitRow, "unit_id"), description="Its unit; it serves this one and all below it."
    )

    @classmethod
    def of(cls, row: models.SignatureStation) -> Self:
        return cls(
            id=to_id(models.SignatureStation, row.id),
            station_id=row.id,
            unit_id=row.organization_unit_id,
            token_id=row.token_id,
            name=row.name,
            paired=row.token_id is not None,
            paired_at=row.paired_at,
            last_seen_at=row.last_seen_at,
            retired=row.retired_at is not None,
        )


@strawberry.type
class StationQueries:
    @query(
        permission=Permission.VIEW,
        description="The signature stations of your organization that are in use.",
    )
    async def signature_stations(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[SignatureStation]:
        behind = from_cursor(after)
        row = models.SignatureStation
        in_use = row.retired_at.is_(None)
        async with info.context.reading() as reading:
            part = await looking.page(reading, row, in_use, first=first, after=behind)
        return connection(part, SignatureStation.of, behind)
