"""What an automat shows and says, in words for people."""

from datetime import datetime, timedelta
from typing import Any

from automat_link.messages.reports import AnyReport
from automat_link.simulator.keypad import Shown
from models.automat_reports import CodeKind, CodeRefusal

WELCOME = "Type your code, then #"
SHOWN_FOR = timedelta(seconds=20)
REFUSALS = {
    CodeRefusal.UNKNOWN: "Nobody knows this code",
    CodeRefusal.TOO_EARLY: "It is too early for this code",
    CodeRefusal.TOO_LATE: "The time of this code is over",
    CodeRefusal.OUTSIDE_HOURS: "Keys are handed out at other hours",
    CodeRefusal.LOCKER_EMPTY: "The locker is empty",
    CodeRefusal.LOCKER_TAKEN: "A key is in the locker already",
    CodeRefusal.LOCKER_BROKEN: "The locker is out of order",
    CodeRefusal.THROTTLED: "Too many wrong codes",
    CodeRefusal.CODES_TOO_OLD: "No network for too long",
}
SENTENCES = {
    "started": "It began to run ({reason}).",
    "codes applied": "It knows the codes of revision {revision}.",
    "code accepted": "Locker {locker_index} was opened by a {code_kind}.",
    "code refused": "A code opened nothing: {refusal}.",
    "door opened": "Door {locker_index} was opened ({cause}).",
    "door closed": "Door {locker_index} was closed.",
    "key taken": "A key left locker {locker_index}{named}.",
    "key returned": "A key came into locker {locker_index}{named}.",
    "alarm raised": "Alarm: {alarm}{at_locker}.",
    "alarm cleared": "All well again: {alarm}{at_locker}.",
}
"""By the kinds of reports."""


def displayed(shown: Shown | None, *, typed: int, now: datetime) -> str:
    """Say what stands on the display.

    Args:
        shown: What the last code led to; None for nothing lately.
        typed: How many keys were pressed since.
        now: What time it is by the automat's clock.
    """
    if typed:
        return "● " * typed
    if shown is not None and shown.rests_until is not None and now < shown.rests_until:
        rest = round((shown.rests_until - now).total_seconds())
        return f"Too many wrong codes\nwait {rest // 60}:{rest % 60:02}"
    if shown is None or now - shown.at > SHOWN_FOR:
        return WELCOME
    return REFUSALS[shown.refusal] if shown.refusal else f"Locker {shown.locker_index} is open"


def told(report: AnyReport) -> str:
    """Say in a sentence what an automat reports."""
    facts = {name: _plain(value) for name, value in report if value is not None}
    place, tag = facts.get("locker_index"), facts.get("tag")
    facts["at_locker"] = "" if place is None else f" at locker {place}"
    facts["named"] = "" if tag is None else f" ({tag})"
    return SENTENCES[facts["kind"]].format(**facts)


def _plain(value: Any) -> str:
    return "PIN" if value is CodeKind.PIN else str(value).replace("_", " ")
