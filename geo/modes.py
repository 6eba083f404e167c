"""Which rule decides, where a device group or the nearest automat could: the selection mode."""

from dataclasses import dataclass, replace
from uuid import UUID

from geo.decisions import Wish
from models.selections import SelectionMethod, SelectionMode


@dataclass(frozen=True, slots=True)
class Way:
    """How an automat is chosen where none is named and no key lies in one.

    Args:
        method: NEAREST or DEVICE_GROUP; None when there is no way.
        group_id: The group, where one decides.
    """

    method: SelectionMethod | None
    group_id: UUID | None = None


def way_of(wish: Wish) -> Way:
    """Give the first rule of the wish's mode that applies."""
    mode = wish.settings.selection_mode
    named, own = wish.device_group_id, wish.own_device_group_id
    nearest = Way(SelectionMethod.NEAREST)
    if mode is SelectionMode.NEAREST and wish.origin is not None:
        return nearest
    if named is not None:
        return Way(SelectionMethod.DEVICE_GROUP, named)
    groups_first = mode in {SelectionMode.GROUP, SelectionMode.SHADOW}
    if wish.origin is not None and not (groups_first and own is not None):
        return nearest
    return Way(None) if own is None else Way(SelectionMethod.DEVICE_GROUP, own)


def in_its_mode(wish: Wish) -> Wish:
    """Pass a device group that was named over, where the mode is to take the nearest automat."""
    by_distance = wish.settings.selection_mode is SelectionMode.NEAREST
    if wish.device_group_id is None or wish.origin is None or not by_distance:
        return wish
    note = "The device group that was named is passed over: the selection mode is NEAREST."
    return replace(wish, device_group_id=None, notes=(*wish.notes, note))


def is_watched(wish: Wish) -> bool:
    """Tell whether what NEAREST would have chosen is kept beside the choice of a group."""
    return wish.settings.selection_mode is SelectionMode.SHADOW and wish.origin is not None
