"""The no-overlap guarantee: EXCLUDE constraints on PostgreSQL, triggers on SQLite.

Two live rows of one thing never share a moment. Windows are half-open, `ends_at` null means for
ever, so touching windows do not overlap (livionkey.md G6). On PostgreSQL the caller locks the
booked thing first: two inserters of an exclusion constraint may otherwise wait for each other
until one of them is shot as a deadlock.
"""

import re
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError


@dataclass(frozen=True, slots=True)
class NoOverlap:
    """A rule that the database keeps: rows alike in `same` and matching `when` never overlap.

    Args:
        name: The rule's name, which comes back from `broken_constraint`.
        table: The table whose rows are compared.
        same: The columns that say what is booked.
        when: An SQL condition on a row; only rows that fulfil it are compared. Columns in braces.
        starts: The column with the first moment.
    """

    name: str
    table: str
    same: tuple[str, ...]
    when: str
    starts: str = "starts_at"

    def postgresql(self) -> list[str]:
        """Write the rule as an exclusion constraint."""
        equal = ", ".join(f"{column} with =" for column in self.same)
        condition = self.when.format_map(_Plain())
        return [
            f"""
            alter table {self.table} add constraint {self.name} exclude using gist
              ({equal}, tstzrange({self.starts}, ends_at) with &&) where ({condition})
            """
        ]

    def sqlite(self) -> list[str]:
        """Write the rule as one trigger for new rows and one for changed rows."""
        return [self._trigger("insert"), self._trigger("update")]

    def _trigger(self, occasion: str) -> str:
        equal = " and ".join(f"other.{column} = new.{column}" for column in self.same)
        return f"""
            create trigger {self.name}_on_{occasion} before {occasion} on {self.table}
            when {self.when.format_map(_Prefixed("new"))} and exists (
              select 1 from {self.table} as other
              where {equal} and other.id <> new.id and {self.when.format_map(_Prefixed("other"))}
                and (new.ends_at is null or other.{self.starts} < new.ends_at)
                and (other.ends_at is null or new.{self.starts} < other.ends_at))
            begin select raise(abort, 'constraint failed: {self.name}'); end"""  # noqa: S608 - the names are our own constants


class _Plain(dict[str, str]):
    """Columns by themselves."""

    def __missing__(self, column: str) -> str:
        return column


class _Prefixed(dict[str, str]):
    """Columns of a certain row."""

    def __init__(self, row: str) -> None:
        super().__init__()
        self.row = row

    def __missing__(self, column: str) -> str:
        return f"{self.row}.{column}"


def broken_constraint(error: DBAPIError) -> str | None:
    """Name the constraint that a statement broke, the same on both databases.

    SQLite names a unique constraint by its columns; that comes back as `table_column_column_key`,
    which is how `models.base` names them. None when the error is of another kind.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        name: str | None = diagnosis.constraint_name
        return name
    text = str(error.orig)
    if unique := re.search(r"UNIQUE constraint failed: (.+)", text):
        columns = [part.strip().split(".") for part in unique[1].split(",")]
        return "_".join([columns[0][0], *(column for _, column in columns), "key"])
    if named := re.search(r"constraint failed: '?(\w+)'?", text):
        return named[1]
    return None
