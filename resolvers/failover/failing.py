"""Whether an automat counts as failed: by its state for everybody, by its silence as units say."""

from datetime import datetime, timedelta

from models.automats import Automat, AutomatState
from models.settings import UnitSettings

LONGER = timedelta(seconds=1)
"""What is tolerated is tolerated to the second."""

STATES = {
    AutomatState.OUT_OF_SERVICE: "is out of service.",
    AutomatState.UNINSTALLED: "is uninstalled.",
}


def why_failed(automat: Automat, settings: UnitSettings, now: datetime) -> str | None:
    """Say why a policy sends nobody to an automat any more; None while it does."""
    if automat.state in STATES:
        return f"{automat.name} {STATES[automat.state]}"
    tolerated_until = fails_at(automat, settings)
    if automat.last_seen_at is None or tolerated_until is None or now < tolerated_until:
        return None
    since = automat.last_seen_at.isoformat(timespec="seconds")
    return f"{automat.name} has been silent since {since}."


def fails_at(automat: Automat, settings: UnitSettings) -> datetime | None:
    """Tell when a policy counts an automat as failed if nothing is heard of it; None for never."""
    if automat.last_seen_at is None or settings.offline_automats:
        return None
    return automat.last_seen_at + settings.silence_tolerance + LONGER
