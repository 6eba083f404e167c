"""What is published to automats: sealed with their keys, each message under its own topic."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import TypeVar
from uuid import UUID

from aiomqtt import Client, MqttError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from automat_link.keys import Keys
from automat_link.messages.base import Message
from automat_link.messages.wanted import Heard
from automat_link.sealing import seal
from automat_link.topics import Topic, topic
from resolvers.waking import Patience

Item = TypeVar("Item")
AT_LEAST_ONCE = 1
AT_ONCE = 50
"""How many messages of one sort are under way together."""
RETAINED = Topic.WANT_CODES, Topic.WANT_HEARD, Topic.STATE, Topic.ONLINE


class Voice:
    """Speaks to automats over one connection to the broker.

    Args:
        client: The connection.
        keys: What seals for each automat.
    """

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def want(self, link_id: UUID, what: Topic, message: Message) -> None:
        """Publish what is wanted of an automat, sealed, to be told whenever it connects."""
        payload = await self._sealed(link_id, what, message)
        if payload is not None:
            await self._publish(topic(link_id, what), payload, retain=True)

    async def heard(self, link_id: UUID, message: Heard) -> None:
        """Publish up to which number an automat was heard, and what time it is.

        That is no secret, but the automat forgets reports and sets its clock by it: it is sealed,
        so that nobody else can say it.
        """
        await self.want(link_id, Topic.WANT_HEARD, message)

    async def command(self, link_id: UUID, message: Message, left: timedelta) -> None:
        """Publish a command, which the broker forgets when its deadline has passed."""
        payload = await self._sealed(link_id, Topic.COMMAND, message)
        if payload is None or left <= timedelta(0):
            return
        properties = Properties(PacketTypes.PUBLISH)
        properties.MessageExpiryInterval = math.ceil(left.total_seconds())
        await self._publish(topic(link_id, Topic.COMMAND), payload, properties=properties)

    async def clear(self, link_id: UUID) -> None:
        """Let the broker forget all that it retains about an automat that is taken back."""
        for what in RETAINED:
            await self._publish(topic(link_id, what), b"", retain=True)

    async def _sealed(self, link_id: UUID, what: Topic, message: Message) -> bytes | None:
        key = await self._keys.of(link_id)
        return None if key is None else seal(key, topic(link_id, what), message.written())

    async def _publish(
        self,
        name: str,
        payload: bytes,
        *,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> None:
        await self._client.publish(
            name, payload, qos=AT_LEAST_ONCE, retain=retain, properties=properties
        )


async def each(speak: Callable[[Item], Awaitable[None]], items: Sequence[Item]) -> None:
    """Say something for each of many, some of them at once.

    Raises:
        MqttError: The connection is lost; what was begun has ended by then.
    """
    for at in range(0, len(items), AT_ONCE):
        speaking = (speak(item) for item in items[at : at + AT_ONCE])
        for outcome in await asyncio.gather(*speaking, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome


class Steady(Patience):
    """Bears errors, but not those that are somebody else's to bear.

    Args:
        who: Who goes on.
        passes: What is not borne: the end of the connection to the broker ends what uses it.
    """

    def __init__(self, who: str, passes: tuple[type[BaseException], ...] = (MqttError,)) -> None:
        super().__init__(who)
        self._passes = passes

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Bear an error of the block, or pass it on."""
        return not isinstance(error, self._passes) and super().__exit__(kind, error, trace)
