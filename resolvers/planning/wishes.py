"""What a stay wants of an automat, and how it is chosen."""

from dataclasses import replace

from geo.decisions import Decision, Wish
from geo.key_supply import NO_KEYS, KeySupply
from geo.selection import choose
from geo.snapshot import Snapshot
from models.addressed import placement_of
from models.entities import ReservableEntity
from models.errors import AddressAmbiguous, AddressNotFound, ErrorCode, LivionKeyError
from models.places import Coordinates
from models.settings import UnitSettings
from resolvers.planning.stays import Stay
from resolvers.work import Reading


def wish_of(reading: Reading, stay: Stay, supply: KeySupply) -> Wish:
    """Say what a stay wants of an automat."""
    origin, notes = origin_of(stay.entity, stay.settings)
    return Wish(
        window=stay.phases[0].window,
        now=reading.now,
        settings=stay.settings,
        supply=supply,
        origin=origin,
        notes=notes,
        automat_id=stay.wanted.automat_id,
        device_group_id=stay.wanted.device_group_id,
        own_device_group_id=stay.entity.device_group_id if stay.entity else None,
    )


async def decide(snapshot: Snapshot, stay: Stay, wish: Wish) -> Decision:
    """Choose an automat, or none where keys are handed over at desks."""
    if stays_at_desk(stay, wish.supply):
        note = "Keys at desks are handed over there, so no automat is wanted."
        return Decision(None, None, (), 0, (*wish.notes, note), wish.origin, None, wish.supply)
    return _with_reason(await choose(snapshot, wish), stay.entity)


def stays_at_desk(stay: Stay, supply: KeySupply) -> bool:
    """Tell whether keys that all lie at desks are to stay there.

    So they are where the unit says that it uses no automats, and where staff make the contract.
    """
    named = stay.wanted.automat_id is not None or stay.wanted.device_group_id is not None
    brings = stay.settings.uses_automats and not stay.made_by_staff
    return not brings and not supply.inside and not named


def nothing(stay: Stay, refusal: LivionKeyError) -> Decision:
    """Decide nothing, for want of something other than an automat."""
    origin = stay.entity.position if stay.entity else None
    return Decision(None, None, (), 0, (refusal.message,), origin, refusal, NO_KEYS)


def notes_of(decision: Decision) -> list[str]:
    """Give a decision's notes; why nothing was chosen is one of them."""
    notes = list(decision.notes)
    if decision.refusal is not None and decision.refusal.message not in notes:
        notes.append(decision.refusal.message)
    return notes


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


def _with_reason(decision: Decision, entity: ReservableEntity | None) -> Decision:
    """Name the address as the reason when nothing else could decide."""
    if decision.method is not None or decision.refusal is None:
        return decision
    if entity is None or entity.placement_problem_code is None or entity.position is not None:
        return decision
    ambiguous = entity.placement_problem_code is ErrorCode.ADDRESS_AMBIGUOUS
    kind = AddressAmbiguous if ambiguous else AddressNotFound  # also when nobody could be asked
    return replace(decision, refusal=kind(entity.placement_problem_message or ""))
