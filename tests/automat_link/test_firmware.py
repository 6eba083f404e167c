"""Simulated automats at a real broker: what they say, and that nothing gets lost on the way."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from brokers import Broker, running_broker
from server_peer import SECONDS, Server, server_at

from automat_link.messages.commands import OpenLocker, Replay, Restart, Resync
from automat_link.messages.wanted import WantedCode
from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.clock import Clock
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.flash import MemoryFlash
from automat_link.simulator.network import Faults, Network
from models.automat_commands import CommandRefusal
from models.automat_reports import CodeKind
from models.codes import CodeUse
from resolvers.automat_links.credentials import Credentials


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


def automat_of(
    credentials: Credentials, network: Network | None = None, clock: Clock | None = None
) -> Firmware:
    cabinet = Cabinet(30, clock or Clock(), hardware_id="hw-1")
    return Firmware(credentials, cabinet, flash=MemoryFlash(), network=network)


@asynccontextmanager
async def talking(
    broker: Broker, network: Network | None = None, clock: Clock | None = None
) -> AsyncIterator[tuple[Firmware, Server]]:
    credentials = broker.credentials()
    automat = automat_of(credentials, network, clock)
    async with server_at(broker, credentials) as server:
        automat.start()
        try:
            yield automat, server
        finally:
            await automat.stop()


def pin(code: str, index: int) -> WantedCode:
    now = datetime.now(UTC)
    return WantedCode(
        id=f"code-{code}",
        code=code,
        kind=CodeKind.PIN,
        use=CodeUse.FETCH_AND_RETURN,
        locker_index=index,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=1),
    )


async def test_an_automat_comes_online_and_tells_its_state(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        id = automat.link_id
        await server.until(lambda: server.online.get(id) is True and id in server.states)
        await server.until(lambda: server.kinds(id) == ["started"])

        assert server.states[id].hardware_id == "hw-1"
        assert len(server.states[id].lockers) == 30


async def test_the_whole_way_of_a_key(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        id, cabinet = automat.link_id, automat.cabinet
        cabinet.fill(3, "AB12CD34")
        await server.want(id, 1, pin("482915", 3))
        await server.until(lambda: "codes_applied" in server.kinds(id))

        cabinet.press("482915#")
        cabinet.take_key(3)
        cabinet.close_door(3)

        await server.until(lambda: server.heard_up_to(id) == 6)
        assert server.kinds(id)[2:] == ["code_accepted", "door_opened", "key_taken", "door_closed"]
        await server.until(lambda: server.states[id].number == 6)
        assert not server.states[id].lockers[3].has_key
        assert server.states[id].revision == 1
        assert cabinet.log.after(0) == []


async def test_a_graceful_stop_says_goodbye(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        await server.until(lambda: server.online.get(automat.link_id) is True)

        await automat.stop()

        await server.until(lambda: server.online[automat.link_id] is False)


async def test_a_power_cut_is_told_by_the_last_will(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        await server.until(lambda: server.online.get(automat.link_id) is True)

        await automat.cut_power()

        await server.until(lambda: server.online[automat.link_id] is False)
        automat.start()
        await server.until(lambda: server.kinds(automat.link_id) == ["started", "started"])


async def test_what_happens_without_a_network_is_told_afterwards(broker: Broker) -> None:
    network = Network()
    async with talking(broker, network) as (automat, server):
        id, cabinet = automat.link_id, automat.cabinet
        await server.want(id, 1, pin("482915", 3))
        await server.until(lambda: server.heard_up_to(id) == 2)

        network.cut()
        await server.until(lambda: server.online[id] is False)
        cabinet.fill(3)
        cabinet.press("482915#")
        cabinet.take_key(3)
        cabinet.close_door(3)
        network.mend()

        await server.until(lambda: server.heard_up_to(id) == 6)
        assert automat.connections == 2


async def test_nothing_is_sent_before_the_automat_was_told_what_was_heard(broker: Broker) -> None:
    credentials = broker.credentials()
    automat = automat_of(credentials)
    async with server_at(broker) as server:
        server.known[credentials.link_id] = credentials
        server.says_heard = False
        automat.start()
        await server.until(lambda: credentials.link_id in server.states)
        await asyncio.sleep(0.3)
        assert not server.came

        server.says_heard = True
        await server.say_heard(credentials.link_id)

        await server.until(lambda: server.kinds(credentials.link_id) == ["started"])
        await automat.stop()


async def test_a_command_is_done_once_and_answered_each_time(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        await server.until(lambda: server.online.get(automat.link_id) is True)

        id = await server.command(automat.link_id, OpenLocker, locker_index=7)
        first = await server.answer_to(id)
        await server.command(automat.link_id, OpenLocker, id, locker_index=7)
        second = await server.answer_to(id, answers=2)

        assert (first.done, first.again) == (True, False)
        assert (second.done, second.again) == (True, True)
        await server.until(lambda: server.kinds(automat.link_id) == ["started", "door_opened"])


async def test_a_busy_automat_says_so(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        await server.until(lambda: server.online.get(automat.link_id) is True)

        await server.answer_to(await server.command(automat.link_id, OpenLocker, locker_index=7))
        answer = await server.answer_to(
            await server.command(automat.link_id, OpenLocker, locker_index=8)
        )

        assert answer.refusal is CommandRefusal.BUSY


async def test_a_restart_is_answered_first(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        await server.until(lambda: server.heard_up_to(automat.link_id) == 1)

        answer = await server.answer_to(await server.command(automat.link_id, Restart))

        assert answer.done
        await server.until(lambda: automat.connections == 2)
        await server.until(lambda: server.heard_up_to(automat.link_id) == 2)


async def test_a_resync_tells_again_which_codes_are_known(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        await server.want(automat.link_id, 4, pin("482915", 3))
        await server.until(lambda: server.heard_up_to(automat.link_id) == 2)

        await server.answer_to(await server.command(automat.link_id, Resync))

        await server.until(lambda: server.kinds(automat.link_id)[1:] == ["codes_applied"] * 2)


async def test_what_was_lost_is_sent_again_when_it_is_asked_for(broker: Broker) -> None:
    faults = Faults(loss=0.4, double=0.3, shuffle=0.05, seed=7)
    async with talking(broker, Network(faults)) as (automat, server):
        id, cabinet = automat.link_id, automat.cabinet
        for _ in range(25):
            cabinet.force_door(5)
            cabinet.close_door(5)
            await asyncio.sleep(0.01)
        last = cabinet.log.last_number
        async with asyncio.timeout(SECONDS):
            while server.heard_up_to(id) < last:
                await server.command(id, Replay, from_number=server.heard_up_to(id) + 1)
                await asyncio.sleep(0.05)

        assert last == 1 + 25 * 4
        assert server.contradictions == []
        assert server.came > last


async def test_an_automat_from_an_old_backup_goes_on_behind_what_was_heard(broker: Broker) -> None:
    async with talking(broker) as (automat, server):
        id, cabinet = automat.link_id, automat.cabinet
        await server.until(lambda: server.heard_up_to(id) == 1)
        backup = cabinet.save()
        cabinet.force_door(5)
        await server.until(lambda: server.heard_up_to(id) == 3)

        await automat.cut_power()
        cabinet.restore_memory(backup)
        cabinet.close_door(5)
        automat.start()

        await server.until(lambda: server.heard_up_to(id) == 6)
        assert server.kinds(id)[3:] == ["door_closed", "started", "started"]
        assert server.contradictions == []


async def test_an_automat_goes_by_the_clock_of_the_server(broker: Broker) -> None:
    clock = Clock(skew=timedelta(days=2))
    async with talking(broker, clock=clock) as (automat, server):
        await server.until(lambda: server.heard_up_to(automat.link_id) == 1)
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)

        server.ahead = timedelta(days=30)
        await server.say_heard(automat.link_id)
        await server.until(lambda: clock.ahead > timedelta(days=29))
        automat.cabinet.force_door(0)

        await server.until(lambda: server.heard_up_to(automat.link_id) == 3)
        moved = server.reports[automat.link_id][3].at - datetime.now(UTC)
        assert moved > timedelta(days=29)


async def test_a_broker_that_is_killed_and_comes_back_empty_loses_nothing() -> None:
    with running_broker() as broker:
        credentials = broker.credentials()
        automat = automat_of(credentials)
        async with server_at(broker, credentials) as server:
            automat.start()
            await server.until(lambda: server.heard_up_to(credentials.link_id) == 1)
        broker.kill()
        automat.cabinet.force_door(1)
        broker.forget()
        broker.start()
        async with server_at(broker, credentials) as again:
            again.reports = server.reports
            await again.say_heard(credentials.link_id)
            await again.until(lambda: again.heard_up_to(credentials.link_id) == 3)
        await automat.stop()


async def test_credentials_without_a_private_key_are_refused(broker: Broker) -> None:
    made = broker.credentials(uuid4()).as_file()
    del made["privateKey"]

    with pytest.raises(ValueError, match="private key"):
        automat_of(Credentials.from_file(made))
