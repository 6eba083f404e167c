"""A geocoding service for the tests of this folder."""

from collections.abc import Iterator

import pytest
from geocoding_peer import Peer, geocoding_peer


@pytest.fixture(scope="module")
def peer_server() -> Iterator[Peer]:
    with geocoding_peer() as peer:
        yield peer


@pytest.fixture
def peer(peer_server: Peer) -> Peer:
    return peer_server.anew()
