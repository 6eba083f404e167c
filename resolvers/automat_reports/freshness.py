"""Whether a heartbeat is the newest one: whoever runs the broker may send an old one once more.

An automat says which moment of ours it has read last, and what time it is by its clock. It keeps
the first through power cuts and never takes an earlier one, and between two of them its clock goes
forward alone. So the two together never go back.
"""

from datetime import UTC, datetime

from models.automat_links import AutomatLink

NOTHING_TOLD = datetime.min.replace(tzinfo=UTC)


def is_the_last_one(link: AutomatLink, told_at: datetime | None, at: datetime) -> bool:
    """Tell whether a heartbeat is the last one that was heard: it has come twice."""
    return told_at is not None and (link.state_told_at, link.state_at) == (told_at, at)


def is_older(link: AutomatLink, told_at: datetime | None, at: datetime) -> bool:
    """Tell whether a heartbeat was said before the last one that was heard.

    Args:
        link: The credentials by which it came.
        told_at: The latest moment of ours that the automat knew; None for none yet.
        at: What time it was by its clock.
    """
    if link.state_told_at is None or link.state_at is None:
        return False
    return (told_at or NOTHING_TOLD, at) < (link.state_told_at, link.state_at)


def remember(link: AutomatLink, told_at: datetime | None, at: datetime) -> None:
    """Remember the newest heartbeat; those of an automat that was told nothing have no order."""
    if told_at is not None:
        link.state_told_at, link.state_at = told_at, at
