"""The connection of an automat: what is lost is told once."""

from typing import Any

import pytest
from aiomqtt import MqttError
from brokers import running_broker

from automat_link.simulator.line import Line, tls_of


async def test_a_connection_that_is_lost_while_it_is_made_leaves_no_complaint() -> None:
    with running_broker() as broker:
        credentials = broker.credentials()
    line = Line(credentials, tls_of(credentials))
    lost: Any = line._disconnected
    lost.set_exception(OSError("as its reader finds out"))

    with pytest.raises(MqttError):
        await line.__aenter__()

    assert not lost._log_traceback
