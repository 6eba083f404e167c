"""Real servers: they answer, they end, and there is only one of them on an SQLite file."""

import signal
import socket
from pathlib import Path

import pytest
from commands import CommandLine
from serving import new_token, serving

CREATE = """mutation($input: EntityCreateInput!) {
  entityCreate(input: $input) { entity { id } userErrors { code } }
}"""
FIND = "query($id: ID) { entity(id: $id) { name } }"
CAR = {"kind": "CAR", "name": "Car"}


@pytest.fixture
def on_sqlite(tmp_path: Path) -> CommandLine:
    """Give an empty folder."""
    return CommandLine(tmp_path)


@pytest.fixture
def commands(own_url: str, tmp_path: Path) -> CommandLine:
    """Give a command line on a database of our own."""
    return CommandLine(tmp_path, {"database_url": own_url})


def test_a_server_answers_and_ends_when_it_is_told_to(commands: CommandLine) -> None:
    token = new_token(commands)

    with serving(commands, token=token) as server:
        assert server.get("/ready") == {"ready": True}
        made = server.ask(CREATE, input=CAR)["entityCreate"]["entity"]
        assert server.ask(FIND, id=made["id"]) == {"entity": {"name": "Car"}}
        assert server.stop() in {0, -signal.SIGTERM, 128 + signal.SIGTERM}

    with serving(commands, token=token) as again:
        assert again.ask(FIND, id=made["id"]) == {"entity": {"name": "Car"}}
        assert again.stop(signal.SIGINT) in {0, -signal.SIGINT, 128 + signal.SIGINT}
    log = (commands.folder / "log").read_text()
    assert "Traceback" not in log
    assert token not in log


def test_a_second_server_on_the_same_file_is_refused_and_other_commands_are_not(
    on_sqlite: CommandLine,
) -> None:
    token = new_token(on_sqlite)

    with serving(on_sqlite, token=token) as server:
        refusal = on_sqlite.refusal("serve", port="0")
        id = on_sqlite.done("organization", "create", "Beside").strip()
        words = ("--organization", id, "--role", "viewer")
        beside = on_sqlite.done("token", "create", *words).strip()
        made = server.ask(CREATE, input=CAR)["entityCreate"]["entity"]
        server.token = beside
        seen = server.ask("{ __typename }"), server.ask(FIND, id=made["id"])

    assert refusal.startswith("Another server runs on livionkey.db.")
    assert seen == ({"__typename": "Query"}, {"entity": None})


def test_a_killed_server_leaves_the_file_to_the_next(on_sqlite: CommandLine) -> None:
    token = new_token(on_sqlite)

    with serving(on_sqlite, token=token) as server:
        made = server.ask(CREATE, input=CAR)["entityCreate"]["entity"]
        server.stop(signal.SIGKILL)

    with serving(on_sqlite, token=token) as again:
        assert again.ask(FIND, id=made["id"]) == {"entity": {"name": "Car"}}


def test_several_workers_on_one_file_are_refused(on_sqlite: CommandLine) -> None:
    on_sqlite.done("migrate")

    refusal = on_sqlite.refusal("serve", "--workers", "2")

    assert refusal.startswith("SQLite serves one process")


def test_an_address_that_cannot_be_listened_on_is_refused(on_sqlite: CommandLine) -> None:
    on_sqlite.done("migrate")

    with socket.create_server(("127.0.0.1", 0)) as somebody:
        taken = on_sqlite.refusal("serve", port=str(somebody.getsockname()[1]))
    elsewhere = on_sqlite.refusal("serve", host="192.0.2.1")

    assert "(Address already in use)" in taken
    assert elsewhere.startswith("Nothing can be served on 192.0.2.1:8000")


def test_workers_on_postgresql_see_each_others_changes(commands: CommandLine) -> None:
    if commands.settings["database_url"].startswith("sqlite"):
        return  # one process serves SQLite, see above
    token = new_token(commands)

    with serving(commands, "--workers", "2", token=token) as server:
        made = [server.ask(CREATE, input=CAR)["entityCreate"]["entity"] for _ in range(10)]
        found = [server.ask(FIND, id=one["id"])["entity"] for one in made for _ in range(4)]

    assert found == [{"name": "Car"}] * 40
    assert (commands.folder / "log").read_text().count("Application startup complete") == 2
