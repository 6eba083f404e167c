"""The whole story, from a reservation to a returned key, over a real broker and both databases.

Once with a good network, and once with one on which no message comes just once and in its turn: a
third of them are lost until they are said again, and each of the others comes twice, in any order.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from brokers import Broker
from documents import CANCEL, written
from linked import clock, eventually, linking
from linked_house import House, house, worker
from talking import Client

from automat_link.simulator.network import NONE, Faults
from automat_link.topics import Topic
from models.automats import Automat
from models.database import Database
from schema.scalars import to_id

PATIENCE = 120.0
BAD = Faults(loss=1 / 3, double=1.0, shuffle=0.5, topics=frozenset(Topic), seed=7)
RECEIPTS = """query($key: ID!) {
  events(subjectId: $key, first: 50) { edges { node { kind facts } } }
  key(id: $key) { custody(first: 50) { edges { node {
    kind source happenedAt key { id } keyContract { id }
    place { ... on AutomatStorage { automat { id } locker { index } } }
  } } } }
}"""
OF_KEYS = {"KEY_FETCHED", "KEY_RETURNED"}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send tables that were lost again before people at the keypad lose their patience."""
    monkeypatch.setattr("automat_link.outgoing.UNANSWERED_SECONDS", 2)


@pytest.fixture(params=[NONE, BAD], ids=["a good network", "a bad network"])
async def home(
    request: pytest.FixtureRequest, own_database: Database, broker: Broker, client: Client
) -> AsyncIterator[House]:
    async with (
        worker(own_database),
        linking(own_database, broker),
        house(client, broker, request.param) as made,
    ):
        yield made


async def is_known(home: House, id: str, kind: str) -> str:
    """Wait until the automat has said that it knows a PIN, and give the PIN."""
    await eventually(lambda: home.phase_is(id, kind, "READY"), PATIENCE)
    phase = (await home.phases(id))[kind]
    assert phase["syncedAt"] is not None
    pin: str = phase["pin"]
    return pin


async def check_receipts(home: House, id: str, *, began: datetime, came_to: int) -> None:
    """Check that all can show that the key was fetched and brought back, each once, and where to.

    Args:
        home: Whose key.
        id: The reservation.
        began: Before it was fetched.
        came_to: The locker to which it was brought back.
    """
    answer = await home.client.ask(RECEIPTS, key=home.key)
    contract = (await home.reservation(id))["keyContract"]["id"]
    links = [edge["node"] for edge in answer["key"]["custody"]["edges"]][1:]
    assert [one["kind"] for one in links] == ["FETCHED", "RETURNED"]
    for one in links:
        assert (one["source"], one["key"]["id"]) == ("AUTOMAT", home.key)
        assert one["keyContract"]["id"] == contract
    fetched, returned = (datetime.fromisoformat(one["happenedAt"]) for one in links)
    assert began <= fetched < returned <= clock()
    back = {"automat": {"id": home.automat}, "locker": {"index": came_to}}
    assert [one["place"] for one in links] == [None, back]

    told = [edge["node"] for edge in answer["events"]["edges"]]
    told = [one for one in told if one["kind"] in OF_KEYS]
    assert [one["kind"] for one in told] == ["KEY_FETCHED", "KEY_RETURNED"]
    moments = [datetime.fromisoformat(one["facts"]["happened_at"]) for one in told]
    assert moments == [fetched, returned]
    assert to_id(Automat, UUID(told[1]["facts"]["automat_id"])) == home.automat


async def has_ended(home: House, id: str) -> bool:
    found = await home.reservation(id)
    return bool(found["keyContract"]["status"] == "ENDED")


async def test_a_short_stay_holds_its_locker_until_the_key_is_back(home: House) -> None:
    began, made = clock(), await home.reserve(2)
    id, begins = made["id"], made["startsAt"]
    pin = await is_known(home, id, "DEFAULT")

    await home.fetch(pin, 0)

    await eventually(lambda: home.key_is("OUT"), PATIENCE)
    assert await home.phase_is(id, "DEFAULT", "READY")  # the locker is held for it
    await home.bring_back(pin, 0)
    await eventually(lambda: home.key_is("IN_STORAGE"), PATIENCE)
    soon = written(clock() + timedelta(seconds=2))
    await home.reserve(2, externalId=made["externalId"], startsAt=begins, endsAt=soon)
    await eventually(lambda: has_ended(home, id), PATIENCE)
    assert (await home.the_key())["storage"]["locker"] == {"index": 0}
    assert await home.chain() == ["REGISTERED", "FETCHED", "RETURNED"]
    await check_receipts(home, id, began=began, came_to=0)
    await eventually(lambda: not any(one.code == pin for one in home.cabinet.codes.known), PATIENCE)
    home.cabinet.press(f"{pin}#")
    assert not home.cabinet.lockers[0].door_open


async def test_a_long_stay_frees_its_locker_when_the_key_is_out(home: House) -> None:
    began, made = clock(), await home.reserve(30)
    id = made["id"]
    pin = await is_known(home, id, "FETCH")

    await home.fetch(pin, 0)

    await eventually(lambda: home.key_is("OUT"), PATIENCE)
    await eventually(lambda: home.phase_is(id, "FETCH", "COMPLETED"), PATIENCE)
    assert (await home.phases(id))["FETCH"]["locker"] == {"index": 0, "state": "EMPTY"}
    soon = written(clock().replace(microsecond=0) + timedelta(hours=1))
    again = {"externalId": made["externalId"], "startsAt": made["startsAt"], "endsAt": soon}
    await home.reserve(1, **again)  # its end is near now, so a locker is held for the return
    back = await is_known(home, id, "RETURN")
    index = (await home.phases(id))["RETURN"]["locker"]["index"]
    await home.bring_back(back, index)
    await eventually(lambda: home.key_is("IN_STORAGE"), PATIENCE)
    assert await home.chain() == ["REGISTERED", "FETCHED", "RETURNED"]
    await check_receipts(home, id, began=began, came_to=index)


async def test_what_happened_under_a_contract_that_was_cancelled_meanwhile_is_believed_and_told(
    home: House,
) -> None:
    id = (await home.reserve(2))["id"]
    pin = await is_known(home, id, "DEFAULT")
    home.firmware.network.cut()
    await home.client.ask(CANCEL, input={"id": id})

    await home.fetch(pin, 0)

    home.firmware.network.mend()
    await eventually(lambda: home.key_is("OUT"), PATIENCE)
    links = [edge["node"] for edge in (await home.the_key())["custody"]["edges"]]
    assert [one["kind"] for one in links] == ["REGISTERED", "FETCHED"]
    assert links[1]["contradiction"] is not None
