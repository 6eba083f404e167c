"""A column for a text that both databases can keep."""

from sqlalchemy import Dialect, String
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from models.errors import InvalidInput


class UnstorableText(InvalidInput, DontWrapMixin):
    """A text must not hold the character NUL or half a character; leave it out."""


class Text(TypeDecorator[str]):
    """A text. PostgreSQL cannot keep NUL, so it is refused on both databases."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Write a text."""
        if value is not None and not is_storable(value):
            raise UnstorableText
        return value


def is_storable(text: str) -> bool:
    """Tell whether a text holds neither NUL nor half of a surrogate pair."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
