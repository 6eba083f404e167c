"""Checks of what somebody sent that hold for every noun."""

from models.errors import InvalidInput

LONGEST_TEXT = 500


def required_text(text: str | None, *, path: tuple[str, ...]) -> str:
    """Give a text without blanks around it.

    Raises:
        InvalidInput: It is empty, or longer than 500 characters.
    """
    name = path[-1].replace("_", " ")
    stripped = (text or "").strip()
    if not stripped:
        raise InvalidInput(f"The {name} must not be empty.", path=path)
    if len(stripped) > LONGEST_TEXT:
        raise InvalidInput(f"The {name} has more than {LONGEST_TEXT} characters.", path=path)
    return stripped


def exactly_one(**given: object) -> None:
    """Check that one of several alternatives was given.

    Raises:
        InvalidInput: None was, or more than one.
    """
    if sum(value is not None for value in given.values()) != 1:
        raise InvalidInput(f"Give exactly one of {' and '.join(given)}.")
