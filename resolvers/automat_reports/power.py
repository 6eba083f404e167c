"""What an automat says of its power and its battery, and the alarms that follow (2.25)."""

from enum import StrEnum

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.base import Json
from resolvers.automat_alarms import end_alarm, raise_alarm
from resolvers.work import Work

LOW, ENOUGH = 0.15, 0.25
"""Below the one a battery is nearly empty, from the other on it is not; between, as it was."""
BATTERY = "battery"


class Charge(StrEnum):
    """How full a battery is."""

    LOW = "low"
    BETWEEN = "between"
    ENOUGH = "enough"


async def compare(work: Work, link: AutomatLink, health: Json) -> None:
    """Raise and end alarms as the health of an automat has changed; None is known at first.

    Args:
        work: The transaction.
        link: Its credentials, locked, with the health that was known.
        health: What it says now, by the names of the protocol: `power` and `battery`.
    """
    known, automat_id = link.health, link.automat_id
    if known is None or _runs_on_battery(known) is not _runs_on_battery(health):
        disconnected = AlarmKind.DEVICE_POWER_DISCONNECTED
        if _runs_on_battery(health):
            await raise_alarm(work, automat_id, disconnected)
        else:
            await end_alarm(work, automat_id, disconnected)
    charge = _charge(health)
    if known is not None and charge is _charge(known):
        return
    if charge is Charge.LOW:
        await raise_alarm(work, automat_id, AlarmKind.DEVICE_LOW_POWER)
    elif charge is Charge.ENOUGH:
        await end_alarm(work, automat_id, AlarmKind.DEVICE_LOW_POWER)


def _runs_on_battery(health: Json) -> bool:
    return health.get("power") == BATTERY


def _charge(health: Json) -> Charge:
    level = health.get(BATTERY)
    if level is None or level >= ENOUGH:
        return Charge.ENOUGH
    return Charge.LOW if level < LOW else Charge.BETWEEN
