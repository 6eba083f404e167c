"""What a stay wants of an automat, and how it is chosen."""

from geo.decisions import Decision, Wish, at_desk
from geo.key_supply import NO_KEYS, KeySupply
from geo.selection import choose
from geo.walking.on_foot import PlacedLook, as_people_go
from models.addressed import PlacementProblem, placement_of
from models.entities import ReservableEntity
from models.errors import LivionKeyError
from models.places import Coordinates
from models.settings import UnitSettings
from resolvers.planning.stays import Stay
from resolvers.work import Reading


def wish_of(reading: Reading, stay: Stay, supply: KeySupply) -> Wish:
    """Say what a stay wants of an automat."""
    origin, notes = origin_of(stay.entity, stay.settings)
    if stay.entity is None:
        origin = stay.near
    phases = stay.phases
    return Wish(
        window=phases[0].window,
        now=reading.now,
        settings=stay.settings,
        supply=supply,
        origin=origin,
        notes=(*stay.notes, *notes),
        automat_id=stay.wanted.automat_id,
        device_group_id=stay.wanted.device_group_id,
        own_device_group_id=stay.entity.device_group_id if stay.entity else None,
        policy_version=stay.settings.sayers.version or None,
        return_window=phases[1].window if len(phases) > 1 else None,
        no_place=_problem_of(stay.entity),
    )


async def decide(look: PlacedLook, stay: Stay, wish: Wish) -> Decision:
    """Choose an automat, or none where keys are handed over at desks."""
    if stays_at_desk(stay, wish.supply):
        return at_desk(wish)
    return await choose(as_people_go(look, wish.settings), wish)


def stays_at_desk(stay: Stay, supply: KeySupply) -> bool:
    """Tell whether keys that all lie at desks are to stay there.

    So they are where the unit says that it uses no automats, and where staff make the contract;
    not where they were to be fetched from an automat that fails.
    """
    if stay.held.leaves is not None:
        return False
    named = stay.wanted.automat_id is not None or stay.wanted.device_group_id is not None
    brings = stay.settings.uses_automats and not stay.made_by_staff
    return not brings and not supply.inside and not named


def nothing(stay: Stay, refusal: LivionKeyError) -> Decision:
    """Decide nothing, for want of something other than an automat."""
    origin = stay.entity.position if stay.entity else None
    return Decision(None, None, (), 0, (refusal.message,), origin, refusal, NO_KEYS)


def origin_of(
    entity: ReservableEntity | None, settings: UnitSettings
) -> tuple[Coordinates | None, tuple[str, ...]]:
    """Give the entity's place where it is known exactly enough, else say why it is not used."""
    if entity is None:
        return None, ()
    placement = placement_of(entity)
    if placement is None:
        if entity.address_text is None:
            return None, ("The entity has no address.",)
        problem = entity.placement_problem_message or "It has not been looked up yet."
        return None, (f"The entity's address has no place: {problem}",)
    if not placement.precision.is_at_least(settings.least_precision):
        note = (
            f"The entity's address was placed only as {placement.precision.name}; its unit asks "
            f"for {settings.least_precision.name} or better."
        )
        return None, (note,)
    return placement.coordinates, ()


def _problem_of(entity: ReservableEntity | None) -> PlacementProblem | None:
    """Say why the entity has no place, when somebody looked and did not find one."""
    if entity is None or entity.placement_problem_code is None or entity.position is not None:
        return None
    message = entity.placement_problem_message or ""
    return PlacementProblem(entity.placement_problem_code, message)
