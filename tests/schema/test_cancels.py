"""Giving reservations up over HTTP while somebody has the key."""

from typing import Any

import pytest
from documents import CANCEL, UPSERT, days_from_now, stay
from factories import make_automat, make_entity, make_key
from talking import Client

from models.accounts import Role
from models.automats import Locker
from models.contracts import LockerContract
from models.entities import ReservableEntity
from models.errors import ErrorCode
from resolvers.handover.lockers import key_fetched
from schema.scalars import to_id


async def a_stay_with_its_key_out(client: Client) -> dict[str, Any]:
    """Push a stay that begins now, and let its key be fetched."""
    async with client.working() as work:
        home = await make_entity(work)
        await make_key(work, home, automat=await make_automat(work))
    row = stay(entityId=to_id(ReservableEntity, home.id), startsAt=days_from_now(0))
    pushed: dict[str, Any] = (await client.ask(UPSERT, input=row))["reservationUpsert"]
    async with client.working() as work:
        (held,) = await work.all(work.own(LockerContract))
        index = (await work.get(Locker, held.locker_id)).index
        await key_fetched(work, automat_id=held.automat_id, locker_index=index, at=work.now)
    return pushed["reservation"] | {"row": row}


async def cancelled(client: Client, **given: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(CANCEL, Role.PARTNER, input=given))[
        "reservationCancel"
    ]
    return payload


@pytest.mark.parametrize("force", [{}, {"force": False}, {"force": None}])
async def test_a_key_that_is_out_stands_against_a_cancel(
    client: Client, force: dict[str, Any]
) -> None:
    pushed = await a_stay_with_its_key_out(client)

    payload = await cancelled(client, id=pushed["id"], **force)

    (error,) = payload["userErrors"]
    assert error["code"] == ErrorCode.KEY_OUT.name
    assert "`force`" in error["message"]
    assert payload["reservation"] is None


async def test_with_force_the_reservation_is_cancelled_and_the_key_is_waited_for(
    client: Client,
) -> None:
    pushed = await a_stay_with_its_key_out(client)

    payload = await cancelled(client, id=pushed["id"], force=True)
    again = await cancelled(client, id=pushed["id"])

    assert payload["userErrors"] == again["userErrors"] == []
    reservation = payload["reservation"]
    assert (reservation["status"], reservation["endsAt"]) == ("CANCELLED", pushed["endsAt"])
    contract = reservation["keyContract"]
    assert contract["status"] == "OVERDUE"
    assert contract["endsAt"] < days_from_now(0.01)
    (held,) = contract["lockerContracts"]
    assert held["pin"] == pushed["keyContract"]["lockerContracts"][0]["pin"]
    assert held["endsAt"] > days_from_now(0.9)
    assert again["reservation"]["status"] == "CANCELLED"


async def test_a_push_after_it_lets_the_stay_go_on(client: Client) -> None:
    pushed = await a_stay_with_its_key_out(client)
    await cancelled(client, id=pushed["id"], force=True)

    revived = (await client.ask(UPSERT, input=pushed["row"]))["reservationUpsert"]

    assert (revived["outcome"], revived["changed"]) == ("UPDATED", ["STATUS"])
    assert revived["reservation"]["status"] == "ACTIVE"
    assert revived["reservation"]["keyContract"]["status"] == "ACTIVE"


@pytest.mark.parametrize("name", ["externalId", "source"])
async def test_nothing_is_cancelled_by_a_number_with_nul(client: Client, name: str) -> None:
    payload = await cancelled(client, **({"externalId": "4711"} | {name: "4711\0"}))

    assert [error["code"] for error in payload["userErrors"]] == [ErrorCode.INVALID_INPUT.name]
