"""A client that takes all messages that have come whenever it looks.

Left to itself it takes one in each turn of the loop (each message is a TLS record of its own, and
paho reads one packet when it is called). A turn takes as long as everything that is ready in it, so
a busy link would hear no faster than it turns, and all that waits for an answer would wait for it.
"""

import select
from collections.abc import Callable
from functools import partial
from typing import Any

from paho.mqtt.enums import MQTTErrorCode

from automat_link.descriptors import CalmClient

MOST_AT_ONCE = 100
"""How many reads there are in one turn at most, so that others have theirs."""


class EagerClient(CalmClient):
    """A client for one who has much to hear; its arguments are those of `aiomqtt.Client`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paho = self._client
        vars(paho)["loop_read"] = partial(read_all, paho.loop_read, paho.socket)


def read_all(read: Callable[[], MQTTErrorCode], socket: Callable[[], Any]) -> MQTTErrorCode:
    """Read until nothing is there to be read at once, or the connection is lost.

    Args:
        read: Reads one packet, and handles it.
        socket: Gives the socket of the connection; None when there is none any more.
    """
    for _ in range(MOST_AT_ONCE):
        result = read()
        ours = socket()
        if result is not MQTTErrorCode.MQTT_ERR_SUCCESS or ours is None or not is_readable(ours):
            break
    return result


def is_readable(socket: Any) -> bool:
    """Tell whether something has come: to the machine, or only to TLS, which had opened it."""
    if hasattr(socket, "pending") and socket.pending():
        return True
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
