"""How the command line talks: results on standard output, everything else on standard error."""

import sys

import typer
from rich.console import Console

from models.errors import LivionKeyError

WIDE = 1_000
"""Columns of what another program reads: nothing is cut off for it."""

output = Console(width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True)


def run_command(app: typer.Typer) -> None:
    """Run one command; a refusal is one line on standard error and exit status 1."""
    try:
        app()
    except LivionKeyError as refusal:
        errors.print(refusal.message, highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)
