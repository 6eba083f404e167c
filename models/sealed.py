"""Columns for secrets, encrypted at rest.

A row says whose a secret is when it writes and when it reads it, as a sealed text opens in its own
row and column alone:

    totp_secret: Mapped[Sealed] = mapped_column(SealedText("people.totp_secret"))
    person = Person(id=id, totp_secret=Sealed(text, of=id))
    person.totp_secret.opened(of=person.id)

What seals is that of the database whose statement it is, see `models.sealer`. A secret that is
looked for, or must not be there twice, has a mark beside it, see `models.marks`.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from models.sealer import CannotBeOpened, Sealer, sealer_of


class Sealed:
    """A secret of one row. It shows itself nowhere, unless it is opened."""

    __slots__ = ("_of", "_text")

    def __init__(self, text: str, *, of: UUID) -> None:
        """Take a secret that is to be kept.

        Args:
            text: The secret.
            of: The id of the row that keeps it.
        """
        self._text = text
        self._of = of

    def opened(self, *, of: UUID) -> str:
        """Give the secret.

        Args:
            of: The id of the row that it was read from.

        Raises:
            CannotBeOpened: It belongs to another row, it was changed, or its key is not there.
        """
        if of != self._of:
            message = f"A secret of {self._of} was asked for as one of {of}."
            raise CannotBeOpened(message)
        return self._text

    @property
    def of(self) -> UUID:
        """The id of the row that is to keep it."""
        return self._of


class _Read(Sealed):
    """A secret as a column keeps it; it is opened when somebody asks."""

    __slots__ = ("_purpose", "_sealer")

    def __init__(self, kept: str, sealer: Sealer, purpose: bytes) -> None:
        self._text = kept
        self._sealer = sealer
        self._purpose = purpose

    def opened(self, *, of: UUID) -> str:
        """Open it."""
        return self._sealer.opened(self._text, self._purpose, of)

    def __eq__(self, other: object) -> bool:
        """Tell whether both are the same as it is kept; equal secrets are not, unless opened."""
        return isinstance(other, _Read) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    @property
    def of(self) -> UUID:
        """Refuse: it stays in its own row and column, where alone it opens."""
        message = "A secret moves to another row by being opened and sealed again."
        raise CannotBeOpened(message)


class SealedText(TypeDecorator[Sealed]):
    """A secret text, encrypted at rest.

    Args:
        purpose: Where it is kept, `table.column`.
    """

    impl = String
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def bind_processor(self, dialect: Dialect) -> Callable[[Sealed | None], str | None]:
        """Seal what is written."""
        sealer, purpose = sealer_of(dialect), self.purpose.encode()

        def seal(value: Sealed | None) -> str | None:
            if value is None:
                return None
            return sealer.sealed(value.opened(of=value.of), purpose, value.of)

        return seal

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Sealed | None]:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Hand out what is kept, still sealed."""
        sealer, purpose = sealer_of(dialect), self.purpose.encode()
        return lambda value: None if value is None else _Read(value, sealer, purpose)
