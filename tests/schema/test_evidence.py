"""Evidence over HTTP by a signed link, and on the command line without a server."""

import io
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from commands import CommandLine
from evidencing import folder_of, in_thread, livionkey_root, sealed_contract
from sealed_documents import trusting, with_a_byte_changed
from talking import Client

from models.accounts import Role, Token, token_digest
from models.contracts import KeyContract
from models.events import Event, EventKind
from resolvers.evidence.checking import check_bundle
from resolvers.evidence.links import LIVES, evidence_url
from schema.context import clock
from schema.scalars import to_id

ASK = """query($id: ID!) { node(id: $id) { ... on KeyContract { evidenceUrl } } }"""


async def url_of(client: Client, contract: KeyContract, role: Role = Role.ADMIN) -> str | None:
    asked = await client.ask(ASK, role, id=to_id(KeyContract, contract.id))
    url: str | None = asked["node"]["evidenceUrl"]
    return url


def path_of(url: str | None) -> str:
    assert url is not None
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def test_evidence_comes_by_its_address_and_is_whole(client: Client) -> None:
    contract = await sealed_contract(client)

    answer = await client.http.get(path_of(await url_of(client, contract)))

    file = folder_of(client) / "fetched.zip"
    file.write_bytes(answer.content)
    roots = trusting(livionkey_root(client)).roots
    found = await in_thread(check_bundle, file, roots)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert all(one.is_good for one in found), found


async def test_the_address_is_for_those_who_may_see_events(client: Client) -> None:
    contract = await sealed_contract(client)

    given = {
        role: await url_of(client, contract, role) for role in (Role.ADMIN, Role.ADVANCED_USER)
    }
    hidden = [
        await url_of(client, contract, role) for role in (Role.VIEWER, Role.USER, Role.PARTNER)
    ]

    assert all(given.values())
    assert hidden == [None, None, None]


async def test_the_trail_tells_that_evidence_was_given_out_and_to_whom(client: Client) -> None:
    contract = await sealed_contract(client)
    url = await url_of(client, contract, Role.ADVANCED_USER)
    assert await exports_of(client) == []

    answer = await client.http.get(path_of(url))

    async with client.working() as work:
        digest = token_digest(client.tokens[Role.ADVANCED_USER])
        token = await work.first(work.own(Token).where(Token.digest == digest))
    (event,) = await exports_of(client)
    assert token is not None
    assert answer.status_code == 200
    assert (event.token_id, event.subject_id) == (token.id, contract.id)


async def test_a_link_in_which_somebody_else_is_named_does_not_work(client: Client) -> None:
    contract = await sealed_contract(client)
    path = path_of(await url_of(client, contract))

    answer = await client.http.get(re.sub("by=[0-9a-f]+", "by=" + "0" * 32, path))

    assert answer.status_code == 404
    assert await exports_of(client) == []


async def exports_of(client: Client) -> Sequence[Event]:
    async with client.working() as work:
        return await work.all(work.own(Event).where(Event.kind == EventKind.EVIDENCE_EXPORTED))


async def test_an_address_works_for_ten_minutes_for_one_contract_and_as_it_is(
    client: Client,
) -> None:
    contract, other = await sealed_contract(client), await sealed_contract(client)
    late = evidence_url(client.outside, contract.id, clock() - LIVES - timedelta(seconds=1))
    good = path_of(evidence_url(client.outside, contract.id, clock()))

    for path in (
        path_of(late),
        good.replace(contract.id.hex, other.id.hex),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good.replace("expires=", "expires=9"),
        good.partition("?")[0],
        "/evidence/none?expires=1&signature=x",
    ):
        answer = await client.http.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["error"]["code"] == "LINK_NOT_VALID"
    assert timedelta(minutes=10) == LIVES


@pytest.fixture
def commands(tmp_path: Path) -> CommandLine:
    """Give an empty folder, in which nothing is set."""
    return CommandLine(tmp_path)


@pytest.fixture
async def bundle(client: Client, commands: CommandLine) -> Path:
    contract = await sealed_contract(client)
    answer = await client.http.get(path_of(await url_of(client, contract)))
    file = commands.folder / "evidence.zip"
    file.write_bytes(answer.content)
    (commands.folder / "root.pem").write_bytes(livionkey_root(client).read_bytes())
    return file


def test_a_bundle_is_checked_without_a_server_a_database_or_settings(
    commands: CommandLine, bundle: Path
) -> None:
    before = sorted(commands.folder.iterdir())

    said = commands.done("evidence", "verify", bundle.name, "--trust", "root.pem")

    lines = said.splitlines()
    assert all(line.startswith("good   ") for line in lines)
    assert any("documents/01-handover-signed.pdf: Handover is good" in line for line in lines)
    assert sorted(commands.folder.iterdir()) == before, "no database, no data folder"


def test_a_whole_bundle_is_only_good_when_it_was_said_whom_to_trust(
    commands: CommandLine, bundle: Path
) -> None:
    nobody = commands.run("evidence", "verify", bundle.name)
    own = commands.run("evidence", "verify", bundle.name, "--trust-own")
    both = commands.refusal("evidence", "verify", bundle.name, "--trust", "root.pem", "--trust-own")

    assert (nobody.returncode, own.returncode) == (1, 0)
    assert "BROKEN" not in nobody.stdout
    assert "evidence.zip is whole, but anybody may have made it" in nobody.stderr
    assert both == "Give --trust or --trust-own, not both."


def test_a_changed_bundle_is_said_to_be_broken_with_the_name_of_the_file(
    commands: CommandLine, bundle: Path
) -> None:
    content = bundle.read_bytes()
    with ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo("events.json").header_offset + 200
    bundle.write_bytes(with_a_byte_changed(content, place))

    result = commands.run("evidence", "verify", bundle.name)

    assert result.returncode == 1
    assert "BROKEN events.json: was changed" in result.stdout
    assert result.stderr.splitlines() == ["evidence.zip is not whole: 1 of 1 checks failed."]


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("verify", "none.zip"), "There is no file none.zip."),
        (("verify", "evidence.zip", "--trust", "none.pem"), "none.pem cannot be read"),
        (("verify", "evidence.zip", "--trust", "no.pem"), "no.pem: that is no certificate."),
    ],
)
def test_what_cannot_be_checked_is_refused(
    words: tuple[str, ...], refusal: str, commands: CommandLine
) -> None:
    (commands.folder / "no.pem").write_text("no certificate")

    assert refusal in commands.refusal("evidence", *words)


async def test_evidence_is_written_into_a_file_and_never_over_another(
    client: Client, commands: CommandLine
) -> None:
    contract = await sealed_contract(client)
    url = client.database.url.render_as_string(hide_password=False)
    given = {"database_url": url, "data_folder": str(folder_of(client))}
    words = ("evidence", "export", to_id(KeyContract, contract.id), "--output", "out.zip")

    await in_thread(lambda: commands.done(*words, **given))
    checked = await in_thread(commands.done, "evidence", "verify", "out.zip", "--trust-own")
    again = await in_thread(lambda: commands.refusal(*words, **given))

    assert "BROKEN" not in checked
    assert [one.token_id for one in await exports_of(client)] == [None]
    assert again == "out.zip is there already; choose another name."


async def test_there_is_no_evidence_of_a_contract_that_is_not_there(
    client: Client, commands: CommandLine
) -> None:
    url = client.database.url.render_as_string(hide_password=False)
    given = {"database_url": url, "data_folder": str(folder_of(client))}

    for id in ("keycontract_" + "0" * 32, "nothing"):
        words = ("evidence", "export", id, "--output", "out.zip")
        refusal = await in_thread(lambda words=words: commands.refusal(*words, **given))
        assert refusal == "There is no such key contract."

    assert not (commands.folder / "out.zip").exists()
