"""How automats are doing on their link: what runs on them, and what they say of themselves."""

from typing import Any

import strawberry

from models.automat_links import state_of
from resolvers import relations
from schema.automats.automat_enums import LinkState
from schema.permissions import reached
from schema.places import Coordinates


@reached
@strawberry.type(description="What an automat said last of its power, battery, network and place.")
class AutomatHealth:
    power: str | None = strawberry.field(description="`mains` or `battery`.")
    battery: float | None = strawberry.field(description="From 0, empty, to 1, full.")
    signal_dbm: float | None = strawberry.field(
        description="How well its network is heard, in dBm."
    )
    temperature_celsius: float | None = strawberry.field(
        description="How warm it is inside, in degrees Celsius."
    )
    position: Coordinates | None = strawberry.field(
        description="Where it is by its own receiver; null when it cannot tell."
    )


async def _links(automats: list[Any], context: Any) -> list[list[Any]]:
    ids = [automat.automat_id for automat in automats]
    found: list[list[Any]] = await context.loaders.belonging(
        relations.GOOD_LINKS_OF_AUTOMAT
    ).load_many(ids)
    return found


async def _working(automats: list[Any], context: Any) -> list[Any]:
    """Find the link by which each of several automats works, if any."""
    found = await _links(automats, context)
    return [next((one for one in links if one.activated_at), None) for links in found]


async def link_states(automats: list[Any], context: Any) -> list[LinkState]:
    """Tell how far several automats are with their credentials."""
    return [state_of(links) for links in await _links(automats, context)]


async def firmwares(automats: list[Any], context: Any) -> list[str | None]:
    """Tell what runs on several automats."""
    return [link and link.firmware for link in await _working(automats, context)]


async def synced_revisions(automats: list[Any], context: Any) -> list[int | None]:
    """Tell which revision of their codes several automats know."""
    return [link and link.applied_revision for link in await _working(automats, context)]


async def healths(automats: list[Any], context: Any) -> list[AutomatHealth | None]:
    """Tell what several automats said last of themselves."""
    links = await _working(automats, context)
    return [_health(link.health) if link and link.health else None for link in links]


def _health(said: dict[str, Any]) -> AutomatHealth:
    position = said.get("position")
    return AutomatHealth(
        power=said.get("power"),
        battery=said.get("battery"),
        signal_dbm=said.get("signalDbm"),
        temperature_celsius=said.get("temperatureCelsius"),
        position=Coordinates(**position) if position else None,
    )
