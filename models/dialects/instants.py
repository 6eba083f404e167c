"""A column for an instant: `timestamptz` on PostgreSQL, whole microseconds since 1970 on SQLite."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Interval, bindparam
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment with an offset going in, the same moment in UTC coming out."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write a moment; one without an offset is a mistake of ours and refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return value if dialect.name == "postgresql" else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read a moment."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            moment: datetime = value
            return moment.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)


class Duration(TypeDecorator[timedelta]):
    """A length of time, kept as whole seconds on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Write a duration."""
        return None if value is None else int(value.total_seconds())

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Read a duration."""
        return None if value is None else timedelta(seconds=value)


class _Difference(TypeDecorator[timedelta]):
    """What is added to an `Instant`: an `interval` on PostgreSQL, microseconds on SQLite."""

    impl = Interval
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type."""
        here = Interval() if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(here)

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> Any:
        """Write a difference."""
        if value is None or dialect.name == "postgresql":
            return value
        return value // MICROSECOND


def moved(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], by: timedelta
) -> ColumnElement[Any]:
    """Make the moment that lies so much later than a column's, earlier when it is negative."""
    return column + bindparam(None, by, type_=_Difference(), unique=True)
