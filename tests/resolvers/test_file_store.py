import logging
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import boto3
import pytest
from moto.server import ThreadedMotoServer
from outsides import outside_in
from talking import Client

from models.base import new_id
from models.database import Database
from resolvers.attachments import storing
from resolvers.attachments.sweeping import is_own, sweep
from resolvers.outside.files import Files, on_s3
from schema.context import clock

REGION = "eu-north-1"
MANY = 13_000_000
"""So many bytes go to S3 in several parts."""


@pytest.fixture(scope="module")
def s3() -> Iterator[tuple[str, str]]:
    """Run a service that speaks S3, with one bucket; gives its address and the bucket."""
    bucket = f"keys-{token_hex(4)}"  # the service forgets nothing when it is stopped
    logging.getLogger("werkzeug").disabled = True
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id="who",
        aws_secret_access_key="secret",  # noqa: S106 - of a server in this process
        region_name=REGION,
    ).create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield url, bucket
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, s3: tuple[str, str], tmp_path: Path) -> Files:
    """Give an empty store of either kind."""
    if request.param == "folder":
        return outside_in(tmp_path).files
    url, bucket = s3
    return on_s3(
        f"s3://{bucket}/{tmp_path.name}",
        endpoint=url,
        region=REGION,
        access_key_id="who",
        secret_access_key="secret",  # noqa: S106 - as above
    )


async def pieces(count: int, *, broken: bool = False) -> AsyncIterator[bytes]:
    for _ in range(count // 65_000):
        yield b"x" * 65_000
    if broken:
        raise ConnectionResetError


async def paths(files: Files) -> list[str]:
    return [one.path async for some in files.listed() for one in some]


def written_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_bytes_are_read_as_they_were_put(files: Files) -> None:
    await files.put("a/one", b"abcdef")

    assert await files.read("a/one") == b"abcdef"
    assert await files.part("a/one", 2, 3) == b"cde"
    assert b"".join([piece async for piece in files.stream("a/one")]) == b"abcdef"


async def test_bytes_are_put_as_they_come(files: Files) -> None:
    await files.put("a/many", pieces(MANY))

    assert len(await files.read("a/many")) == MANY


async def test_what_breaks_off_is_not_there(files: Files, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await files.put("a/many", pieces(MANY, broken=True))

    assert await paths(files) == []
    assert written_in(tmp_path) == []


async def test_what_is_not_there_is_not_found_and_is_removed_already(files: Files) -> None:
    with pytest.raises(FileNotFoundError):
        await files.read("a/none")
    with pytest.raises(FileNotFoundError):
        await files.part("a/none", 0, 1)
    with pytest.raises(FileNotFoundError):
        await anext(files.stream("a/none"))
    await files.remove("a/none")


async def test_a_file_is_moved_and_removed(files: Files) -> None:
    await files.put("a/one", b"abc")
    await files.move("a/one", "b/two")
    assert await paths(files) == ["b/two"]

    await files.remove("b/two")

    assert await paths(files) == []


async def test_a_list_tells_since_when_files_lie_there(files: Files) -> None:
    await files.put("a/one", b"abc")

    ((one,),) = [some async for some in files.listed()]

    assert one.path == "a/one"
    assert abs(datetime.now(UTC) - one.since) < timedelta(minutes=1)


async def test_bytes_without_a_row_are_swept_away_after_a_day(files: Files, client: Client) -> None:
    owner = client.organization_id
    kept, lost = [await storing.put(files, owner, content, "a/b") for content in (b"1", b"2")]
    await files.put("somebody/elses", b"3")
    await files.put(f"{owner}/{new_id()}.pdf", b"4")
    async with client.working() as work:
        await storing.keep(work, kept)

    assert await sweep(client.database, files, clock() + timedelta(hours=23)) == 0
    assert await sweep(client.database, files, clock() + timedelta(hours=25)) == 1

    left = await paths(files)
    assert kept.path in left
    assert lost.path not in left
    assert len(left) == 4, "with the mark of the store"


async def a_day_later(database: Database, files: Files) -> int:
    return await sweep(database, files, clock() + timedelta(hours=25))


async def test_nothing_is_swept_from_a_store_that_belongs_to_another_database(
    files: Files, client: Client, own_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    lost = await storing.put(files, client.organization_id, b"1", "a/b")
    await a_day_later(own_database, files)

    assert await a_day_later(client.database, files) == 0

    (said,) = [
        one.message for one in caplog.records if one.name == "resolvers.attachments.sweeping"
    ]
    assert said.startswith("the file store belongs to another database")
    assert lost.path in await paths(files)


async def test_nothing_is_swept_below_an_organization_that_the_database_does_not_know(
    files: Files, client: Client, own_database: Database
) -> None:
    theirs = await storing.put(files, client.organization_id, b"1", "a/b")

    assert await a_day_later(own_database, files) == 0

    assert theirs.path in await paths(files)


async def test_a_store_that_is_marked_stays_the_same_database_s(
    files: Files, client: Client, own_database: Database
) -> None:
    assert await is_own(client.database, files)
    assert not await is_own(own_database, files)
    assert await is_own(client.database, files)


async def test_what_a_killed_process_left_half_written_is_swept_away(
    database: Database, tmp_path: Path
) -> None:
    files = outside_in(tmp_path).files
    half = tmp_path / "files" / "owner" / "one#1"
    half.parent.mkdir()
    half.write_bytes(b"half")

    await sweep(database, files, clock() + timedelta(hours=23))
    assert half.exists()
    os.utime(half, (0, 0))
    await sweep(database, files, clock())

    assert not half.exists()
