"""Asking which automats are nearest, for front ends: as candidates, or as GeoJSON for a map."""

from typing import Annotated

import orjson
import strawberry

from geo.areas import read_area
from geo.candidates import Candidate
from models.accounts import Permission
from models.addressed import PlacementProblem
from models.automats import Automat as AutomatRow
from models.automats import is_online
from models.distances import DistanceKind
from models.entities import ReservableEntity as EntityRow
from models.places import Coordinates as Place
from resolvers import looking, selections
from resolvers.nearby import Filter
from schema.context import Context, Info
from schema.enums import AutomatModel
from schema.inputs import given
from schema.paging import First
from schema.permissions import query
from schema.places import AddressInput, CoordinatesInput
from schema.scalars import GeoJson, from_id, to_id
from schema.selecting.selections import AutomatCandidate
from schema.windows import From, To, window_of

FEW = 5


@strawberry.input(one_of=True, description="Exactly one of the three.")
class NearInput:
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Near this address."
    )
    coordinates: CoordinatesInput | None = strawberry.field(
        default=strawberry.UNSET, description="Near this place."
    )
    entity_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Near this entity."
    )


async def place_of(near: NearInput, context: Context) -> Place:
    """Find the place that somebody asks about, while no database session is open."""
    coordinates, address = given(near.coordinates), given(near.address)
    if coordinates is not None:
        return coordinates.checked()
    if address is not None:
        found = await context.place(address.checked(), None)
        if isinstance(found, PlacementProblem):
            raise found.as_error()
        assert found is not None  # noqa: S101  # an address is either placed or a problem
        return found.coordinates
    async with context.reading() as reading:
        return await selections.place_of_entity(reading, from_id(EntityRow, near.entity_id))


@strawberry.input(description="What an automat has to be; what is left out does not matter.")
class NearestAutomatsFilter:
    models: list[AutomatModel] | None = strawberry.field(
        default=strawberry.UNSET, description="One of these cabinets."
    )
    with_free_locker: bool = strawberry.field(
        default=False,
        description="Whether a locker has to be free over the whole window; now without a window.",
    )
    online: bool = strawberry.field(
        default=False,
        description="Whether it must have given a sign of life in the last 90 seconds.",
    )
    within: GeoJson | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where it has to stand: a Polygon or MultiPolygon, its border belongs to it.",
    )

    def checked(self, farthest_metres: float | None) -> Filter:
        models, within = given(self.models), given(self.within)
        return Filter(
            models=None if models is None else frozenset(models),
            with_free_locker=self.with_free_locker,
            online=self.online,
            within=None if within is None else read_area(within),
            farthest_metres=farthest_metres,
        )


Near = Annotated[NearInput, strawberry.argument(description="Where to measure from.")]
Passing = Annotated[
    NearestAutomatsFilter | None,
    strawberry.argument(
        description="What an automat has to be: the nearest that are so are listed, as many as "
        "were asked for if there are so many."
    ),
]
MaxDistance = Annotated[
    float | None,
    strawberry.argument(description="How far to look, in metres of a straight line, from 0."),
]


async def found_near(
    info: Info,
    near: NearInput,
    first: int | None,
    *,
    from_: From,
    to: To,
    max_distance_metres: float | None,
    passing: NearestAutomatsFilter | None,
) -> list[Candidate]:
    """Find the nearest automats."""
    window = window_of(from_, to, info.context.now)
    count = looking.checked_count(first, default=FEW)
    checked = (given(passing) or NearestAutomatsFilter()).checked(max_distance_metres)
    here = await place_of(near, info.context)
    async with info.context.reading() as reading:
        return await selections.nearest(reading, here, window=window, count=count, passing=checked)


def collection_of(candidates: list[Candidate], context: Context) -> GeoJson:
    """Write automats as a FeatureCollection."""
    features = [_feature(candidate, context) for candidate in candidates]
    return GeoJson(orjson.dumps({"type": "FeatureCollection", "features": features}).decode())


def _feature(candidate: Candidate, context: Context) -> dict[str, object]:
    automat, place = candidate.automat, candidate.automat.position
    point = place and {"type": "Point", "coordinates": [place.longitude, place.latitude]}
    return {
        "type": "Feature",
        "id": to_id(AutomatRow, automat.id),
        "geometry": point,
        "properties": {
            "name": automat.name,
            "model": AutomatModel(automat.model).name,
            "rank": candidate.rank,
            "distanceMetres": candidate.metres,
            "distanceKind": DistanceKind.STRAIGHT_LINE.name,
            "online": is_online(automat.last_seen_at, context.now),
            "suitable": candidate.is_suitable,
            "freeLockers": candidate.facts.free_lockers,
            "rejections": [rejection.code.name for rejection in candidate.rejections],
        },
    }


@strawberry.type
class NearestQueries:
    @query(
        permission=Permission.VIEW_PLACES,
        description="The automats nearest to a place by distance, suitable or not; those beyond "
        "maxDistanceMetres are left out, and so are those that do not pass the filter.",
    )
    async def nearest_automats(
        self,
        info: Info,
        near: Near,
        first: First = FEW,
        *,
        from_: From = None,
        to: To = None,
        max_distance_metres: MaxDistance = None,
        filter: Passing = None,
    ) -> list[AutomatCandidate]:
        found = await found_near(
            info,
            near,
            first,
            from_=from_,
            to=to,
            max_distance_metres=max_distance_metres,
            passing=filter,
        )
        return [AutomatCandidate.of(candidate) for candidate in found]

    @query(
        permission=Permission.VIEW_PLACES,
        description="The same as a FeatureCollection for a map (RFC 7946): a point for each "
        "automat, nearest first, with its id, and as properties name, model, rank, distanceMetres, "
        "distanceKind, online, suitable, freeLockers and the codes of the rejections.",
    )
    async def nearest_automats_geo_json(
        self,
        info: Info,
        near: Near,
        first: First = FEW,
        *,
        from_: From = None,
        to: To = None,
        max_distance_metres: MaxDistance = None,
        filter: Passing = None,
    ) -> GeoJson:
        found = await found_near(
            info,
            near,
            first,
            from_=from_,
            to=to,
            max_distance_metres=max_distance_metres,
            passing=filter,
        )
        return collection_of(found, info.context)
