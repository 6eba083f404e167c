"""A column for several values of one kind: a JSON list, `jsonb` on PostgreSQL."""

from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine


class Several(TypeDecorator[tuple[Any, ...]]):
    """A tuple of ids or of an enum's members, in its order; null when nothing is said.

    Args:
        kind: The class of one value; made of its text, and its text again by `str`.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type) -> None:
        super().__init__(none_as_null=True)
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        here = JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(here(none_as_null=True))

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Write values."""
        return None if value is None else [str(one) for one in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Any, ...] | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Read values."""
        return None if value is None else tuple(self.kind(one) for one in value)
