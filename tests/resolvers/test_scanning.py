from collections.abc import AsyncIterator

import pytest
import samples
from clamd_peer import clamd
from serving import free_port

from resolvers.outside.scanning import Clamd, ScannerAway, scanner_at


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for one in content:
        yield one


async def test_the_scanner_sees_the_whole_file_and_finds_nothing() -> None:
    async with clamd() as (peer, port):
        found = await Clamd("127.0.0.1", port).scan(pieces(b"a" * 70_000, b"", b"b"))

    assert found is None
    assert peer.seen == [b"a" * 70_000 + b"b"]


async def test_the_scanner_tells_what_it_finds() -> None:
    async with clamd() as (_, port):
        found = await Clamd("127.0.0.1", port).scan(pieces(samples.EICAR[:30], samples.EICAR[30:]))

    assert found == "Eicar-Signature"


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK",
        b"stream: FOUND\0",
        b"stream: Eicar-Sig",
        b"\0",
        b"",
    ],
)
async def test_a_scanner_that_does_not_say_what_it_found_is_away(answer: bytes) -> None:
    async with clamd(answer) as (_, port):
        with pytest.raises(ScannerAway):
            await Clamd("127.0.0.1", port, silence_seconds=0.3).scan(pieces(b"a"))


async def test_a_scanner_that_nobody_runs_is_away() -> None:
    with pytest.raises(ScannerAway):
        await Clamd("127.0.0.1", free_port()).scan(pieces(b"a"))


def test_a_scanner_is_named_by_its_address() -> None:
    assert scanner_at("") is None
    assert scanner_at("clamd://scanner") == Clamd("scanner", 3310)
    assert scanner_at("clamd://scanner:3311") == Clamd("scanner", 3311)


@pytest.mark.parametrize("url", ["scanner:3310", "http://scanner", "clamd://", "clamd://a:b"])
def test_another_kind_of_scanner_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        scanner_at(url)
