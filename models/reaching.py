"""How rules of reach are written: each says of a row's columns whether the row is reached.

The rules themselves are in `models.reach`.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select

from models.automats import Automat
from models.base import Base, table_of
from models.dialects.among import among, ids_later
from models.organizations import OrganizationUnit

REACHED = "reached"
"""The parameter of statements that tells which units somebody reaches, with all below."""

Condition = ColumnElement[bool]
Columns = Any
Rule = Callable[[Columns], Condition]


SEEN: dict[type[Base], Rule] = {}
"""How rows are reached that somebody looks at; `models.reach` says it of each kind."""


def nobody(_row: Columns) -> Condition:
    """Reach no row at all."""
    return false()


def within(column: Any) -> Condition:
    """Say of rows that a column has a unit that is reached."""
    return among(column, ids_later(REACHED))


def some(model: type[Base], rule: Rule, *, column: str = "id") -> Select[Any]:
    """Select a column of the rows for which a rule holds; the table has a name of its own."""
    row = table_of(model).alias()
    return select(row.c[column]).where(rule(row.c))


def seen_of(model: type[Base], *, column: str = "id") -> Select[Any]:
    """Select a column of the rows of a kind that are seen."""
    return some(model, SEEN[model], column=column)


def through(name: str, model: type[Base]) -> Rule:
    """Reach rows through what a column of theirs refers to."""

    def rule(row: Columns) -> Condition:
        found: Condition = row[name].in_(seen_of(model))
        return found

    return rule


def at_automat(row: Columns) -> Condition:
    """Reach rows through the automat that they are of, by its own unit alone."""
    found: Condition = row.automat_id.in_(some(Automat, in_unit))
    return found


def in_unit(row: Columns) -> Condition:
    """Reach rows through their unit."""
    return within(row.unit_id)


def above() -> Select[Any]:
    """Select the units above those that are reached."""
    unit, parent = table_of(OrganizationUnit).alias(), table_of(OrganizationUnit).alias()
    first = select(unit.c.parent_id.label("id")).where(within(unit.c.id))
    line = first.cte(recursive=True)
    line = line.union(select(parent.c.parent_id).join(line, parent.c.id == line.c.id))
    return select(line.c.id).where(line.c.id.is_not(None))
