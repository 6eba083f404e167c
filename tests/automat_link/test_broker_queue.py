"""What waits at the broker for a link that is slow, or away: so many bytes, and not more."""

import asyncio

from aiomqtt import Client, ProtocolVersion
from brokers import HOST, Broker, running_broker, tls_of
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from automat_link.topics import Topic, of_all, topic

OURS, ROOM = "max_queued_bytes 268435456", 2_000_000
LENGTH, FITS, TOO_MANY = 100_000, 15, 60
MOMENT = 2.0


def with_less_room(broker: Broker) -> None:
    """Let a broker keep less than ours, so that a test need not send so much."""
    path = broker.folder / "mosquitto.conf"
    configured = path.read_text()
    assert OURS in configured
    path.write_text(configured.replace(OURS, f"max_queued_bytes {ROOM}"))
    broker.restart()


def lasting(broker: Broker) -> Client:
    """Make a link whose session outlasts its connection, so that messages wait for it."""
    hour = Properties(PacketTypes.CONNECT)
    hour.SessionExpiryInterval = 3_600
    return Client(
        HOST,
        broker.link_port,
        identifier="slow",
        protocol=ProtocolVersion.V5,
        clean_start=False,
        properties=hour,
        tls_context=tls_of(broker.link(), broker.issuer.certificate),
    )


async def kept_of(broker: Broker, count: int) -> int:
    """Send so many messages while a link is away, and count those that it gets then."""
    ours = broker.credentials()
    async with lasting(broker) as link:
        await link.subscribe(of_all(Topic.REPORT), qos=1)
    automat = Client(
        HOST,
        broker.port,
        protocol=ProtocolVersion.V5,
        tls_context=tls_of(ours, broker.issuer.certificate),
    )
    async with automat:
        for _ in range(count):
            await automat.publish(topic(ours.link_id, Topic.REPORT), b"x" * LENGTH, qos=1)
    async with lasting(broker) as link:
        before = -1
        while len(link.messages) != before:
            before = len(link.messages)
            await asyncio.sleep(MOMENT)
        return before


async def test_what_fits_in_is_kept_and_what_does_not_is_dropped() -> None:
    with running_broker() as broker:
        with_less_room(broker)

        assert await kept_of(broker, FITS) == FITS
        assert FITS < await kept_of(broker, TOO_MANY) < TOO_MANY
