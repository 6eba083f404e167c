"""Marks of secrets: columns by which a secret is found, or refused when it is there already.

    pin_mark: Mapped[str | None] = mapped_column(Mark())
    select(LockerContract).where(LockerContract.pin_mark == Marked(pin, of=automat_id))

Equal secrets have the same mark only among those `of` the same thing, and nobody makes or guesses
one without the key (HMAC-SHA-256), see `models.sealer`.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, String, Uuid, cast, func
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.sealer import Sealer, sealer_of


class Marked:
    """A secret that is looked for, or kept from being there twice, among those of one thing."""

    __slots__ = ("_of", "_text")

    def __init__(self, text: str, *, of: UUID) -> None:
        """Take a secret to be marked.

        Args:
            text: The secret.
            of: The id of the thing among whose secrets it is compared; equal secrets of two
                things do not look alike.
        """
        self._text = text
        self._of = of

    def mark(self, sealer: Sealer) -> str:
        """Make the mark."""
        return sealer.marked(self._text, self._of)


class Mark(TypeDecorator[str | Marked]):
    """The mark of a secret: 128 bits, from which nobody without the key learns it."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        kind = Uuid(as_uuid=False) if dialect.name == "postgresql" else String()
        return dialect.type_descriptor(kind)

    def bind_processor(self, dialect: Dialect) -> Callable[[Marked | str | None], str | None]:
        """Write a mark; one that was read is written as it is."""
        sealer = sealer_of(dialect)
        return lambda value: value.mark(sealer) if isinstance(value, Marked) else value


def digits_of(column: Any) -> ColumnElement[str]:
    """Write a mark as its 32 hexadecimal digits, the same on both databases."""
    written: ColumnElement[str] = func.replace(cast(column, String), "-", "")
    return written
