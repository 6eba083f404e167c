"""Whether keys that are fetched from an automat find lockers in it again when they come back."""

from geo.candidates import Facts, Rejection, too_few
from geo.key_supply import KeyOption
from models.times import Window


def is_full_at_the_end(
    back: Facts, ready: tuple[KeyOption, ...], window: Window, needed: int
) -> list[Rejection]:
    """Say that too few lockers are free over the window of the return, if so.

    Args:
        back: What is known of the automat over that window.
        ready: The keys of which those are that would be fetched from it, if any lie in it.
        window: When the lockers would be held.
        needed: How many keys come back together.
    """
    free = back.free_lockers + _left_behind(back, ready, needed)
    if free >= needed:
        return []
    return [too_few(back, free, f"for the return {window}", window, needed)]


def _left_behind(back: Facts, ready: tuple[KeyOption, ...], needed: int) -> int:
    """Count the lockers that the keys leave when they are fetched, at the least.

    Which of the keys that lie there go is decided later; here the worst of them do.
    """
    own = [option.locker_index for option in ready if option.locker_index is not None]
    empty = sum(back.by_keys & back.uncontracted & 1 << index != 0 for index in own)
    return max(0, needed - (len(ready) - empty)) if empty else 0
