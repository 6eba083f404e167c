"""Time stamps of a real service over HTTP: used when it answers, waited for when it does not."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from asn1crypto import pem
from outsides import seal_in
from sealed_documents import checked, offer_by, pyhanko_says, root_of, signed_by, trusting
from stamping_peer import Peer, stamping_peer

from resolvers.outside.seals import Seals


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with stamping_peer() as peer:
        yield peer


@pytest.fixture
def seals(peer: Peer, tmp_path: Path) -> Seals:
    peer.hangs = peer.refuses = False
    return seal_in(tmp_path, timestamp_url=peer.address, timestamp_timeout_seconds=1.5)


async def test_a_service_stamps_offers_and_signatures(
    seals: Seals, peer: Peer, tmp_path: Path
) -> None:
    asked = peer.asked

    signed = await signed_by(seals, await offer_by(seals))

    ours = trusting(root_of(tmp_path)).roots
    found = await checked(signed, *ours, peer.root)
    assert all(one.is_good for one in found), found
    assert "Somebody's time stamps" in found[-1].words
    assert peer.asked - asked == 4, "one to get to know it, and three that count"


async def test_pyhanko_itself_finds_the_stamps_of_a_service_good(
    seals: Seals, peer: Peer, tmp_path: Path
) -> None:
    signed = await signed_by(seals, await offer_by(seals))

    roots = root_of(tmp_path)
    with roots.open("ab") as both:
        both.write(pem.armor("CERTIFICATE", peer.root))
    said = pyhanko_says(signed, tmp_path, roots)
    assert said.count("The signature is judged VALID.") == 2
    assert said.count('TSA certificate subject: "Common Name: Somebody\'s time stamps"') == 2


async def test_stamps_of_a_service_that_is_not_trusted_are_not_good(
    seals: Seals, tmp_path: Path
) -> None:
    offer = await offer_by(seals)

    (found,) = await checked(offer, *trusting(root_of(tmp_path)).roots)

    assert not found.is_good
    assert "time stamp is not good" in found.words


async def test_a_service_that_hangs_is_given_up_in_time_and_asked_again_later(
    seals: Seals, peer: Peer
) -> None:
    peer.hangs = True
    began = time.monotonic()

    with pytest.raises(OSError, match="timestamp"):
        await offer_by(seals)

    assert time.monotonic() - began < 10
    peer.hangs = False
    assert await offer_by(seals)


async def test_a_service_that_hangs_in_the_middle_is_given_up_too(seals: Seals, peer: Peer) -> None:
    offer = await offer_by(seals)
    peer.hangs = True

    with pytest.raises(OSError, match="timestamp"):
        await signed_by(seals, offer)

    peer.hangs = False
    assert await signed_by(seals, offer)


async def test_a_service_that_refuses_stamps_nothing(seals: Seals, peer: Peer) -> None:
    peer.refuses = True

    with pytest.raises(OSError, match="refused"):
        await offer_by(seals)


async def test_a_service_that_is_not_there_stamps_nothing(tmp_path: Path) -> None:
    seals = seal_in(tmp_path, timestamp_url="http://127.0.0.1:9/", timestamp_timeout_seconds=1.5)

    with pytest.raises(OSError, match="timestamp"):
        await offer_by(seals)
