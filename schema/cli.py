"""`livionkey`: the command line. Results go to standard output, everything else to standard error.

Exit status 0 means done, 1 a refusal with one clear line, 2 wrong usage.
"""

import gc
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import typer

from schema.terminal import run_command

COMMANDS = {
    "serve": "cli_serving:serve",
    "work": "cli_serving:work",
    "demo": "cli_serving:demo",
    "link": "cli_link:link",
    "broker": "cli_broker:broker",
    "simulate": "cli_simulate:simulate",
    "protocol": "cli_protocol:protocol",
    "migrate": "cli_database:migrate",
    "settings": "cli_database:show_settings",
    "organization": "cli_organizations:organization_commands",
    "token": "cli_organizations:token_commands",
    "person": "cli_people:person_commands",
    "geocode": "cli_places:geocode",
    "nearest": "cli_places:nearest",
    "addresses": "cli_placing:address_commands",
    "walking": "cli_walking:walking_commands",
    "selection": "cli_selection_modes:selection_commands",
    "audit": "cli_audit:audit_commands",
    "evidence": "cli_evidence:evidence_commands",
    "documents": "cli_documents:document_commands",
    "keys": "cli_keys:key_commands",
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
    return getattr(import_module(f"schema.{module}"), name)
