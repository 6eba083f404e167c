import asyncio
import hashlib
import os
from collections.abc import AsyncIterator

import pytest
import samples
from sqlalchemy import text
from talking import Client
from uploading import announced, attached, in_store, looked_at, sent

from models.file_kinds import DOCX, ODT, XLSX


async def test_an_attachment_is_announced_sent_and_fetched(client: Client) -> None:
    content = samples.PDF + os.urandom(300_000)
    payload = await announced(client, "../Pohja.pdf")
    id = payload["attachment"]["id"]
    assert (payload["attachment"]["state"], payload["attachment"]["name"]) == (
        "AWAITED",
        "Pohja.pdf",
    )
    assert payload["attachment"]["downloadUrl"] is None

    answer = await sent(client, payload["uploadSecret"], content)

    digest = hashlib.sha256(content).hexdigest()
    assert answer.status_code == 201
    assert answer.json() == {
        "attachment": {
            "id": id,
            "state": "STORED",
            "name": "Pohja.pdf",
            "mediaType": "application/pdf",
            "sizeBytes": len(content),
            "sha256": digest,
        }
    }
    found = await looked_at(client, id)
    assert (found["state"], found["mediaType"], found["sizeBytes"], found["sha256"]) == (
        "STORED",
        "application/pdf",
        len(content),
        digest,
    )
    fetched = await client.http.get(found["downloadUrl"])
    assert fetched.content == content


async def test_the_secret_of_an_upload_stands_nowhere_but_in_its_answer(client: Client) -> None:
    payload = await announced(client)
    secret = payload["uploadSecret"]

    assert secret not in payload["uploadUrl"]
    async with client.database.reading() as connection:
        for table in ("attachments", "events", "idempotent_answers"):
            rows = (await connection.execute(text(f"select * from {table}"))).all()  # noqa: S608 - our own tables
            assert secret not in str(rows)


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (samples.PNG, "Plan.pdf", "image/png"),
        (samples.JPEG, "a", "image/jpeg"),
        (samples.GIF, "a", "image/gif"),
        (samples.WEBP, "a", "image/webp"),
        (samples.HEIC, "a", "image/heic"),
        (samples.TEXT, "note.exe", "text/plain"),
        (samples.TEXT, "Hours.CSV", "text/csv"),
        (samples.PDF, "Hours.csv", "application/pdf"),
        (samples.docx(), "a.docx", DOCX),
        (samples.xlsx(), "a.docx", XLSX),
        (samples.odt(), "a.zip", ODT),
    ],
)
async def test_a_file_is_stored_as_what_it_is(
    client: Client, content: bytes, name: str, media_type: str
) -> None:
    id, answer = await attached(client, content, name)

    assert answer.status_code == 201
    assert (await looked_at(client, id))["mediaType"] == media_type


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "It is empty."),
        (samples.HTML, "It is a web page."),
        (samples.SVG, "It is an SVG drawing."),
        (samples.WINDOWS_PROGRAM, "It is a program for Windows."),
        (samples.LINUX_PROGRAM, "It is a program for Linux."),
        (samples.archive("a.pdf"), "It is an archive, which may not be stored."),
        (samples.bomb(), "It would unpack to 120000000 bytes, which is far too much."),
        ("Ä".encode("latin-1"), "It is of a kind that is not known."),
        ("Älä".encode()[:-1], "It is of a kind that is not known."),
        (samples.TEXT + b"\x1b[2J", "It is of a kind that is not known."),
    ],
)
async def test_what_may_not_be_stored_is_refused_and_gone(
    client: Client, content: bytes, reason: str
) -> None:
    id, answer = await attached(client, content, "Plan.pdf")

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "FILE_REFUSED")
    found = await looked_at(client, id)
    assert found["state"] == "REFUSED"
    assert found["reason"].startswith(reason)
    assert found["downloadUrl"] is None
    assert await in_store(client) == []


async def test_a_link_works_once(client: Client) -> None:
    payload = await announced(client)
    await sent(client, payload["uploadSecret"], samples.PDF)

    again = await sent(client, payload["uploadSecret"], samples.PNG)

    assert (again.status_code, again.json()["error"]["code"]) == (404, "LINK_NOT_VALID")
    assert (await looked_at(client, payload["attachment"]["id"]))["mediaType"] == "application/pdf"


async def test_a_link_that_refused_a_file_is_used_up(client: Client) -> None:
    payload = await announced(client)
    await sent(client, payload["uploadSecret"], samples.HTML)

    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 404


async def test_of_two_that_use_a_link_at_once_one_wins(client: Client) -> None:
    payload = await announced(client)
    both = asyncio.Barrier(2)

    async def pieces(content: bytes) -> AsyncIterator[bytes]:
        yield content
        await both.wait()  # both are let in before either is at its end

    contents = (samples.PDF + b"1", samples.PDF + b"2")
    answers = await asyncio.gather(
        *(sent(client, payload["uploadSecret"], pieces(content)) for content in contents)
    )

    assert sorted(answer.status_code for answer in answers) == [201, 404]
    assert len(await in_store(client)) == 1
    winner = next(answer for answer in answers if answer.status_code == 201)
    found = await looked_at(client, payload["attachment"]["id"])
    assert found["sha256"] == winner.json()["attachment"]["sha256"]
    assert (await client.http.get(found["downloadUrl"])).status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong", "ä"])
async def test_an_unknown_link_takes_nothing(client: Client, secret: str) -> None:
    headers = [(b"authorization", f"Bearer {secret}".encode())]

    answer = await client.http.put("/files/upload", content=samples.PDF, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "LINK_NOT_VALID")
    assert await in_store(client) == []


async def test_a_link_works_for_an_hour(client: Client) -> None:
    payload = await announced(client)
    async with client.working() as work:
        connection = await work.connection()
        expired = text("update attachments set upload_expires_at = :then where name = 'Plan.pdf'")
        earlier = "2020-01-01 00:00:00+00" if not client.database.is_sqlite else 0
        await connection.execute(expired, {"then": earlier})

    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 404


async def test_the_same_bytes_are_stored_once(client: Client) -> None:
    first, _ = await attached(client, samples.PDF, "One.pdf")
    second, _ = await attached(client, samples.PDF, "Two.pdf")

    assert len(await in_store(client)) == 1
    for id in (first, second):
        found = await looked_at(client, id)
        assert (await client.http.get(found["downloadUrl"])).content == samples.PDF


async def test_the_same_bytes_that_come_at_once_are_stored_once(client: Client) -> None:
    announcements = [await announced(client) for _ in range(4)]

    answers = await asyncio.gather(
        *(sent(client, one["uploadSecret"], samples.PDF) for one in announcements)
    )

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len(await in_store(client)) == 1
    for one in announcements:
        found = await looked_at(client, one["attachment"]["id"])
        assert (await client.http.get(found["downloadUrl"])).content == samples.PDF


async def test_a_multipart_request_is_told_where_files_are_sent(client: Client) -> None:
    token = next(iter(client.tokens.values()))
    answer = await client.http.post(
        "/graphql",
        headers={"authorization": f"Bearer {token}"},
        data={"operations": "{}", "map": "{}"},
        files={"0": ("a.pdf", samples.PDF)},
    )

    assert answer.status_code == 415
    assert "attachmentRequest" in answer.json()["errors"][0]["message"]
