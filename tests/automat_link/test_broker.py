"""The broker's rules by their effect: a denied message is acknowledged all the same."""

import asyncio
import socket
import ssl
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiomqtt
import pytest
from aiomqtt import ProtocolVersion
from brokers import HOST, Broker, running_broker, tls_of
from linked import eventually

from automat_link.messages.base import LONGEST_MESSAGE
from automat_link.topics import FROM_AUTOMATS, TO_AUTOMATS, Topic, of_all, topic
from resolvers.automat_links import broker_folder
from resolvers.automat_links.credentials import Credentials, new_credentials
from resolvers.automat_links.issuing import Identity, Issuer, Revoked

NOW = datetime.now(UTC)
MOMENT = 0.3
"""How long nothing may come before we say that nothing comes."""
PATIENCE = 30.0
"""How long we wait for what should come."""
GREETING = b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00"
"""A CONNECT of MQTT 5.0 (3.1) without a name, which is answered one way or another."""
EVERYTHING = "#"
UNKNOWN = "TLSV1_ALERT_UNKNOWN_CA"
Known = Identity | Credentials | None


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


def client_of(
    broker: Broker,
    who: Known,
    *,
    name: str | None = None,
    port: int | None = None,
    **given: Any,
) -> aiomqtt.Client:
    """Make a client; links come by the listener for links."""
    return aiomqtt.Client(
        HOST,
        port or (broker.link_port if isinstance(who, Identity) else broker.port),
        identifier=name,
        protocol=ProtocolVersion.V5,
        tls_context=tls_of(who, broker.issuer.certificate),
        **({"timeout": PATIENCE} | given),
    )


@asynccontextmanager
async def connected(broker: Broker, who: Known, **given: Any) -> AsyncIterator[aiomqtt.Client]:
    async with client_of(broker, who, **given) as client:
        yield client


async def heard(client: aiomqtt.Client, count: int = 0) -> list[tuple[str, bytes]]:
    """Wait for so many messages, and collect what else comes within a moment."""
    found: list[tuple[str, bytes]] = []
    now = asyncio.get_running_loop().time
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(PATIENCE if count else MOMENT) as limit:
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                found.append((str(message.topic), message.payload))
                if len(found) >= count:
                    limit.reschedule(now() + MOMENT)
    return found


def refusal(
    broker: Broker, who: Known, *, port: int | None = None, tls: ssl.SSLContext | None = None
) -> str | None:
    """Tell by which alert somebody is refused; None for whoever may say more."""
    context = tls or tls_of(who, broker.issuer.certificate)
    with socket.create_connection((HOST, port or broker.port), PATIENCE) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=HOST) as wrapped:
                return None if is_answered(wrapped) else "closed"
        except ssl.SSLError as error:
            return error.reason


def is_answered(wrapped: ssl.SSLSocket) -> bool:
    """Greet, and tell whether that is answered; with TLS 1.3 an alert comes after our side is done.

    Whoever is refused at once should not have greeted: what they sent would hide the alert.
    """
    with suppress(TimeoutError):
        wrapped.settimeout(MOMENT)
        return bool(wrapped.recv(1))
    wrapped.settimeout(PATIENCE)
    wrapped.sendall(GREETING)
    return bool(wrapped.recv(1))


def topic_of(link_id: UUID, name: str) -> str:
    return f"keys/v1/{link_id}/{name}"


def cut_off(client: aiomqtt.Client) -> None:
    """Lose the network without a goodbye."""
    plain = client._client.socket()
    assert plain is not None
    plain.shutdown(socket.SHUT_RDWR)


async def test_an_automat_speaks_to_the_link_below_its_own_name(broker: Broker) -> None:
    ours = broker.credentials()
    async with connected(broker, broker.link()) as link, connected(broker, ours) as automat:
        for what in FROM_AUTOMATS:
            await link.subscribe(of_all(what), qos=1)
        for what in FROM_AUTOMATS:
            await automat.publish(topic(ours.link_id, what), b"1", qos=1)

        found = await heard(link, len(FROM_AUTOMATS))

    assert {name for name, _ in found} == {topic(ours.link_id, what) for what in FROM_AUTOMATS}


async def test_what_an_automat_says_as_another_one_is_acknowledged_and_never_comes(
    broker: Broker,
) -> None:
    ours, theirs = broker.credentials(), broker.credentials()
    async with connected(broker, broker.link()) as link, connected(broker, ours) as automat:
        await link.subscribe(EVERYTHING, qos=1)
        for name in (*Topic, "elsewhere"):
            await automat.publish(topic_of(theirs.link_id, name), b"stolen", qos=1, retain=True)
        for name in (*TO_AUTOMATS, "elsewhere"):
            await automat.publish(topic_of(ours.link_id, name), b"forged", qos=1, retain=True)
        await automat.publish("elsewhere", b"stray", qos=1, retain=True)
        await automat.publish(topic(ours.link_id, Topic.REPORT), b"witness", qos=1)

        found = await heard(link, 1)

    assert found == [(topic(ours.link_id, Topic.REPORT), b"witness")]
    for one in (ours, theirs):
        async with connected(broker, one) as victim:
            await victim.subscribe(EVERYTHING, qos=1)
            assert await heard(victim) == []


async def test_an_automat_hears_what_is_for_it_and_nothing_else(broker: Broker) -> None:
    ours, theirs = broker.credentials(), broker.credentials()
    async with connected(broker, broker.link()) as link, connected(broker, ours) as automat:
        for name in (EVERYTHING, "keys/v1/+/command", "$SYS/#", f"keys/v1/{theirs.link_id}/#"):
            await automat.subscribe(name, qos=1)
        for what in TO_AUTOMATS:
            await automat.subscribe(topic(theirs.link_id, what), qos=1)
            await link.publish(topic(theirs.link_id, what), b"theirs", qos=1)
            await link.publish(topic(ours.link_id, what), b"ours", qos=1)

        found = await heard(automat, len(TO_AUTOMATS))

    assert {name for name, _ in found} == {topic(ours.link_id, what) for what in TO_AUTOMATS}
    assert {payload for _, payload in found} == {b"ours"}


async def test_an_automat_cannot_take_over_the_session_of_another_one(broker: Broker) -> None:
    ours, theirs = broker.credentials(), broker.credentials()
    async with connected(broker, theirs) as other, connected(broker, broker.link()) as link:
        await other.subscribe(topic(theirs.link_id, Topic.COMMAND), qos=1)
        async with connected(broker, ours, name=str(theirs.link_id)):
            await link.publish(topic(theirs.link_id, Topic.COMMAND), b"1", qos=1)

            assert len(await heard(other, 1)) == 1


async def test_two_links_with_one_certificate_hear_the_same(broker: Broker) -> None:
    ours, known = broker.link(), broker.credentials()
    async with (
        connected(broker, ours) as one,
        connected(broker, ours) as two,
        connected(broker, known) as automat,
    ):
        for link in (one, two):
            await link.subscribe(of_all(Topic.REPORT), qos=1)
        await automat.publish(topic(known.link_id, Topic.REPORT), b"1", qos=1)

        assert await heard(one, 1) == await heard(two, 1) != []


def test_nobody_comes_in_without_a_good_certificate(broker: Broker) -> None:
    long_ago = NOW - timedelta(days=6 * 365)
    stranger = Issuer.new(NOW)
    strangers = new_credentials(stranger, uuid4(), broker.url, NOW)
    server = broker.issuer.server([HOST], NOW)

    assert refusal(broker, broker.credentials()) is None
    assert refusal(broker, None) == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    assert refusal(broker, broker.credentials(now=long_ago)) == "SSLV3_ALERT_CERTIFICATE_EXPIRED"
    assert refusal(broker, strangers) == UNKNOWN
    assert refusal(broker, stranger.link(NOW), port=broker.link_port) == UNKNOWN
    assert refusal(broker, None, port=broker.link_port) == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    wrong_use = refusal(broker, server)
    assert wrong_use == "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "the broker's signs nobody in"


def test_older_versions_of_tls_are_refused(broker: Broker) -> None:
    tls = tls_of(broker.credentials(), broker.issuer.certificate)
    tls.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    assert refusal(broker, None, tls=tls) == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_what_is_revoked_is_refused_once_the_broker_has_read_the_list(
    broker: Broker,
) -> None:
    ours, theirs = broker.credentials(), broker.credentials()
    assert refusal(broker, ours) is None

    revoked = Revoked(int(ours.serial, 16), NOW)
    listed = broker.issuer.revocations([revoked], 2, NOW)
    broker_folder.write(broker.folder, broker_folder.REVOKED, listed)
    broker.reload()

    patient_until = time.monotonic() + PATIENCE
    while refusal(broker, ours) != "SSLV3_ALERT_CERTIFICATE_REVOKED":
        assert time.monotonic() < patient_until
    assert refusal(broker, theirs) is None


async def test_a_message_that_is_too_large_ends_the_connection(broker: Broker) -> None:
    ours = broker.credentials()
    name = topic(ours.link_id, Topic.REPORT)
    async with connected(broker, broker.link()) as link:
        await link.subscribe(of_all(Topic.REPORT), qos=1)
        async with connected(broker, ours) as automat:
            await automat.publish(name, b"x" * LONGEST_MESSAGE, qos=1)
        assert [len(payload) for _, payload in await heard(link, 1)] == [LONGEST_MESSAGE]

        with pytest.raises(aiomqtt.MqttError):
            async with connected(broker, ours, timeout=5) as automat:
                await automat.publish(name, b"x" * 2 * LONGEST_MESSAGE, qos=1)

        assert await heard(link) == []


async def test_a_lost_automat_is_told_of_by_its_last_will(broker: Broker) -> None:
    ours = broker.credentials()
    name = topic(ours.link_id, Topic.ONLINE)
    async with connected(broker, broker.link()) as link:
        await link.subscribe(of_all(Topic.ONLINE), qos=1)
        client = client_of(broker, ours, will=aiomqtt.Will(name, b"gone", qos=1, retain=True))
        async with client:
            await client.publish(name, b"here", qos=1, retain=True)
            cut_off(client)
            found = await heard(link, 2)
            with suppress(aiomqtt.MqttError):
                await client.publish(name, b"x")

    assert (name, b"gone") in found


def has_written_down(broker: Broker, name: str) -> bool:
    """Tell whether a topic is in the file that a broker writes anew each second."""
    kept = broker.folder / "data" / "mosquitto.db"
    return kept.exists() and name.encode() in kept.read_bytes()


async def test_what_was_wanted_survives_the_death_of_the_broker_and_not_its_folder() -> None:
    with running_broker() as broker:
        ours = broker.credentials()
        name = topic(ours.link_id, Topic.WANT_CODES)
        async with connected(broker, broker.link()) as link:
            await link.publish(name, b"codes", qos=1, retain=True)
        await eventually(lambda: has_written_down(broker, name))

        for empty, kept in ((False, [(name, b"codes")]), (True, [])):
            broker.restart(empty=empty)
            async with connected(broker, ours) as automat:
                await automat.subscribe(name, qos=1)
                assert await heard(automat, len(kept)) == kept


async def test_its_log_says_who_came_and_nothing_of_what_they_said(broker: Broker) -> None:
    ours = broker.credentials()
    async with connected(broker, ours) as automat:
        await automat.publish(topic(ours.link_id, Topic.REPORT), b"nobody reads this", qos=1)

    assert str(ours.link_id) in broker.log
    assert "nobody reads this" not in broker.log
    assert "/report" not in broker.log
