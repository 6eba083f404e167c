"""The tags of keys: what a reader sees, in hexadecimal digits that are always written one way."""

import re

from models.errors import InvalidInput

BETWEEN = re.compile(r"[\s:-]")
A_TAG = re.compile("[0-9a-f]{4,64}")


def same_tag(written: str) -> str:
    """Write a tag the one way by which tags are kept and looked for.

    Readers and people write the same tag as `04A1B2C3`, `04:a1:b2:c3` or `04 a1 b2 c3`.
    """
    return BETWEEN.sub("", written).lower()


def checked_tag(written: str, *, path: tuple[str, ...]) -> str:
    """Write a tag the one way, if it is one: 4 to 64 hexadecimal digits.

    Raises:
        InvalidInput: It is none.
    """
    tag = same_tag(written)
    if not A_TAG.fullmatch(tag):
        message = "A tag has 4 to 64 hexadecimal digits (0-9, a-f), such as 04a1b2c3."
        raise InvalidInput(message, path=path)
    return tag
