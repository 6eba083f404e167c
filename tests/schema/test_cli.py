"""The command line as people and programs use it: results, refusals, exit statuses."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from commands import CommandLine

from schema.settings import PREFIX, Settings

ADDRESSES = """street,housenumber,postcode,city,lat,lon
Mannerheimintie,1,00100,Helsinki,60.1688,24.9404
Mannerheimintie,12,00100,Helsinki,60.1706,24.9370
a line that is none
Aleksanterinkatu,17,00100,Helsinki,north,24.9466
Aleksanterinkatu,18,00100,Helsinki,160.1690,24.9466
Aleksanterinkatu,17,00100,Helsinki,60.1690,24.9466
"""


@pytest.fixture
def commands(tmp_path: Path) -> CommandLine:
    """Give an empty folder, in which nothing is set."""
    return CommandLine(tmp_path)


@pytest.fixture
def migrated(commands: CommandLine) -> CommandLine:
    """Give a folder with a migrated database."""
    commands.done("migrate")
    return commands


def test_every_setting_is_listed_whole_with_its_meaning_its_default_and_its_value(
    commands: CommandLine,
) -> None:
    listed = commands.done("settings", port="8123")

    for name, definition in Settings.model_fields.items():
        (line,) = [line for line in listed.splitlines() if f"{PREFIX}{name.upper()} " in line]
        assert definition.description in line
    (port,) = [line for line in listed.splitlines() if f"{PREFIX}PORT " in line]
    assert "8000" in port
    assert "8123" in port


def test_settings_also_come_from_a_file_and_secrets_are_hidden(commands: CommandLine) -> None:
    lines = ["LIVIONKEY_GEOCODER_API_KEY=hush-hush", "LIVIONKEY_LOG_LEVEL=warning"]
    (commands.folder / ".env").write_text("\n".join(lines))

    listed = commands.done("settings", database_url="postgresql://aino:hush-hush@example.com/keys")

    assert "hush" not in listed
    assert "warning" in listed
    assert "postgresql://aino:***@example.com/keys" in listed


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"port": "many"}, "LIVIONKEY_PORT: .* integer.*"),
        ({"port": "70000"}, "LIVIONKEY_PORT: .* 65535.*"),
        ({"log_level": "loud"}, "LIVIONKEY_LOG_LEVEL: .*"),
        ({"trusted_proxies": "*"}, "LIVIONKEY_TRUSTED_PROXIES: .* network.*"),
        ({"database_url": "rubbish"}, "LIVIONKEY_DATABASE_URL is not the address of a database."),
        ({"database_url": "mysql://db/keys"}, "LIVIONKEY_DATABASE_URL begins with mysql: .*"),
        (
            {"database_url": "postgresql://aino:hush@127.0.0.1:port/keys"},
            "LIVIONKEY_DATABASE_URL is not the address of a database.",
        ),
        (
            {"database_url": "postgresql://aino:hush@127.0.0.1:1/keys"},
            r"The database postgresql://aino:\*\*\*@127.0.0.1:1/keys cannot be reached.*",
        ),
        ({"database_url": "sqlite:////nowhere/at/all.db"}, "The database .* cannot be reached.*"),
    ],
    ids=str,
)
def test_a_setting_that_leads_nowhere_is_refused_in_one_line(
    commands: CommandLine, settings: dict[str, str], refusal: str
) -> None:
    line = commands.refusal("migrate", **settings)

    assert re.fullmatch(refusal, line)
    assert "hush" not in line


def test_an_address_that_is_none_can_still_be_listed(commands: CommandLine) -> None:
    assert "hush" not in commands.done("settings", database_url="postgresql://a:hush@h:x/keys")


def test_a_file_that_is_no_database_is_refused_in_one_line(commands: CommandLine) -> None:
    (commands.folder / "livionkey.db").write_text("Something else altogether, and long enough.")

    line = commands.refusal("migrate")

    assert line == "sqlite:///livionkey.db is no database of SQLite."


def test_migrating_can_be_repeated(migrated: CommandLine) -> None:
    again = migrated.run("migrate")

    assert (again.returncode, again.stdout) == (0, "")
    assert again.stderr == "The database is up to date.\n"


@pytest.mark.parametrize(
    "words",
    [
        ["organization", "create", "Kotikatu"],
        ["addresses", "import", "a.csv"],
        ["serve"],
        ["work"],
    ],
    ids=" ".join,
)
def test_a_database_that_is_not_migrated_is_refused_with_the_way_out(
    commands: CommandLine, words: list[str]
) -> None:
    (commands.folder / "a.csv").write_text(ADDRESSES)

    line = commands.refusal(*words)

    expected = "The database sqlite:///livionkey.db is not migrated; run: livionkey migrate"
    assert line == expected


def test_an_organization_and_its_token_are_printed_alone(migrated: CommandLine) -> None:
    organization = migrated.run("organization", "create", "Kotikatu Isännöinti")
    id = organization.stdout.strip()
    words = ["--organization", id, "--role", "partner", "--source", "booking"]
    words += ["--unit", id, "--expires", "2099-03-28T12:00:00+02:00"]
    token = migrated.run("token", "create", *words)

    assert re.fullmatch(r"unit_[0-9a-f]{32}\n", organization.stdout)
    assert re.fullmatch(r"lk_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}\n", token.stdout)
    assert (organization.returncode, organization.stderr) == (0, "")
    assert (token.returncode, token.stderr) == (0, "")
    (file,) = migrated.folder.glob("*.db")
    with closing(sqlite3.connect(file)) as database:
        ends = "select expires_at is not null from tokens t join token_units on token_id = t.id"
        assert database.execute(ends).fetchall() == [(1,)]


def test_the_first_administrator_is_invited_by_a_link_that_is_printed_alone(
    migrated: CommandLine,
) -> None:
    organization = migrated.done("organization", "create", "Kotikatu").strip()
    words = ("--organization", organization, "--email", "Aino@example.org", "--role", "admin")

    first = migrated.done("person", "invite", *words)
    twice = migrated.refusal("person", "invite", *words)
    second = migrated.done("person", "renew", "--email", "aino@Example.org")

    for link in (first, second):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/accept-invitation#[\w-]{43}\n", link)
    assert first != second
    assert "signs in with that e-mail address already" in twice


def test_a_token_may_be_narrowed_to_scopes_and_end(migrated: CommandLine) -> None:
    id = migrated.done("organization", "create", "Kotikatu").strip()
    words = ["token", "create", "--organization", id, "--role", "partner"]

    migrated.done(*words, "--scope", "view", "--scope", "edit_entities")
    foreign = migrated.refusal(*words, "--scope", "edit_keys")
    ended = migrated.refusal(*words, "--expires", "2020-01-01T00:00:00Z")

    assert foreign == "The role partner does not have edit_keys; leave it out."
    assert ended == "It would have expired already."
    (file,) = migrated.folder.glob("*.db")
    with closing(sqlite3.connect(file)) as database:
        kept = database.execute("select scopes from tokens").fetchall()
    assert kept == [('["edit_entities","view"]',)]


def test_a_sandbox_is_made_with_a_clock_that_can_be_moved(migrated: CommandLine) -> None:
    (file,) = migrated.folder.glob("*.db")

    id = migrated.done("organization", "create", "Trying", "--sandbox").strip()
    migrated.done("organization", "create", "In earnest")
    migrated.done("token", "create", "--organization", id, "--role", "partner")

    with closing(sqlite3.connect(file)) as database:
        clocks = database.execute("select name, clock_ahead from organization_units").fetchall()
    assert sorted(clocks) == [("In earnest", None), ("Trying", 0)]


@pytest.mark.parametrize("id", ["unit_01", "key_0198b5d1a1a07d40a5d28d5a1b8c3f10"])
def test_a_token_of_an_unknown_organization_is_refused(migrated: CommandLine, id: str) -> None:
    line = migrated.refusal("token", "create", "--organization", id, "--role", "admin")

    assert line == f"There is no organization with the id {id}."


def test_an_organization_has_a_name(migrated: CommandLine) -> None:
    assert migrated.refusal("organization", "create", "  ") == "The name must not be empty."


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["unlock"],
        ["token", "create", "--organization", "unit_1", "--role", "king"],
        ["token", "create", "--organization", "unit_1", "--role", "station"],
        ["organization", "create"],
        ["serve", "--workers", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(commands: CommandLine, words: list[str]) -> None:
    result = commands.run(*words)

    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_addresses_come_in_but_for_the_lines_that_are_named(migrated: CommandLine) -> None:
    (migrated.folder / "a.csv").write_text(ADDRESSES)

    first = migrated.run("addresses", "import", "a.csv")
    again = migrated.run("addresses", "import", "a.csv")

    assert first.returncode == 0
    assert first.stdout.startswith("a.csv is in the index: 3 rows, 2 streets, 3 houses, 3 lines")
    lines = [line.partition(": ")[0] for line in first.stderr.splitlines()]
    assert lines == ["a.csv, line 4", "a.csv, line 5", "a.csv, line 6"]
    assert again.returncode == 0
    assert again.stdout.startswith("a.csv was in the index already: ")


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("missing.csv", None, "There is no file missing.csv."),
        ("a.txt", b"text", "a.txt is of an unknown kind: .*"),
        ("a.csv", b"a,b\n1,2\n", "a.csv lacks the columns street, .*"),
        ("a.csv.gz", b"\x1f\x8bnever packed", "a.csv.gz is damaged.*"),
        ("a.osm.pbf", b"\x00\x00neither a map", "a.osm.pbf cannot be read.*"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_without_addresses_is_refused_in_one_line(
    migrated: CommandLine, name: str, content: bytes | None, refusal: str
) -> None:
    if content is not None:
        (migrated.folder / name).write_bytes(content)

    assert re.fullmatch(refusal, migrated.refusal("addresses", "import", name))


def test_an_address_is_looked_up_and_the_nearest_automats_to_it(migrated: CommandLine) -> None:
    (migrated.folder / "a.csv").write_text(ADDRESSES)
    migrated.done("addresses", "import", "a.csv")
    migrated.done("organization", "create", "Kotikatu")

    found = migrated.done("geocode", "aleksanterinkatu 17 B 4, helsinki")
    nearest = migrated.done("nearest", "Mannerheimintie 12")
    unknown = migrated.refusal("geocode", "Nowhere Lane 1")

    assert "60.1690000" in found
    assert "HOUSE_NUMBER" in found
    assert "metres" in nearest
    assert "not found" in unknown
