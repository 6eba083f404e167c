"""`livionkey`: the command line. Results go to standard output, everything else to standard error.

Exit status 0 means done, 1 a refusal with one clear line, 2 wrong usage.
"""

import gc
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import typer

from schema.commands.terminal import run_command

COMMANDS = {
    "serve": "serving:serve",
    "work": "serving:work",
    "demo": "serving:demo",
    "link": "link:link",
    "broker": "broker:broker",
    "simulate": "simulate:simulate",
    "protocol": "protocol:protocol",
    "migrate": "database:migrate",
    "settings": "database:show_settings",
    "organization": "organizations:organization_commands",
    "token": "organizations:token_commands",
    "person": "people:person_commands",
    "geocode": "places:geocode",
    "nearest": "places:nearest",
    "addresses": "placing:address_commands",
    "walking": "walking:walking_commands",
    "selection": "selection_modes:selection_commands",
    "audit": "audit:audit_commands",
    "evidence": "evidence:evidence_commands",
    "documents": "documents:document_commands",
    "keys": "keys:key_commands",
}
"""Each command, and where it is: reading all of our code takes longer than most of them do."""


def main() -> None:
    """Run one command; a refusal is one line and exit status 1."""
    named = COMMANDS.keys() & sys.argv[1:2]
    run_command(command_line(named or COMMANDS))


def command_line(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Read commands, and put them together.

    Nearly all that is read stays until the end: looking for garbage in it, again and again while
    it is read and once more at the end, would take half of the time.
    """
    app = typer.Typer(no_args_is_help=True, add_completion=False)
    app.callback(help=__doc__)(livionkey)
    gc.disable()
    for name in names:
        command = _read(COMMANDS[name])
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    gc.freeze()
    gc.enable()
    return app


def livionkey() -> None:
    """Lie above the commands, so that one alone is a command too."""


def _read(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(f"schema.commands.{module}"), name)
