"""The administrators of a whole organization, of whom one is always left who can come in.

Whoever changes what somebody may do first holds the organization, so that of two who would remove
each other one waits, and is refused. What is left unlocked is the way of whoever runs the server:
`livionkey person invite` makes another administrator.
"""

from enum import IntEnum

from sqlalchemy import exists, or_, select

from models.accounts import Permission, Role
from models.organizations import OrganizationUnit
from models.people import Person, PersonUnit
from models.staff_errors import LastAdministrator
from resolvers.work import Work

WAY_OUT = (
    "Nobody would be left who administers the whole organization, can come in and whose access has "
    "no end; give somebody else that access first, or run `livionkey person invite` on the server."
)


class Kept(IntEnum):
    """How well an organization is administered; no change makes it less."""

    BY_NOBODY = 0
    FOR_A_WHILE = 1
    WITHOUT_END = 2


async def hold(work: Work) -> Kept:
    """Let nobody else change the staff until this transaction ends; tells how it is kept now.

    Raises:
        NotAllowed: The actor may not change the staff.
    """
    work.require(Permission.EDIT_USERS)
    await work.locked(OrganizationUnit, [work.actor.organization_id])
    return await _kept(work)


async def check_kept(work: Work, before: Kept) -> None:
    """Refuse a change that leaves an organization without an administrator who stays.

    Args:
        work: The transaction, with the change.
        before: What `hold` told.

    Raises:
        LastAdministrator: It does.
    """
    if await _kept(work) < before:
        raise LastAdministrator(WAY_OUT, path=("id",))


async def _kept(work: Work) -> Kept:
    """Look at those who have joined, may come in, and reach everything that there is."""
    person, unit, now = Person, PersonUnit, work.actor.real(work.now)
    given = exists().where(unit.person_id == person.id)
    ends = await work.scalars(
        select(person.access_ends_at).where(
            person.organization_id == work.actor.organization_id,
            person.role == Role.ADMIN,
            or_(~given, given.where(unit.unit_id == person.organization_id)),
            person.joined_at.is_not(None),
            person.blocked_at.is_(None),
            person.removed_at.is_(None),
            or_(person.access_ends_at.is_(None), person.access_ends_at > now),
        )
    )
    if not ends:
        return Kept.BY_NOBODY
    return Kept.WITHOUT_END if None in ends else Kept.FOR_A_WHILE
