"""Tables that only grow, and chains in them whose numbers have no gap.

Both databases keep this by triggers, so that nobody who writes SQL by hand goes round it.
"""

from dataclasses import dataclass


def append_only(table: str, *, on_postgresql: bool) -> list[str]:
    """Write what makes a database refuse to change or remove rows of a table."""
    name = f"{table}_append_only"
    message = f"constraint failed: {name}"
    if not on_postgresql:
        return [
            f"""create trigger {name}_{verb} before {verb} on {table}
            begin select raise(abort, '{message}'); end"""
            for verb in ("update", "delete")
        ]
    return [
        f"""create function {name}() returns trigger language plpgsql as $$
        begin
          raise exception using
            message = '{message}', errcode = 'check_violation', constraint = '{name}';
        end $$""",
        f"""create trigger {name} before update or delete on {table}
        for each statement execute function {name}()""",
    ]


@dataclass(frozen=True, slots=True)
class Chain:
    """Rows that are numbered 1, 2, 3 and so on for each thing that they are of.

    Args:
        table: The table.
        of: The column that says of what.
        number: The column with the number; a unique constraint over both refuses forks.
    """

    table: str
    of: str
    number: str

    def statements(self, *, on_postgresql: bool) -> list[str]:
        """Write what makes a database refuse a gap."""
        name = f"{self.table}_have_no_gap"
        last = f"(select max({self.number}) from {self.table} where {self.of} = new.{self.of})"  # noqa: S608 - our own names
        broken = f"new.{self.number} <> 1 + coalesce({last}, 0)"
        message = f"constraint failed: {name}"
        if not on_postgresql:
            return [
                f"""create trigger {name} before insert on {self.table} when {broken}
                begin select raise(abort, '{message}'); end"""
            ]
        return [
            f"""create function {name}() returns trigger language plpgsql as $$
            begin
              if {broken} then
                raise exception using
                  message = '{message}', errcode = 'check_violation', constraint = '{name}';
              end if;
              return new;
            end $$""",
            f"""create trigger {name} before insert on {self.table}
            for each row execute function {name}()""",
        ]
