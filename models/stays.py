"""How a stay holds lockers: all the time when it is short, else for the fetch and the return.

The worked examples of livionkey.md 3.1 are the tests of this file.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from models.contracts import LockerContractKind
from models.settings import UnitSettings
from models.times import LAST_MOMENT, Window, after, earlier

HOLD_STEP = timedelta(days=1)
"""How much longer at a time a locker is held for a key that fact keeps there, or out."""


class Phase(NamedTuple):
    """One stretch over which a locker is held, and when its PIN goes to the automat."""

    kind: LockerContractKind
    window: Window
    sync_at: datetime


def phases_of(
    stay: Window, settings: UnitSettings, now: datetime | None = None
) -> tuple[Phase, ...]:
    """Say when a stay holds lockers.

    A short stay (R3: equal counts as short) holds one all the time. A longer or permanent one
    holds one to fetch the key from (R7), and one to return it to before the end, once there is an
    end (R9, R10). Where the two would overlap, the return begins when the fetch ends; where
    nothing is left of it, one locker is held all the time after all (G7).

    Args:
        stay: When.
        settings: What holds for it.
        now: The moment of the plan. When the time for the fetch is over by then, the locker is
            held one step longer, as the timers do: nobody can come for a key in the past.
    """
    if is_short(stay, settings):
        return (default_phase(stay, settings),)
    fetch_ends_at = earlier(after(stay.starts_at, settings.fetch_duration), stay.ends_at)
    if now is not None and fetch_ends_at <= now < (stay.ends_at or LAST_MOMENT):
        fetch_ends_at = earlier(after(now, HOLD_STEP), stay.ends_at)
    sync_at = stay.starts_at - settings.fetch_sync_time
    fetch = Phase(LockerContractKind.FETCH, Window(stay.starts_at, fetch_ends_at), sync_at)
    if stay.ends_at is None:
        return (fetch,)
    back = return_phase(stay, settings, not_before=fetch_ends_at)
    return (fetch, back) if back else (default_phase(stay, settings),)


def is_short(stay: Window, settings: UnitSettings) -> bool:
    """Tell whether a stay holds one locker all the time."""
    return stay.ends_at is not None and stay.ends_at - stay.starts_at <= settings.default_duration


def return_phase(stay: Window, settings: UnitSettings, *, not_before: datetime) -> Phase | None:
    """Say when a locker is held for the return; None where nothing is left of the stay.

    Args:
        stay: With an end.
        settings: What holds for it.
        not_before: When the fetch ends, or now, if the key has been fetched.
    """
    assert stay.ends_at is not None  # noqa: S101 - a permanent stay has no return (R10)
    starts_at = max(stay.ends_at - settings.return_duration, not_before)
    if starts_at >= stay.ends_at:
        return None
    sync_at = min(stay.ends_at - settings.return_sync_time, starts_at)
    return Phase(LockerContractKind.RETURN, Window(starts_at, stay.ends_at), sync_at)


def fetch_all_the_time(stay: Window, settings: UnitSettings) -> tuple[Phase, ...]:
    """Hold one locker until the key is fetched, however late in the stay that is (R18)."""
    sync_at = stay.starts_at - settings.fetch_sync_time
    return (Phase(LockerContractKind.FETCH, stay, sync_at),)


def default_phase(stay: Window, settings: UnitSettings) -> Phase:
    """Hold one locker all the time (R4, R5)."""
    sync_at = stay.starts_at - settings.default_sync_time
    return Phase(LockerContractKind.DEFAULT, stay, sync_at)
