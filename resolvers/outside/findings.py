"""What a check has found, in words for whoever asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        what: Which file, or which part of one.
        is_good: Whether it is as it should be.
        words: What was found.
    """

    what: str
    is_good: bool
    words: str
