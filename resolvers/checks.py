"""Checks of what somebody sent that hold for every noun."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from models.dialects.texts import UnstorableText, is_storable
from models.errors import InvalidInput, LivionKeyError

LONGEST_TEXT = 500


def required_text(text: str | None, *, path: tuple[str, ...]) -> str:
    """Give a text without blanks around it.

    Raises:
        InvalidInput: It is empty, longer than 500 characters, or cannot be stored.
    """
    stripped = (text or "").strip()
    if not stripped:
        raise InvalidInput(f"The {_name(path)} must not be empty.", path=path)
    return fitting_text(stripped, path=path)


def fitting_text(text: str, *, path: tuple[str, ...]) -> str:
    """Give a text that may be empty.

    Raises:
        InvalidInput: It is longer than 500 characters, or cannot be stored.
    """
    name = _name(path)
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"The {name} has more than {LONGEST_TEXT} characters.", path=path)
    if not is_storable(text):
        raise UnstorableText(f"The {name} holds the character NUL or half a character.", path=path)
    return text


def optional_text(text: str | None, *, path: tuple[str, ...]) -> str | None:
    """Give a text without blanks around it; None when nothing is left.

    Raises:
        InvalidInput: It is longer than 500 characters, or cannot be stored.
    """
    return fitting_text((text or "").strip(), path=path) or None


def checked_language(language: str, *, path: tuple[str, ...]) -> str:
    """Check a language: a BCP 47 primary tag.

    Raises:
        InvalidInput: It has other than two or three small letters.
    """
    if not re.fullmatch("[a-z]{2,3}", language):
        message = f"A language has two or three small letters, such as fi; {language!r} has not."
        raise InvalidInput(message, path=path)
    return language


def _name(path: tuple[str, ...]) -> str:
    return path[-1].replace("_", " ")


def exactly_one(**given: object) -> None:
    """Check that one of several alternatives was given.

    Raises:
        InvalidInput: None was, or more than one.
    """
    if sum(value is not None for value in given.values()) != 1:
        raise InvalidInput(f"Give exactly one of {' and '.join(given)}.")


@contextmanager
def said_as(names: Mapping[str, str]) -> Iterator[None]:
    """Let refusals point to where it was said, by whoever says the same under another name.

    Args:
        names: What the caller calls it, by the name that refusals have for it.
    """
    try:
        yield
    except LivionKeyError as refusal:
        if refusal.path and refusal.path[0] in names:
            refusal.path = (names[refusal.path[0]], *refusal.path[1:])
        raise
