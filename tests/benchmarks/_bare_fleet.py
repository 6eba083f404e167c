"""As many bare aiomqtt clients as there are automats: what they take, and how they come back."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

from aiomqtt import MqttError
from brokers import HOST, Broker, tls_of
from linked import eventually

from automat_link.connection import Broker as Address
from automat_link.connection import client_of, rest_seconds
from automat_link.topics import Topic, topic
from resolvers.automat_links.credentials import Credentials
from resolvers.waking import end

PAGE_KIB = 4
PATIENCE = 900.0


def memory_mib(process: str = "self") -> float:
    """Tell how much memory a process has, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * PAGE_KIB / 1024


class Bare:
    """One client with a certificate of its own that connects again when it is lost."""

    def __init__(self, broker: Broker, credentials: Credentials) -> None:
        self.connections = 0
        self._broker, self._id = broker, credentials.link_id
        self._tls = tls_of(credentials, credentials.authority)

    async def run(self) -> None:
        failures = 0
        while True:
            before = self.connections
            with suppress(MqttError):
                async with client_of(
                    Address(HOST, self._broker.port, self._tls), str(self._id)
                ) as client:
                    await client.subscribe(topic(self._id, Topic.COMMAND), qos=1)
                    self.connections += 1
                    async for _ in client.messages:
                        pass
            failures = 0 if self.connections != before else failures + 1
            await asyncio.sleep(rest_seconds(failures))  # as automats do


async def bare_fleet(broker: Broker, count: int) -> tuple[float, float, float]:
    """Connect bare clients, kill their broker, and let them come back.

    Returns:
        The seconds until all are connected, MiB for 1 000 of them, and the seconds until all are
        back after the broker was killed and started again.
    """
    bare = [Bare(broker, broker.credentials()) for _ in range(count)]
    before, began = memory_mib(), time.perf_counter()
    tasks = [asyncio.create_task(one.run()) for one in bare]
    try:
        await eventually(lambda: all(one.connections for one in bare), PATIENCE)
        connecting = time.perf_counter() - began
        memory = (memory_mib() - before) / count * 1_000
        seen = [one.connections for one in bare]
        began = time.perf_counter()
        await asyncio.to_thread(broker.restart)
        await eventually(
            lambda: all(one.connections > was for one, was in zip(bare, seen, strict=True)),
            PATIENCE,
        )
        return connecting, memory, time.perf_counter() - began
    finally:
        await end(*tasks)
