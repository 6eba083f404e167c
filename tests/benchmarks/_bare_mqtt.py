"""The yardstick: messages with QoS 1 from one bare aiomqtt client to another over a broker."""

import asyncio
import statistics
import time

from aiomqtt import Client
from brokers import HOST, Broker, tls_of

from automat_link.connection import Broker as Address
from automat_link.connection import client_of
from automat_link.topics import Topic, of_all, topic
from resolvers.automat_links.credentials import Credentials
from resolvers.waking import end

AT_ONCE = 100
MESSAGE = b"x" * 300


async def bare_rate(broker: Broker, count: int = 1_500) -> float:
    """Tell how many messages of 300 bytes arrive in a second, both ends in this process.

    They are so few that all of them may wait at the receiver: of more it would drop some.
    """
    sender, receiver = broker.credentials(), broker.link()
    tls = tls_of(sender, sender.authority), tls_of(receiver, receiver.authority)
    one = client_of(Address(HOST, broker.port, tls[0]), str(sender.link_id))
    other = client_of(Address(HOST, broker.link_port, tls[1]), "bare")
    async with one, other:
        await other.subscribe(of_all(Topic.REPORT), qos=1)
        receiving = asyncio.create_task(receive(other, count))
        began = time.perf_counter()
        await send(one, sender, count)
        await receiving
        return count / (time.perf_counter() - began)


async def bare_round_trip(broker: Broker, count: int = 200) -> float:
    """Tell how many seconds the median message of 300 bytes takes there and back, one by one."""
    sender, receiver = broker.credentials(), broker.link()
    tls = tls_of(sender, sender.authority), tls_of(receiver, receiver.authority)
    one = client_of(Address(HOST, broker.port, tls[0]), str(sender.link_id))
    other = client_of(Address(HOST, broker.link_port, tls[1]), "bare")
    there, back = topic(sender.link_id, Topic.REPORT), topic(sender.link_id, Topic.COMMAND)
    async with one, other:
        await other.subscribe(of_all(Topic.REPORT), qos=1)
        await one.subscribe(back, qos=1)
        answering = asyncio.create_task(answer(other, back))
        taken = []
        for _ in range(count):
            began = time.perf_counter()
            await one.publish(there, MESSAGE, qos=1)
            await anext(aiter(one.messages))
            taken.append(time.perf_counter() - began)
        await end(answering)
    return statistics.median(taken)


async def answer(client: Client, name: str) -> None:
    async for _ in client.messages:
        await client.publish(name, MESSAGE, qos=1)


async def send(client: Client, sender: Credentials, count: int) -> None:
    name = topic(sender.link_id, Topic.REPORT)
    for _ in range(count // AT_ONCE):
        await asyncio.gather(*(client.publish(name, MESSAGE, qos=1) for _ in range(AT_ONCE)))


async def receive(client: Client, count: int) -> None:
    async for _ in client.messages:
        count -= 1
        if not count:
            return
