"""Whoever is shown a PIN leaves an event behind, once for each contract and operation."""

from typing import Any

from counting import statements_of
from documents import MANY, days_from_now
from factories import make_automat, make_entity, make_key
from linking import make_link, shown
from sqlalchemy import select
from talking import Client

from models.accounts import Role, Token
from models.codes import BackupCode
from models.contracts import LockerContract
from models.entities import ReservableEntity
from models.events import Event, EventKind
from schema.scalars import to_id

LIST = """{ reservations(first: 50) { edges { node {
  keyContract { lockerContracts { %s } }
} } } }"""
BOTH = """{ a: keys(first: 9) { edges { node { backupCodes } } }
  b: keys(first: 9) { edges { node { backupCodes } } } }"""


async def pushed(client: Client, count: int) -> list[str]:
    """Push so many stays, in which PINs are asked for; gives these."""
    async with client.working() as work:
        automat = await make_automat(work)
        homes = [await make_entity(work, external_id=f"{n} of {count}") for n in range(count)]
        for home in homes:
            await make_key(work, home, automat=automat)
    return await push_again(client, [to_id(ReservableEntity, home.id) for home in homes])


async def push_again(client: Client, homes: list[str]) -> list[str]:
    rows = [
        {
            "source": "HOTEL",
            "externalId": home,
            "entityId": home,
            "startsAt": days_from_now(1)[:11] + "12:00:00Z",
            "endsAt": days_from_now(3)[:11] + "12:00:00Z",
            "contacts": [{"name": "Aino", "email": "aino@example.com"}],
        }
        for home in homes
    ]
    answer = await client.ask(MANY, Role.PARTNER, input={"reservations": rows})
    return [
        row["reservation"]["keyContract"]["lockerContracts"][0]["pin"]
        for row in answer["reservationsUpsert"]["rows"]
    ]


async def reads(client: Client) -> list[tuple[str, Any]]:
    """List what was read: of what, and by which role."""
    async with client.working() as work:
        found = await work.rows(
            select(Event.subject_type, Token.role)
            .join(Token, Token.id == Event.token_id)
            .where(
                Event.organization_id == client.organization_id, Event.kind == EventKind.PIN_READ
            )
            .order_by(Event.id)
        )
    return [tuple(one) for one in found]


async def test_each_pin_that_is_shown_is_noted_once_with_who_saw_it(client: Client) -> None:
    pins = await pushed(client, 3)
    assert all(pins)
    assert await reads(client) == []  # the event of what was made says for whom

    for role, wanted, count in (
        (Role.ADMIN, "id state", 0),
        (Role.VIEWER, "pin", 0),
        (Role.ADMIN, "pin again: pin", 3),
        (Role.PARTNER, "pin", 3),
    ):
        before = await reads(client)
        answer = await client.ask(LIST % wanted, role)

        new = (await reads(client))[len(before) :]
        seen = [pin for pin in pins if pin in str(answer)]
        assert new == [("LockerContract", role)] * count
        assert len(seen) == count


async def test_who_pushes_the_same_again_is_shown_the_pins_again(client: Client) -> None:
    await pushed(client, 2)
    async with client.working() as work:
        homes = await work.all(work.own(ReservableEntity))

    again = await push_again(client, [to_id(ReservableEntity, home.id) for home in homes])

    assert all(again)
    assert await reads(client) == [("LockerContract", Role.PARTNER)] * 2


async def test_a_note_takes_as_many_statements_for_one_pin_as_for_many(client: Client) -> None:
    await pushed(client, 1)
    with statements_of(client.database) as few:
        await client.ask(LIST % "pin")
    await pushed(client, 5)

    with statements_of(client.database) as many:
        await client.ask(LIST % "pin")
    with statements_of(client.database) as without:
        await client.ask(LIST % "id")

    assert len(many) == len(few)
    assert not [one for one in without if "INSERT" in one.upper() or "events" in one]


async def test_backup_codes_are_noted_like_pins(client: Client) -> None:
    await pushed(client, 2)

    answer = await client.ask(BOTH)

    async with client.working() as work:
        codes = [one.code for one in await work.all(work.own(BackupCode))]
    assert all(code in str(answer) for code in codes)
    assert await reads(client) == [("Key", Role.ADMIN)] * 2


async def test_a_link_notes_a_pin_once_though_its_page_looks_again(client: Client) -> None:
    async with client.working() as work:
        link, secret = await make_link(work)

    answers = [(await shown(client, secret)).json() for _ in range(2)]

    async with client.working() as work:
        read = work.own(Event).where(Event.kind == EventKind.PIN_READ)
        (noted,) = await work.all(read)
        (held,) = await work.all(work.own(LockerContract))
    assert [one["lockers"][0]["pin"] for one in answers] == [held.pin] * 2
    assert (noted.subject_id, noted.token_id) == (held.id, None)
    assert noted.facts["contract_link_id"] == str(link.id)
