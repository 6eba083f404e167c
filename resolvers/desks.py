"""Desks: where people hand keys over."""

from uuid import UUID

from models.accounts import Permission
from models.events import EventKind
from models.keys import ManualStorage
from models.places import PostalAddress
from resolvers.checks import required_text
from resolvers.organizations import unit_or_root
from resolvers.work import Work


async def create(
    work: Work,
    *,
    name: str,
    address: PostalAddress | None = None,
    instructions: str | None = None,
    unit_id: UUID | None = None,
) -> ManualStorage:
    """Make a desk where keys are handed over.

    Raises:
        NotAllowed: The actor may not change keys.
        InvalidInput: The name is empty.
        NotFound: There is no such unit.
    """
    work.require(Permission.EDIT_KEYS)
    desk = ManualStorage(
        organization_id=work.actor.organization_id,
        unit_id=(await unit_or_root(work, unit_id)).id,
        name=required_text(name, path=("name",)),
        instructions=instructions,
    )
    desk.address = address
    await work.add(desk)
    work.record(EventKind.MANUAL_STORAGE_CREATED, desk)
    return desk


async def update(
    work: Work, id: UUID | None, *, name: str | None = None, instructions: str | None = None
) -> ManualStorage:
    """Change a desk; what is None stays as it is.

    Raises:
        NotAllowed: The actor may not change keys.
        NotFound: There is no such desk.
        InvalidInput: The name is empty.
    """
    work.require(Permission.EDIT_KEYS)
    desk = await work.get(ManualStorage, id, path=("id",))
    if name is not None:
        desk.name = required_text(name, path=("name",))
    if instructions is not None:
        desk.instructions = instructions
    await work.save()
    work.record(EventKind.MANUAL_STORAGE_UPDATED, desk)
    return desk
