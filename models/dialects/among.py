"""A condition that a column has one of many values, sent along as one array or one JSON text.

`column in (?, ?, ?)` is another statement for each number of values, which is written, parsed and
planned anew; SQLite also refuses more than some ten thousand. This one is always the same.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BindParameter, ColumnElement, Dialect, String, Uuid, bindparam, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.dialects.texts import UnstorableText, is_storable


class ManyIds(TypeDecorator[Iterable[UUID]]):
    """Many ids: an array on PostgreSQL, JSON on SQLite; on both we write the text of it."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the parameter's type."""
        kind = ARRAY(Uuid()) if dialect.name == "postgresql" else String()
        return dialect.type_descriptor(kind)

    def bind_processor(self, dialect: Dialect) -> Callable[[Iterable[UUID] | None], str]:
        """Write the ids."""
        write = array_of if dialect.name == "postgresql" else _json_of
        return lambda ids: write(id.hex for id in ids or ())


def array_of(written: Iterable[str]) -> str:
    """Write an array for PostgreSQL of texts in which there is nothing to quote.

    A list would take the driver ten times as long: it looks for such things in each of them.
    """
    return f"{{{','.join(written)}}}"


def _json_of(written: Iterable[str]) -> str:
    return orjson.dumps(list(written)).decode()


class ManyTexts(TypeDecorator[Iterable[str]]):
    """Many texts: an array on PostgreSQL, JSON on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the parameter's type."""
        kind = ARRAY(String()) if dialect.name == "postgresql" else String()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> Any:
        """Write the texts."""
        texts = list(value or ())
        if not all(map(is_storable, texts)):
            raise UnstorableText
        return texts if dialect.name == "postgresql" else orjson.dumps(texts).decode()


class is_among(FunctionElement[Any]):  # noqa: N801 - it is written like a function of SQL
    """Whether a column has one of the values of a parameter."""

    name = "is_among"
    inherit_cache = True


@compiles(is_among, "postgresql")
def _any(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = any({values})"


@compiles(is_among, "sqlite")
def _json_each(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} in (select value from json_each({values}))"  # noqa: S608 - marks for parameters


def among(column: Any, values: BindParameter[Any] | Iterable[Any]) -> ColumnElement[bool]:
    """Ask that a column has one of many ids, or texts where they are texts.

    Args:
        column: The column.
        values: The values, or a parameter made by `ids_later` for a statement that is made once.
    """
    given = values if isinstance(values, BindParameter) else _parameter(list(values))
    is_one: ColumnElement[bool] = is_among(column, given)
    return is_one


class is_also(FunctionElement[Any]):  # noqa: N801 - it is written like a function of SQL
    """Whether a column has a value, of rows that are found by others of their columns."""

    name = "is_also"
    inherit_cache = True


@compiles(is_also)
def _equal(element: Any, compiler: Any, **options: Any) -> str:
    """Write a plus on SQLite: a column that has one is not looked up in an index."""
    column, value = (compiler.process(one, **options) for one in element.clauses)
    return f"{'+' * (compiler.dialect.name == 'sqlite')}{column} = {value}"


def also(column: Any, value: Any) -> ColumnElement[bool]:
    """Ask that a column has a value, where SQLite is to look for the rows by other columns."""
    given = value if isinstance(value, BindParameter) else literal(value, column.type)
    has_it: ColumnElement[bool] = is_also(column, given)
    return has_it


def ids_later(name: str) -> BindParameter[Any]:
    """Make a parameter for many ids that is told its values when the statement is run."""
    return bindparam(name, type_=ManyIds())


def texts_later(name: str) -> BindParameter[Any]:
    """Make a parameter for many texts that is told its values when the statement is run."""
    return bindparam(name, type_=ManyTexts())


def _parameter(values: list[Any]) -> BindParameter[Any]:
    are_texts = bool(values) and isinstance(values[0], str)
    kind = ManyTexts() if are_texts else ManyIds()
    return bindparam(None, values, type_=kind, unique=True)
