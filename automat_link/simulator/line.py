"""The connection of one automat to the broker: MQTT 5 over TLS, with a certificate of its own."""

import random
import socket
import ssl
import tempfile
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiomqtt

from automat_link.messages.states import Online
from automat_link.topics import Topic, topic
from resolvers.automat_links.credentials import Credentials

TLS_PORT = 8883
KEEPALIVE_SECONDS = 20
ANSWER_SECONDS = 10.0
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.5, 20.0
AT_ONCE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
"""Without it each small message waits for the answer to the one before (Nagle)."""


class Line(aiomqtt.Client):
    """One connection. The broker says for us that we are gone when we cannot say it ourselves.

    Args:
        credentials: Who we are.
        tls: Made by `tls_of`.
    """

    def __init__(self, credentials: Credentials, tls: ssl.SSLContext) -> None:
        address = urlsplit(credentials.broker)
        super().__init__(
            address.hostname or "",
            address.port or TLS_PORT,
            identifier=str(credentials.link_id),
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=True,
            keepalive=KEEPALIVE_SECONDS,
            timeout=ANSWER_SECONDS,
            tls_context=tls,
            socket_options=[AT_ONCE],
            will=aiomqtt.Will(
                topic(credentials.link_id, Topic.ONLINE),
                Online(online=False).written(),
                qos=1,
                retain=True,
            ),
        )
        self.pending_calls_threshold = 1_000

    def drop(self) -> None:
        """Break the connection without a word, as a cut cable does."""
        ours: Any = self._client.socket()
        if ours is not None:
            with suppress(OSError):
                ours.shutdown(socket.SHUT_RDWR)


def tls_of(credentials: Credentials) -> ssl.SSLContext:
    """Make what an automat shows to the broker, and by what it knows the broker.

    Raises:
        ValueError: The private key is not with them, or they are damaged.
    """
    if credentials.private_key is None:
        message = "The private key is not in the credentials; its cabinet alone has it."
        raise ValueError(message)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=credentials.authority)
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # readable by us alone
            file.write(credentials.certificate + credentials.private_key)
            file.flush()
            context.load_cert_chain(file.name)
    except ssl.SSLError as error:
        message = "These credentials are damaged."
        raise ValueError(message) from error
    return context


def rest_seconds(failures: int) -> float:
    """Say how long to wait before the next attempt to connect: chance alone, up to 20 seconds.

    When a broker comes back, its automats come one after the other.

    Args:
        failures: How many attempts have failed in a row.
    """
    longest = min(FIRST_REST_SECONDS * 2 ** min(failures, 10), LONGEST_REST_SECONDS)
    return random.uniform(0, longest)  # noqa: S311 - nothing secret
