"""The tree of an organization: moving units, and taking them out of it.

Whoever changes the tree locks the organization first, so that two changes come one after the other:
each would be right by itself where both together make a circle.
"""

from collections.abc import Mapping
from uuid import UUID

from models.accounts import Permission
from models.errors import InvalidInput, StillInUse
from models.events import EventKind
from models.organizations import OrganizationUnit
from resolvers import setting_changes
from resolvers.reach import units_below
from resolvers.unit_contents import (
    Blocker,
    blockers_of,
    forget_dead_tokens,
    hand_drafts_up,
    move_contents,
)
from resolvers.work import Work

PARENT = ("parent_id",)
INTO = ("move_contents_to_id",)


class UnitStillInUse(StillInUse):
    """Something still belongs to the unit; move it to another one first."""

    def __init__(self, unit: OrganizationUnit, blockers: list[Blocker]) -> None:
        self.blockers = blockers
        held = ", ".join(str(one) for one in blockers)
        super().__init__(
            f"The unit {unit.name} is still in use: {held}. Move them elsewhere first, or name a "
            "unit as `moveContentsToId` that takes them over; access to it has to be taken back.",
            path=("id",),
        )


async def move(work: Work, id: UUID | None, *, parent_id: UUID | None) -> OrganizationUnit:
    """Put a unit with all below it under another one; who reaches it changes at once.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such unit or parent, or it is beyond the actor's reach.
        InvalidInput: It is the organization itself, it would be below itself, or a setting would
            not fit the others there.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    unit = await _locked(work, id)
    parent = await work.get(OrganizationUnit, parent_id, path=PARENT)
    await _check_outside(work, unit, parent, path=PARENT)
    before = unit.parent_id
    if parent.id == before:
        return unit
    unit.parent_id = parent.id
    await work.save()
    await setting_changes.check_place(work, unit)
    work.record(
        EventKind.ORGANIZATION_UNIT_MOVED, unit, from_parent_id=before, to_parent_id=parent.id
    )
    return unit


async def delete(
    work: Work, id: UUID | None, *, move_contents_to: UUID | None = None
) -> OrganizationUnit:
    """Take a unit out of the tree. Its row and its trail stay; nothing finds it any more (G22).

    Args:
        work: The transaction.
        id: The unit.
        move_contents_to: Which unit takes over all that belongs to it; None where nothing does.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such unit, or it is beyond the actor's reach.
        InvalidInput: It is the organization itself, or the other unit is it or below it.
        UnitStillInUse: Something belongs to it, or somebody has access to it.
        ExternalIdInUse: A template of the same name belongs to the other unit.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    unit = await _locked(work, id)
    moved: Mapping[str, int] = {}
    if move_contents_to is not None:
        target = await work.get(OrganizationUnit, move_contents_to, path=INTO)
        await _check_outside(work, unit, target, path=INTO)
        moved = await move_contents(work, unit.id, target.id)
        await setting_changes.check_place(work, target)
    await forget_dead_tokens(work, unit.id)
    if blockers := await blockers_of(work, unit.id):
        raise UnitStillInUse(unit, blockers)
    await hand_drafts_up(work, unit.id, unit.parent_id)
    unit.removed_at, unit.customer_id = work.now, None
    await work.save()
    work.record(
        EventKind.ORGANIZATION_UNIT_DELETED, unit, moved_to=move_contents_to, moved=dict(moved)
    )
    return unit


async def _locked(work: Work, id: UUID | None) -> OrganizationUnit:
    await work.locked(OrganizationUnit, [work.actor.organization_id])
    unit = await work.get(OrganizationUnit, id, path=("id",))
    if unit.parent_id is None:
        message = "The organization itself stays where it is: it is what all its units are below."
        raise InvalidInput(message, path=("id",))
    return unit


async def _check_outside(
    work: Work, unit: OrganizationUnit, other: OrganizationUnit, *, path: tuple[str, ...]
) -> None:
    """Refuse to put a unit, or what is in it, below itself."""
    owner = work.actor.organization_id
    if other.id in await units_below(await work.connection(), owner, [unit.id]):
        where = "the unit itself" if other.id == unit.id else "below it"
        raise InvalidInput(
            f"The unit {other.name} is {where}; choose one that is not below {unit.name}.",
            path=path,
        )
