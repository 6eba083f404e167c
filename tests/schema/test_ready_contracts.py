"""How far an automat is with a PIN, over HTTP: what partners and staff see of it."""

from typing import Any

from acknowledging import confirm, link_of, linked
from documents import days_from_now, stay
from factories import make_automat, make_entity, make_key
from talking import Client

from models.automats import Automat
from models.entities import ReservableEntity
from schema.scalars import to_id

UPSERT = """mutation($input: ReservationUpsertInput!) { reservationUpsert(input: $input) {
  reservation { keyContract { id } } userErrors { code }
} }"""
HELD = """query($id: ID!) { keyContract(id: $id) {
  lockerContracts { state syncedAt pin reason automat { codeRevision syncedRevision } }
} }"""


async def reserved(client: Client) -> tuple[Automat, str]:
    """Reserve a key in a linked automat from now on; gives the automat and the key contract."""
    async with client.working() as work:
        home, automat = await make_entity(work), await make_automat(work)
        await make_key(work, home, automat=automat)
        await linked(work, automat)
    times = {"startsAt": days_from_now(0), "endsAt": days_from_now(1)}
    input = stay(entityId=to_id(ReservableEntity, home.id), **times)
    answer = (await client.ask(UPSERT, input=input))["reservationUpsert"]
    return automat, answer["reservation"]["keyContract"]["id"]


async def held_by(client: Client, id: str) -> dict[str, Any]:
    (held,) = (await client.ask(HELD, id=id))["keyContract"]["lockerContracts"]
    found: dict[str, Any] = held
    return found


async def test_a_locker_contract_is_shown_ready_once_its_automat_has_said_so(
    client: Client,
) -> None:
    automat, id = await reserved(client)
    before = await held_by(client, id)

    async with client.working() as work:
        await confirm(work, automat)

    after = await held_by(client, id)
    assert (before["state"], before["syncedAt"]) == ("SYNCING", None)
    assert (after["state"], after["pin"]) == ("READY", before["pin"])
    assert after["syncedAt"] is not None
    revisions = after["automat"]
    assert revisions["syncedRevision"] == revisions["codeRevision"] > 0
    assert before["automat"] == revisions | {"syncedRevision": None}


async def test_what_an_automat_has_forgotten_is_shown_as_on_its_way(client: Client) -> None:
    automat, id = await reserved(client)
    async with client.working() as work:
        await confirm(work, automat, number=4)

    async with client.working() as work:
        await confirm(work, automat, None, number=5)

    held = await held_by(client, id)
    assert (held["state"], held["syncedAt"]) == ("SYNCING", None)
    assert held["automat"]["syncedRevision"] is None
    async with client.working() as work:
        assert (await link_of(work, automat)).applied_number == 5
