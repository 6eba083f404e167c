"""An automat that says too much is not heard for a while, and others are."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid4

from aiomqtt import Message as Received

from automat_link.allowance import Allowance
from automat_link.said import Reader
from automat_link.topics import Topic, topic

ONE, OTHER = uuid4(), uuid4()
NOW = datetime(2027, 6, 1, tzinfo=UTC)


def test_so_many_are_heard_at_once_and_then_so_many_a_second() -> None:
    seconds = 0.0
    allowance = Allowance(200, 20, lambda: seconds)

    assert sum(allowance.take(ONE) for _ in range(1_000)) == 200
    assert allowance.take(OTHER)
    seconds = 2.0
    assert sum(allowance.take(ONE) for _ in range(1_000)) == 40
    seconds = 3_600.0
    assert sum(allowance.take(ONE) for _ in range(1_000)) == 200


def test_what_is_too_much_is_not_even_taken() -> None:
    reader = Reader(Allowance(2, 1, lambda: 0.0))

    assert [reader.take(online(ONE), NOW) is None for _ in range(4)] == [False, False, True, True]
    assert reader.take(online(OTHER), NOW) is not None


def online(link_id: UUID) -> Received:
    name = SimpleNamespace(value=topic(link_id, Topic.ONLINE))
    return cast("Received", SimpleNamespace(topic=name, payload=b'{"online":true}', retain=False))
