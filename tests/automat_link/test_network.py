"""A network that is cut, and one that loses, doubles and mixes up."""

import asyncio

import pytest

from automat_link.simulator.network import Faults, Network
from automat_link.topics import Topic


async def carried(network: Network, count: int, what: Topic = Topic.REPORT) -> list[int]:
    """Carry numbered messages, and list what came, in its order."""
    came: list[int] = []

    async def deliver(payload: bytes) -> None:
        came.append(int(payload))

    for number in range(count):
        await network.carry(what, str(number).encode(), deliver)
    await asyncio.sleep(0.05)
    return came


async def test_a_good_network_brings_everything_once_and_in_order() -> None:
    assert await carried(Network(), 100) == list(range(100))


async def test_a_network_loses_as_many_as_it_should() -> None:
    came = await carried(Network(Faults(loss=1 / 3, seed=1)), 900)

    assert len(came) == pytest.approx(600, rel=0.1)
    assert came == sorted(set(came))


async def test_a_network_doubles_messages() -> None:
    came = await carried(Network(Faults(double=1.0)), 50)

    assert came == [number for number in range(50) for _ in range(2)]


async def test_a_network_mixes_messages_up_and_loses_none() -> None:
    came = await carried(Network(Faults(shuffle=0.02, seed=1)), 50)

    assert came != list(range(50))
    assert sorted(came) == list(range(50))


async def test_the_same_seed_goes_wrong_in_the_same_way() -> None:
    first, second, other = [
        await carried(Network(Faults(loss=0.5, double=0.5, seed=seed)), 100) for seed in (4, 4, 5)
    ]

    assert first == second
    assert first != other


async def test_only_some_messages_go_wrong() -> None:
    network = Network(Faults(loss=1.0, topics=frozenset({Topic.ANSWER})))

    assert await carried(network, 10, Topic.ANSWER) == []
    assert await carried(network, 10, Topic.REPORT) == list(range(10))


async def test_what_is_on_its_way_is_lost_when_a_network_is_cut() -> None:
    network, told = Network(Faults(shuffle=0.02, seed=1)), []
    network.cut_off = lambda: told.append("cut")
    came: list[bytes] = []

    async def deliver(payload: bytes) -> None:
        came.append(payload)

    for _ in range(20):
        await network.carry(Topic.REPORT, b"", deliver)
    network.cut()
    await asyncio.sleep(0.05)

    assert not came
    assert told == ["cut"]
    assert network.is_cut


async def test_one_waits_until_a_network_is_there_again() -> None:
    network = Network()
    network.cut()
    waiting = asyncio.create_task(network.there())
    await asyncio.sleep(0)
    assert not waiting.done()

    network.mend()
    await waiting


async def test_a_message_that_comes_too_late_for_its_connection_is_only_lost() -> None:
    network = Network(Faults(shuffle=0.01))

    async def deliver(_payload: bytes) -> None:
        raise ConnectionError

    await network.carry(Topic.REPORT, b"", deliver)
    await asyncio.sleep(0.03)
