"""Who owns the broker gives no orders: what is not sealed for an automat is passed over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from brokers import Broker, running_broker
from server_peer import Server, server_at

from automat_link.messages.base import Message
from automat_link.messages.commands import OpenLocker
from automat_link.messages.wanted import Heard, WantedCode, WantedCodes
from automat_link.sealing import seal
from automat_link.simulator.credentials import Identity
from automat_link.simulator.fleet import Fleet, build
from automat_link.topics import Topic, topic
from models.automat_reports import CodeKind
from models.codes import CodeUse
from resolvers.automat_links.credentials import Credentials

NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


def orders() -> dict[Topic, Message]:
    code = WantedCode(
        id="forged",
        code="830492",
        kind=CodeKind.PIN,
        use=CodeUse.FETCH_AND_RETURN,
        locker_index=3,
        opens_at=datetime.now(UTC),
    )
    return {
        Topic.WANT_HEARD: Heard(number=1_000_000, at=NEXT_YEAR),
        Topic.WANT_CODES: WantedCodes(revision=1_000_000, at=NEXT_YEAR, codes=[code]),
        Topic.COMMAND: OpenLocker(id=uuid4(), until=NEXT_YEAR, locker_index=3),
    }


async def publish(server: Server, name: str, payload: bytes) -> None:
    await server.client.publish(name, payload, qos=1, retain=name.endswith(("codes", "heard")))


def forgeries(credentials: Credentials) -> list[tuple[str, bytes]]:
    """List orders as they are, sealed with another key, and sealed for another topic."""
    told = {topic(credentials.link_id, what): one.written() for what, one in orders().items()}
    other_key = {name: seal(bytes(32), name, message) for name, message in told.items()}
    elsewhere = topic(uuid4(), Topic.COMMAND)
    other_topic = {
        name: seal(credentials.codes_key, elsewhere, message) for name, message in told.items()
    }
    return [*told.items(), *other_key.items(), *other_topic.items()]


async def test_an_automat_obeys_nothing_that_is_not_sealed_for_it(broker: Broker) -> None:
    credentials = broker.credentials()
    automat = build(Identity(credentials), contents={3: None})
    cabinet = automat.cabinet
    async with server_at(broker, credentials) as server, Fleet({"00331": automat}):
        await server.until(lambda: cabinet.log.oldest_number > cabinet.log.last_number)
        last = cabinet.log.last_number

        for name, payload in forgeries(credentials):
            await publish(server, name, payload)
        await server.say_heard(credentials.link_id)
        opened = await server.command(credentials.link_id, OpenLocker, locker_index=4)
        await server.answer_to(opened)

        assert [one.index for one in cabinet.lockers if one.door_open] == [4]
        assert cabinet.codes.revision is None
        assert cabinet.log.last_number == last + 1
        assert abs(cabinet.clock.ahead) < timedelta(minutes=1)
