"""What people decide about placements: this one is right as it is, or that is where it stands."""

from uuid import UUID

from models.accounts import Permission
from models.automats import Automat
from models.entities import ReservableEntity
from models.errors import InvalidInput
from models.events import EventKind
from models.places import Coordinates
from resolvers import placing
from resolvers.checks import exactly_one, required_text
from resolvers.work import Work

Thing = ReservableEntity | Automat


async def accept(
    work: Work, *, entity_id: UUID | None, automat_id: UUID | None, reason: str
) -> Thing:
    """Keep that a placement is right as it is: nobody has to look at it until it changes.

    Raises:
        NotAllowed: The actor may not change such things.
        InvalidInput: Not exactly one thing was named, the reason is empty, or it has neither a
            place nor a problem with it.
        NotFound: There is no such thing.
    """
    thing = await _named(work, entity_id, automat_id)
    why = required_text(reason, path=("reason",))
    if thing.position is None and thing.address is None:
        raise InvalidInput("It has no address whose placement could be right.")
    thing.accept_place(why, work.now)
    await work.save()
    work.record(EventKind.PLACEMENT_ACCEPTED, thing, reason=why)
    return thing


async def put(
    work: Work,
    *,
    entity_id: UUID | None,
    automat_id: UUID | None,
    coordinates: Coordinates,
    reason: str,
) -> Thing:
    """Say where something stands, and why it is known better than from its address.

    Raises:
        NotAllowed: The actor may not change such things.
        InvalidInput: Not exactly one thing was named, or the reason is empty.
        NotFound: There is no such thing.
    """
    thing = await _named(work, entity_id, automat_id)
    why = required_text(reason, path=("reason",))
    found = placing.by_hand(thing.address, coordinates, work.now)
    is_automat = isinstance(thing, Automat)
    kind = EventKind.AUTOMAT_UPDATED if is_automat else EventKind.ENTITY_UPDATED
    await placing.move(work, thing, kind, address=None, found=found, reason=why)
    return thing


async def _named(work: Work, entity_id: UUID | None, automat_id: UUID | None) -> Thing:
    exactly_one(entityId=entity_id, automatId=automat_id)
    if automat_id is not None:
        work.require(Permission.EDIT_AUTOMATS)
        return await work.get(Automat, automat_id, path=("automat_id",))
    work.require(Permission.EDIT_ENTITIES)
    return await work.get(ReservableEntity, entity_id, path=("entity_id",))
