"""Brokers that die at any moment leave no complaint behind on standard error."""

import asyncio
import socket
from typing import Any

import pytest
from brokers import running_broker

from automat_link.descriptors import WatchingLoop
from automat_link.simulator.credentials import Identity
from automat_link.simulator.fleet import fleet_of

AUTOMATS, TIMES = 30, 6
PATIENCE = 60.0


async def complaints_of_a_turn(ours: socket.socket | None, told_of: socket.socket) -> list[Any]:
    """Have a socket watched that is closed before the loop gets to it."""
    complaints: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, told: complaints.append(told))
    watching = WatchingLoop(loop, lambda: ours)
    for watch in (watching.add_reader, watching.add_writer):
        watching.call_soon_threadsafe(watch, told_of.fileno(), lambda: None)
    told_of.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return complaints


async def test_a_socket_that_is_closed_before_it_is_watched_is_left_alone() -> None:
    told_of, other = socket.socketpair()
    with other:
        assert await complaints_of_a_turn(told_of, told_of) == []


async def test_a_connection_that_is_lost_before_it_is_watched_is_left_alone() -> None:
    told_of, other = socket.socketpair()
    with other:
        assert await complaints_of_a_turn(None, told_of) == []


async def test_what_has_the_number_of_a_closed_socket_is_not_watched_for_it() -> None:
    loop = asyncio.get_running_loop()
    one, other = socket.socketpair()
    with one, other:
        WatchingLoop(loop, lambda: None).add_reader(one.fileno(), lambda: None)

        assert not loop.remove_reader(one.fileno())


# paho leaves its socket to the collector when `do_handshake` fails (its `_ssl_wrap_socket`): that
# says nothing of ours, whose complaints are counted below.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
async def test_a_broker_that_dies_again_and_again_is_nothing_to_write_home_about() -> None:
    complaints: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, told: complaints.append(told))
    with running_broker() as broker:
        identities = [Identity(broker.credentials(), f"{number}") for number in range(AUTOMATS)]
        async with fleet_of(identities) as fleet:
            for _ in range(TIMES):
                await asyncio.wait_for(fleet["0"].connected.wait(), PATIENCE)
                broker.kill()  # while some are connected, and some about to be
                broker.start()
            await asyncio.wait_for(fleet.all_connected(), PATIENCE)

    assert complaints == []
