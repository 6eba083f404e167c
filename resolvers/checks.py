"""Checks of what somebody sent that hold for every noun."""

from models.dialects.texts import UnstorableText, is_storable
from models.errors import InvalidInput

LONGEST_TEXT = 500


def required_text(text: str | None, *, path: tuple[str, ...]) -> str:
    """Give a text without blanks around it.

    Raises:
        InvalidInput: It is empty, longer than 500 characters, or cannot be stored.
    """
    name = path[-1].replace("_", " ")
    stripped = (text or "").strip()
    if not stripped:
        raise InvalidInput(f"The {name} must not be empty.", path=path)
    if len(stripped) > LONGEST_TEXT:
        raise InvalidInput(f"The {name} has more than {LONGEST_TEXT} characters.", path=path)
    if not is_storable(stripped):
        raise UnstorableText(f"The {name} holds the character NUL or half a character.", path=path)
    return stripped


def exactly_one(**given: object) -> None:
    """Check that one of several alternatives was given.

    Raises:
        InvalidInput: None was, or more than one.
    """
    if sum(value is not None for value in given.values()) != 1:
        raise InvalidInput(f"Give exactly one of {' and '.join(given)}.")
