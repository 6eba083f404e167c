"""What somebody may do with the staff: nobody gives, takes or sees more than they have themselves.

Whoever reaches a few units sees and changes the people whose units are all among these, see
`models.reach`; people of the whole organization are for those who reach all of it.
"""

from collections.abc import Collection
from uuid import UUID

from models.accounts import PERMISSIONS, Permission, Role
from models.errors import InvalidInput, NotAllowed, NotFound
from models.organizations import OrganizationUnit
from models.people import STAFF_ROLES, Person
from resolvers.work import Reading, Work


async def person_to_change(work: Work, id: UUID | None) -> Person:
    """Lock somebody whom the actor may change.

    Raises:
        NotAllowed: The actor may not change the staff, or it is the actor.
        NotFound: There is no such person, the actor does not reach them, or they were removed.
    """
    work.require(Permission.EDIT_USERS)
    which = Person.id == id, Person.removed_at.is_(None)
    found = await work.locking(work.seen(Person).where(*which), Person)
    if not found:
        raise NotFound("Your organization has no such person; look its id up again.", path=("id",))
    if found[0].id == work.actor.person_id:
        message = "Nobody changes their own access; ask another administrator."
        raise NotAllowed(message, path=("id",))
    return found[0]


def check_role(reading: Reading, role: Role) -> None:
    """Check that the actor may give somebody a role.

    Raises:
        InvalidInput: It is one of programs or displays.
        NotAllowed: It may do more than the actor.
    """
    if role not in STAFF_ROLES:
        names = ", ".join(sorted(one.name for one in STAFF_ROLES))
        raise InvalidInput(f"{role.name} is no role of people; choose of {names}.", path=("role",))
    if not all(reading.actor.may(permission) for permission in PERMISSIONS[role]):
        message = f"A person with the role {role.name} could do more than you; give a smaller one."
        raise NotAllowed(message, path=("role",))


async def checked_units(
    work: Work, unit_ids: Collection[UUID | None] | None, *, path: tuple[str, ...]
) -> list[UUID]:
    """Check the units that somebody is to reach; none for the whole organization.

    Args:
        work: The transaction.
        unit_ids: The units; None for as far as the actor reaches.
        path: Where they were named.

    Raises:
        InvalidInput: The list is empty.
        NotAllowed: The actor reaches no unit themselves.
        NotFound: There is no such unit, or the actor does not reach it.
    """
    if unit_ids is None and work.actor.units is not None and not work.actor.units:
        raise NotAllowed("You reach no unit, so you can give none.", path=path)
    if unit_ids is None:
        return sorted(work.actor.units or ())
    if not unit_ids:
        message = "Name the units that they reach, or null for as far as you reach."
        raise InvalidInput(message, path=path)
    wanted = dict.fromkeys(unit_ids)
    units = [await work.get(OrganizationUnit, id, path=path) for id in wanted]
    reached = work.actor.units
    if reached is not None and not reached.issuperset(unit.id for unit in units):
        raise NotFound("Your organization has no such unit; look its id up again.", path=path)
    return [unit.id for unit in units]
