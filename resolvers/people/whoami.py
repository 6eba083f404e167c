"""Who the actor is, in whichever way they came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from models.accounts import PERMISSIONS, Actor, Permission, Token
from models.dialects.among import among
from models.organizations import OrganizationUnit
from models.people import Person
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Myself:
    """Who the actor is.

    Args:
        actor: As the door let them in.
        name: What they are called: the person, or the token; None where there is no name.
        organization: What their organization is called.
        permissions: What they may do, sorted.
        unit_ids: The topmost units that they reach; None for the whole organization.
        person: Whoever has signed in; None for programs and displays.
    """

    actor: Actor
    name: str | None
    organization: str
    permissions: Sequence[Permission]
    unit_ids: Sequence[UUID] | None
    person: Any


async def myself(reading: Reading) -> Myself:
    """Tell who the actor is; nothing is needed for that but to have come in."""
    actor = reading.actor
    person = await reading.find(Person, actor.person_id)
    token = await reading.find(Token, actor.token_id)
    named = person or token
    organization = await reading.rows(
        select(OrganizationUnit.name).where(OrganizationUnit.id == actor.organization_id)
    )
    return Myself(
        actor=actor,
        name=named.name if named else None,
        organization=organization[0].name,
        permissions=sorted(one for one in PERMISSIONS[actor.role] if actor.may(one)),
        unit_ids=await _topmost(reading),
        person=person,
    )


async def _topmost(reading: Reading) -> Sequence[UUID] | None:
    units, unit = reading.actor.units, OrganizationUnit
    if units is None:
        return None
    is_top = or_(unit.parent_id.is_(None), ~among(unit.parent_id, units))
    found = select(unit.id).where(among(unit.id, units), is_top).order_by(unit.id)
    return list(await reading.scalars(found))
