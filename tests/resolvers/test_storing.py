from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from factories import NOON, make_stranger
from outsides import outside_in

from models.attachments import StoredFile
from models.base import new_id
from models.errors import LinkNotValid
from resolvers.attachments import storing
from resolvers.outside.ports import Outside
from resolvers.work import Work

PDF = "application/pdf"


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return outside_in(tmp_path)


async def test_bytes_are_kept_with_what_they_are(work: Work, outside: Outside) -> None:
    owner = work.actor.organization_id
    stored = await storing.put(outside.files, owner, b"%PDF-1.7", PDF)

    file = await storing.keep(work, stored)

    assert file.digest == sha256(b"%PDF-1.7").hexdigest()
    assert (file.size_bytes, file.media_type, file.created_at) == (8, PDF, work.now)
    assert await outside.files.read(file.path) == b"%PDF-1.7"


async def test_the_same_bytes_are_kept_once(work: Work, outside: Outside) -> None:
    owner = work.actor.organization_id
    first, second = [await storing.put(outside.files, owner, b"same", PDF) for _ in range(2)]

    kept = [(await storing.keep(work, stored)).id for stored in (first, second)]

    assert kept == [first.id, first.id]
    assert len(await work.all(work.own(StoredFile))) == 1


async def test_the_same_bytes_of_another_organization_are_kept_for_themselves(
    work: Work, outside: Outside
) -> None:
    other = await make_stranger(work)
    ours = await storing.put(outside.files, work.actor.organization_id, b"same", PDF)
    theirs = await storing.put(outside.files, other.actor.organization_id, b"same", PDF)

    files = await storing.keep(work, ours), await storing.keep(other, theirs)

    assert files[0].id != files[1].id
    assert files[0].path.partition("/")[0] != files[1].path.partition("/")[0]


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_link_for_fetching_is_valid_for_ten_minutes(outside: Outside) -> None:
    file_id = new_id()
    given = query_of(storing.download_url(outside, file_id, "Liite ä.pdf", NOON))
    said = {
        "name": given["name"],
        "expires": int(given["expires"]),
        "signature": given["signature"],
    }

    storing.check_download(outside, file_id, now=NOON + timedelta(minutes=9, seconds=59), **said)
    with pytest.raises(LinkNotValid):
        storing.check_download(outside, file_id, now=NOON + timedelta(minutes=10), **said)


@pytest.mark.parametrize(
    "change",
    [{"name": "other"}, {"expires": 2_000_000_000}, {"signature": "0" * 64}, {"signature": "ä"}],
    ids=lambda change: str(next(iter(change))),
)
def test_a_link_for_fetching_that_was_changed_is_not_valid(
    outside: Outside, change: dict[str, Any]
) -> None:
    file_id = new_id()
    given = query_of(storing.download_url(outside, file_id, "a.pdf", NOON))
    said = {"name": "a.pdf", "expires": int(given["expires"]), "signature": given["signature"]}

    with pytest.raises(LinkNotValid):
        storing.check_download(outside, file_id, now=NOON, **{**said, **change})
