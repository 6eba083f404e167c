"""Marks of secrets: columns by which a secret is found, or refused when it is there already.

    pin_mark: Mapped[str | None] = mapped_column(Mark())
    select(LockerContract).where(LockerContract.pin_mark == Marked(pin, of=automat_id))

Equal secrets have the same mark only among those `of` the same thing, and nobody makes or guesses
one without the key (HMAC-SHA-256), see `models.sealer`.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, String, Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
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


class digits_of(FunctionElement[str]):  # noqa: N801 - it is written like a function of SQL
    """A mark as its 32 hexadecimal digits."""

    type = String()
    name = "digits_of"
    inherit_cache = True


@compiles(digits_of, "postgresql")
def _without_dashes(element: Any, compiler: Any, **options: Any) -> str:
    return f"replace(cast({compiler.process(element.clauses, **options)} as text), '-', '')"


@compiles(digits_of, "sqlite")
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    written: str = compiler.process(element.clauses, **options)
    return written
