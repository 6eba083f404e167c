"""The connection of one automat to the broker: MQTT 5 over TLS, with a certificate of its own."""

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiomqtt

from automat_link.connection import (
    ANSWER_SECONDS,
    AT_ONCE,
    KEEPALIVE_SECONDS,
    port_of,
    tls_to,
)
from automat_link.descriptors import CalmClient
from automat_link.messages.states import Online
from automat_link.topics import Topic, topic
from resolvers.automat_links.credentials import Credentials

silent = logging.getLogger(f"{__name__}.client")
silent.setLevel(logging.CRITICAL)
"""A connection that is lost is nothing to write home about: it is what automats do."""


class Line(CalmClient):
    """One connection. The broker says for us that we are gone when we cannot say it ourselves.

    Args:
        credentials: Who we are.
        tls: Made by `tls_of`.
    """

    def __init__(self, credentials: Credentials, tls: ssl.SSLContext) -> None:
        super().__init__(
            urlsplit(credentials.broker).hostname or "",
            port_of(credentials.broker) or 0,
            identifier=str(credentials.link_id),
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=True,
            keepalive=KEEPALIVE_SECONDS,
            timeout=ANSWER_SECONDS,
            tls_context=tls,
            socket_options=[AT_ONCE],
            logger=silent,
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
            with suppress(OSError):  # below TLS, which would go on in the clear
                socket.socket.shutdown(ours, socket.SHUT_RDWR)

    async def __aenter__(self) -> Self:
        """Connect; who gets no connection is told so, and need not be told twice.

        Raises:
            aiomqtt.MqttError: There is no connection.
        """
        lost = self._disconnected
        try:
            return await super().__aenter__()
        finally:
            _is_told(lost)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect; why a connection was lost counts as told, whoever noticed it first."""
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            _is_told(self._disconnected)


def _is_told(lost: asyncio.Future[None]) -> None:
    """Let nobody complain that the loss of a connection was not asked for."""
    if lost.done() and not lost.cancelled():
        lost.exception()


def tls_of(credentials: Credentials) -> ssl.SSLContext:
    """Make what an automat shows to the broker, and by what it knows the broker.

    Raises:
        ValueError: The private key is not with them, they name no broker, or are damaged.
    """
    if credentials.private_key is None:
        message = "The private key is not in the credentials; its cabinet alone has it."
        raise ValueError(message)
    if urlsplit(credentials.broker).scheme != "mqtts" or not port_of(credentials.broker):
        message = "The credentials name no broker, mqtts://host:port."
        raise ValueError(message)
    try:
        return tls_to(credentials.authority, credentials.certificate + credentials.private_key)
    except ssl.SSLError as error:
        message = "These credentials are damaged."
        raise ValueError(message) from error
