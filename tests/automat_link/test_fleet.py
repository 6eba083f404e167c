"""Many simulated automats: who they are, what they keep, and what happens to them in scenarios."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from brokers import Broker, running_broker
from cabinets import code, table
from server_peer import Server, server_at

from automat_link.messages.wanted import WantedCode
from automat_link.simulator.credentials import Identity, read_identities, write_identity
from automat_link.simulator.fleet import Fleet, build, fleet_of
from automat_link.simulator.scenarios import guests, power_cut, reconnect_storm
from models.codes import CodeUse
from models.errors import InvalidInput

AUTOMATS = 5
PINS = ["482915", "739264", "615283"]


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


@pytest.fixture
def identities(broker: Broker) -> list[Identity]:
    return [Identity(broker.credentials(), f"automat-{place}") for place in range(AUTOMATS)]


def now_code(digits: str, index: int, use: CodeUse = CodeUse.FETCH_AND_RETURN) -> WantedCode:
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    return code(digits, index, use=use, opens_at=now - hour, closes_at=now + hour)


async def all_heard(server: Server, fleet: Fleet) -> None:
    await server.until(
        lambda: all(
            server.heard_up_to(one.link_id) == one.cabinet.log.last_number for one in fleet.automats
        )
    )


@asynccontextmanager
async def at_work(
    broker: Broker, identities: list[Identity]
) -> AsyncIterator[tuple[Server, Fleet]]:
    credentials = [one.credentials for one in identities]
    async with server_at(broker, *credentials) as server, fleet_of(identities) as fleet:
        yield server, fleet


def three_stays(server: Server, id: UUID) -> bool:
    kinds = server.kinds(id)
    return kinds.count("key_taken") == kinds.count("key_returned") == 3


async def test_a_fleet_comes_online_and_says_goodbye(
    broker: Broker, identities: list[Identity]
) -> None:
    async with server_at(broker, *(one.credentials for one in identities)) as server:
        async with fleet_of(identities) as fleet:
            await fleet.all_connected()
            await all_heard(server, fleet)
            assert sorted(fleet) == [f"automat-{place}" for place in range(AUTOMATS)]

        await server.until(lambda: list(server.online.values()) == [False] * AUTOMATS)


async def test_guests_take_keys_and_bring_them_back(
    broker: Broker, identities: list[Identity]
) -> None:
    async with at_work(broker, identities) as (server, fleet):
        for one in fleet.automats:
            for index in range(len(PINS)):
                one.cabinet.fill(index, f"0000000{index}")
            await server.want(one.link_id, 1, *map(now_code, PINS, range(len(PINS))))
        playing = asyncio.create_task(guests(fleet, seed=1, pause=(0.0, 0.02)))
        await server.until(lambda: all(map(partial(three_stays, server), server.known)))
        playing.cancel()
        await all_heard(server, fleet)

        assert all(locker.has_key for one in fleet.automats for locker in one.cabinet.lockers[:3])
        assert server.contradictions == []


async def test_after_a_power_cut_all_come_back(broker: Broker, identities: list[Identity]) -> None:
    async with at_work(broker, identities) as (server, fleet):
        await power_cut(fleet, seconds=0.2)
        await all_heard(server, fleet)

        assert [server.kinds(id) for id in server.known] == [["started"] * 2] * AUTOMATS


async def test_after_a_storm_nothing_is_missing(broker: Broker, identities: list[Identity]) -> None:
    async with at_work(broker, identities) as (server, fleet):
        storm = asyncio.create_task(reconnect_storm(fleet, times=2, seconds=0.1))
        for _ in range(10):
            for one in fleet.automats:
                one.cabinet.force_door(0)
                one.cabinet.close_door(0)
            await asyncio.sleep(0.05)
        await storm
        await all_heard(server, fleet)

        assert server.contradictions == []
        assert all(one.connections == 3 for one in fleet.automats)


async def test_an_automat_goes_on_from_its_flash(broker: Broker, tmp_path: Path) -> None:
    identity = Identity(broker.credentials(), lockers=1)
    async with server_at(broker, identity.credentials) as server:
        first = build(identity, folder=tmp_path, contents={0: "AB12CD34"})
        first.start()
        await server.want(first.link_id, 1, now_code(PINS[0], 0))
        await server.until(lambda: server.heard_up_to(first.link_id) == 2)
        first.cabinet.press(f"{PINS[0]}#")
        first.cabinet.take_key(0)
        await first.cut_power()

        again = build(identity, folder=tmp_path, contents={0: "AB12CD34"})
        again.start()
        await server.until(lambda: server.heard_up_to(again.link_id) == 6)
        await again.stop()

    assert not again.cabinet.lockers[0].has_key
    assert again.cabinet.codes.revision == 1
    assert server.contradictions == []


def test_flash_holds_no_code_that_can_be_read(broker: Broker, tmp_path: Path) -> None:
    automat = build(Identity(broker.credentials()), folder=tmp_path)
    automat.cabinet.codes.apply(table(1, code(PINS[0])))
    automat.cabinet.changed()

    (file,) = tmp_path.glob("*.flash")
    assert PINS[0].encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_an_automat_whose_flash_is_broken_begins_anew(broker: Broker, tmp_path: Path) -> None:
    identity = Identity(broker.credentials())
    (tmp_path / f"{identity.credentials.link_id}.flash").write_bytes(b"broken")

    automat = build(identity, folder=tmp_path, contents={2: "no tag"})

    assert automat.cabinet.lockers[2].has_key


def test_identities_are_written_and_read(broker: Broker, tmp_path: Path) -> None:
    identity = Identity(broker.credentials(), "000221", 1)

    write_identity(tmp_path, identity)

    assert read_identities(tmp_path) == [identity]
    assert next(tmp_path.iterdir()).stat().st_mode & 0o077 == 0


def test_credentials_as_they_were_installed_are_an_identity(broker: Broker, tmp_path: Path) -> None:
    credentials = broker.credentials()
    (tmp_path / "one.json").write_bytes(orjson.dumps(credentials.as_file()))

    assert read_identities(tmp_path) == [Identity(credentials, "", 30)]


@pytest.mark.parametrize("written", [b"{}", b"[]", b"not json", b'"text"'])
def test_what_is_no_credentials_is_refused(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_bytes(written)

    with pytest.raises(InvalidInput, match=r"one\.json"):
        read_identities(tmp_path)


def test_a_number_of_lockers_that_no_automat_has_is_refused(broker: Broker, tmp_path: Path) -> None:
    write_identity(tmp_path, Identity(broker.credentials(), lockers=31))

    with pytest.raises(InvalidInput, match="30 lockers"):
        read_identities(tmp_path)


def test_a_folder_without_credentials_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        read_identities(tmp_path)
