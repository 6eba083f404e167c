"""Who the actor is, in whichever way they came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_

from models.accounts import Actor, Permission, Token
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
        organization: Their organization, as a row.
        permissions: What they may do, sorted.
        units: The topmost units that they reach, as rows; None for the whole organization.
        person: Whoever has signed in; None for programs and displays.
    """

    actor: Actor
    name: str | None
    organization: Any
    permissions: Sequence[Permission]
    units: Sequence[Any] | None
    person: Any


async def myself(reading: Reading) -> Myself:
    """Tell who the actor is; nothing is needed for that but to have come in."""
    actor = reading.actor
    person = await reading.find(Person, actor.person_id)
    token = await reading.find(Token, actor.token_id)
    named = person or token
    return Myself(
        actor=actor,
        name=named.name if named else None,
        organization=await reading.get(OrganizationUnit, actor.organization_id),
        permissions=sorted(actor.permissions),
        units=await _topmost(reading),
        person=person,
    )


async def _topmost(reading: Reading) -> Sequence[Any] | None:
    units, unit = reading.actor.units, OrganizationUnit
    if units is None:
        return None
    is_top = or_(unit.parent_id.is_(None), ~among(unit.parent_id, units))
    return await reading.all(
        reading.own(unit).where(among(unit.id, units), is_top).order_by(unit.id)
    )
