"""The broker's rules by their effect: a denied message is acknowledged all the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiomqtt
import pytest
from aiomqtt import ProtocolVersion
from brokers import HOST, Broker, running_broker, tls_of

from automat_link.topics import FROM_AUTOMATS, of_all, topic
from resolvers.automat_links.credentials import Credentials
from resolvers.automat_links.issuing import Identity

NOW = datetime.now(UTC)
MOMENT = 0.3
"""How long nothing may come before we say that nothing comes."""
Known = Identity | Credentials | None


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


@asynccontextmanager
async def connected(
    broker: Broker, who: Known, *, name: str | None = None, port: int | None = None
) -> AsyncIterator[aiomqtt.Client]:
    client = aiomqtt.Client(
        HOST,
        port or (broker.link_port if isinstance(who, Identity) else broker.port),
        identifier=name,
        protocol=ProtocolVersion.V5,
        tls_context=tls_of(who, broker.issuer.certificate),
        timeout=5,
    )
    async with client:
        yield client


async def heard(client: aiomqtt.Client, seconds: float = MOMENT) -> list[tuple[str, bytes]]:
    """Collect what comes within a moment."""
    found = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                found.append((str(message.topic), message.payload))
    return found


async def refused(broker: Broker, who: Known, **given: int) -> bool:
    try:
        async with connected(broker, who, **given):  # type: ignore[arg-type]
            return False
    except aiomqtt.MqttError:
        return True


async def test_an_automat_speaks_to_the_link_below_its_own_name(broker: Broker) -> None:
    ours = broker.credentials()
    async with connected(broker, broker.link()) as link, connected(broker, ours) as automat:
        for what in FROM_AUTOMATS:
            await link.subscribe(of_all(what), qos=1)
        for what in FROM_AUTOMATS:
            await automat.publish(topic(ours.link_id, what), b"1", qos=1)

        found = await heard(link)

    assert {name for name, _ in found} == {topic(ours.link_id, what) for what in FROM_AUTOMATS}
