"""Key contracts and locker contracts over HTTP."""

from datetime import datetime, timedelta

import pytest
from documents import UPSERT, days_from_now, stay
from factories import make_automat, make_entity, make_key, make_unit
from promising import promised
from talking import Client

from models.accounts import Role
from models.automats import AutomatModel
from models.contracts import KeyContract
from models.entities import ReservableEntity
from models.keys import KeyKind
from schema.scalars import to_id

LISTS = """query($automat: ID) {
  keyContracts { edges { node { id reference status reservation { id } } } }
  lockerContracts(automatId: $automat) { edges { node {
    id state pin syncAt syncedAt startsAt keyContract { id reference } automat { id } key { id }
  } } }
}"""
FIND = """query($id: ID, $reference: String) {
  keyContract(id: $id, reference: $reference) { id reference } }"""
SIGNED = """query($signed: Boolean) {
  keyContracts(signed: $signed) { edges { node { reference } } } }"""


async def home_with_key(client: Client, kind: KeyKind = KeyKind.MECHANICAL) -> tuple[str, str]:
    """Give an apartment whose key lies in an automat, and the id of the automat."""
    async with client.working() as work:
        unit = await make_unit(work, default_sync_time=timedelta(hours=6))
        home = await make_entity(work, unit_id=unit.id)
        automat = await make_automat(work, model=AutomatModel.LIVIONKEY_30)
        await make_key(work, home, automat=automat, kind=kind)
    return to_id(ReservableEntity, home.id), f"automat_{automat.id.hex}"


async def test_contracts_are_listed_with_what_they_belong_to(client: Client) -> None:
    home, automat = await home_with_key(client)
    push = stay(entityId=home)
    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]

    listed = await client.ask(LISTS, automat=automat)
    elsewhere = await client.ask(LISTS, automat="automat_1")

    (key_contract,) = [edge["node"] for edge in listed["keyContracts"]["edges"]]
    (held,) = [edge["node"] for edge in listed["lockerContracts"]["edges"]]
    assert key_contract["reservation"] == {"id": made["id"]}
    assert key_contract["reference"].startswith("KC-")
    assert held["keyContract"]["id"] == key_contract["id"] == made["keyContract"]["id"]
    assert held["pin"] == made["keyContract"]["lockerContracts"][0]["pin"]
    assert elsewhere["lockerContracts"]["edges"] == []


async def test_a_pin_goes_to_the_automat_some_time_before_the_start(client: Client) -> None:
    home, _ = await home_with_key(client)
    push = stay(entityId=home, startsAt=days_from_now(10), endsAt=days_from_now(12))
    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]
    (held,) = made["keyContract"]["lockerContracts"]

    ahead = datetime.fromisoformat(held["startsAt"]) - datetime.fromisoformat(held["syncAt"])
    assert ahead == timedelta(hours=6)
    assert (held["state"], held["syncedAt"]) == ("PLANNED", None)


async def test_a_stay_that_begins_now_is_being_synced(client: Client) -> None:
    home, _ = await home_with_key(client)
    push = stay(entityId=home, startsAt=days_from_now(0), endsAt=days_from_now(1))

    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]

    (held,) = made["keyContract"]["lockerContracts"]
    assert (held["state"], held["syncedAt"]) == ("SYNCING", None)
    assert (made["status"], made["keyContract"]["status"]) == ("ACTIVE", "ACTIVE")


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_certain_key_is_named_only_where_it_has_to_be_that_one(
    client: Client, kind: KeyKind
) -> None:
    home, automat = await home_with_key(client, kind)

    push = stay(entityId=home)
    made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]

    (held,) = made["keyContract"]["lockerContracts"]
    assert held["automat"]["id"] == automat
    assert made["selection"]["automat"]["id"] == automat
    assert (held["key"] is not None) == (kind is KeyKind.MECHANICAL)


async def test_no_two_stays_at_an_automat_share_a_pin(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work)
        homes = [await make_entity(work) for _ in range(8)]
        for home in homes:
            await make_key(work, home)

    pins = set()
    for home in homes:
        push = stay(entityId=to_id(ReservableEntity, home.id))
        made = (await client.ask(UPSERT, input=push))["reservationUpsert"]["reservation"]
        pins.add(made["keyContract"]["lockerContracts"][0]["pin"])

    assert len(pins) == len(homes)


async def test_a_key_contract_is_found_by_its_id_and_by_its_whole_reference(
    client: Client,
) -> None:
    async with client.working() as work:
        contract = await promised(work, await make_key(work), reference="KC/17")
        id = to_id(KeyContract, contract.id)

    for names in ({"id": id}, {"reference": "KC/17"}):
        found = (await client.ask(FIND, Role.VIEWER, **names))["keyContract"]
        assert found == {"id": id, "reference": "KC/17"}
    for names in ({"reference": "KC/1"}, {"id": "nothing"}):
        assert (await client.ask(FIND, **names))["keyContract"] is None
    edges = {
        signed: (await client.ask(SIGNED, signed=signed))["keyContracts"]["edges"]
        for signed in (None, True, False)
    }
    assert [len(edges[signed]) for signed in (None, True, False)] == [1, 0, 0]
