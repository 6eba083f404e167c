"""The commands that bring a database up to date, and tell by which settings all is run."""

from rich.table import Column, Table

from models.migrating import migrate as bring_up_to_date
from schema.commands.on_database import on_database
from schema.commands.terminal import errors, output
from schema.settings import described, settings


def show_settings() -> None:
    """List every setting with its meaning, its default and its present value."""
    table = Table(Column("setting", no_wrap=True))
    for name in ("meaning", "default", "now"):
        table.add_column(name, overflow="fold")
    for row in described(settings()):
        table.add_row(*row)
    output.print(table)


def migrate() -> None:
    """Bring the database up to date; safe to repeat, and safe when two start at once."""
    to_do = on_database(bring_up_to_date, must_be_migrated=False)
    errors.print("The database is up to date.")
    if to_do:
        errors.print(to_do, soft_wrap=True)
