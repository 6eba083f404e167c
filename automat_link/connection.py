"""The way to the broker: MQTT 5, over TLS everywhere but on this machine, again when it is lost.

Sessions are clean: nothing is kept for us at the broker that could be old or overflow. What was
missed is told again by the retained messages, and by the numbers of the reports.
"""

import logging
import random
import socket
import ssl
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from aiomqtt import Client, ProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from automat_link.messages.base import LONGEST_MESSAGE
from automat_link.reading import EagerClient

PORTS = {"mqtts": 8883, "mqtt": 1883}
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
KEEPALIVE_SECONDS = 20
"""A broker that is gone without a word is noticed after one and a half times as long."""
ANSWER_SECONDS = 10.0
INFLIGHT = 200
"""How many of our messages may be under way at once; the broker's own limit comes first."""
WAITING_MESSAGES = 2_000
"""How many messages wait here at most. What comes then is dropped, which loses nothing: an automat
keeps each report until it was told that it was heard.

Of reports, which have half a kilobyte, that is 1 MB; of messages as long as automats may send them
(`LONGEST_SAID`), 128 MB.
"""
LONGEST_TOPIC = 1_000
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.5, 20.0
AT_ONCE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
"""Without it each small message waits for the answer to the one before (Nagle): 40 to 80 ms."""

logger = logging.getLogger(__name__)
quiet = logging.getLogger(f"{__name__}.client")
quiet.setLevel(logging.ERROR)
"""The client would write a line for every message that it drops."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who we are there.

    Args:
        host: Its name or address.
        port: Its port.
        tls: How it is known, and with what certificate we are; None without TLS.
        username: Who we are; None where a certificate says it.
        password: The password for it.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def broker_at(
    url: str,
    *,
    authority: str | None = None,
    certificate: str | None = None,
    username: str | None = None,
    password: str | None = None,
) -> Broker:
    """Name a broker by its address.

    Args:
        url: mqtts://host:port, or mqtt://host:port on this machine.
        authority: The certificates (PEM) by which it is known; those of the system when left out.
        certificate: Our certificate and its private key (PEM), where they say who we are.
        username: Who we are there, where a name says it.
        password: The password for it.

    Raises:
        ValueError: It is no such address, or would send secrets over a network for all to read.
    """
    parts, port = urlsplit(url), port_of(url)
    if (
        port is None
        or parts.scheme not in PORTS
        or not parts.hostname
        or parts.path not in {"", "/"}
    ):
        message = "it is not of the form mqtts://host:port."
        raise ValueError(message)
    if parts.username or parts.password:
        message = "it holds a name or a password, which are set beside it."
        raise ValueError(message)
    if parts.scheme == "mqtt" and parts.hostname not in THIS_MACHINE:
        message = "mqtt:// is for this machine alone; use mqtts://."
        raise ValueError(message)
    tls = tls_to(authority, certificate) if parts.scheme == "mqtts" else None
    return Broker(parts.hostname, port, tls, username or None, password or None)


def port_of(url: str) -> int | None:
    """Tell the port of an address; None for one that is of another kind."""
    parts = urlsplit(url)
    try:
        return parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None


def tls_to(authority: str | None, certificate: str | None) -> ssl.SSLContext:
    """Make what knows a broker by its certificate and its name, TLS 1.2 or newer (RFC 9325).

    Args:
        authority: See `broker_at`.
        certificate: See `broker_at`.

    Raises:
        ValueError: There is no certificate in `authority`.
    """
    try:
        context = ssl.create_default_context(cadata=authority)
    except ssl.SSLError as error:
        message = "there is no certificate in the authority's file."
        raise ValueError(message) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        with NamedTemporaryFile("w", suffix=".pem") as file:  # OpenSSL reads it from a file alone
            file.write(certificate)
            file.flush()
            context.load_cert_chain(file.name)
    return context


def client_of(broker: Broker, identifier: str, *, longest: int = LONGEST_MESSAGE) -> Client:
    """Make a client; `async with` it to connect.

    Args:
        broker: Where to.
        identifier: What no other client is called: of two with one name the broker drops the first.
        longest: How many bytes a message may have that we are sent.
    """
    limits = Properties(PacketTypes.CONNECT)
    limits.ReceiveMaximum = 1_000
    limits.MaximumPacketSize = longest + LONGEST_TOPIC
    client = EagerClient(
        broker.host,
        broker.port,
        username=broker.username,
        password=broker.password,
        tls_context=broker.tls,
        identifier=identifier,
        protocol=ProtocolVersion.V5,
        keepalive=KEEPALIVE_SECONDS,
        timeout=ANSWER_SECONDS,
        properties=limits,
        max_inflight_messages=INFLIGHT,
        max_queued_incoming_messages=WAITING_MESSAGES,
        socket_options=[AT_ONCE],
        logger=quiet,
    )
    client.pending_calls_threshold = INFLIGHT
    return client


def rest_seconds(attempts: int, longest: float = LONGEST_REST_SECONDS) -> float:
    """Say how long to wait before the next attempt: any time up to a bound that doubles.

    All of it is chance ("full jitter"), so that a thousand clients that lost the same broker do
    not come back in the same moment.

    Args:
        attempts: How many have failed in a row, from 1.
        longest: The highest bound, in seconds.
    """
    bound = FIRST_REST_SECONDS * 2 ** min(attempts, 10)
    return random.uniform(0, min(bound, longest))  # noqa: S311 - nothing secret
