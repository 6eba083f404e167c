"""Many rows are written in one statement, and read again as they were."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from counting import statements_of
from factories import NOON, make_entity
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import new_id
from models.contracts import KeyContract, KeyContractStatus
from models.database import Database
from models.dialects.many_rows import insert_rows, unless_there
from models.dialects.plans import kept_plans, plan_for_many
from models.dialects.texts import UnstorableText
from models.entities import ReservableEntity
from models.organizations import Contact
from models.places import Coordinates
from models.reservations import Reservation, ReservationStatus
from models.selections import AutomatSelection, SelectionMethod
from resolvers.work import Work

EXACTLY = datetime(2026, 5, 1, 14, 0, 0, 123_456, timezone(timedelta(hours=3)))


def contact(work: Work, name: str) -> dict[str, Any]:
    owner = work.actor.organization_id
    return {"id": new_id(), "organization_id": owner, "name": name, "language": "fi"}


def reservation(work: Work, entity: ReservableEntity, external_id: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": work.actor.organization_id,
        "source": "pms",
        "external_id": external_id,
        "entity_id": entity.id,
        "starts_at": EXACTLY,
        "ends_at": None,
        "status": ReservationStatus.CONFIRMED,
        "wanted_key_ids": [],
    }


async def test_every_kind_of_value_comes_back_as_it_was(work: Work) -> None:
    row = reservation(work, await make_entity(work), 'Ä "1" \\ {2}, 3')
    decision = {
        "id": new_id(),
        "organization_id": work.actor.organization_id,
        "reservation_id": row["id"],
        "method": SelectionMethod.NEAREST,
        "automat_id": None,
        "origin": Coordinates(60.1718881234567, 24.9414561234567),
        "candidates": [{"rank": 1, "distance_metres": 0.1, "suitable": True, "name": None}],
        "examined": 1,
        "notes": ['He said "no".'],
        "decided_at": NOON,
    }

    await insert_rows(await work.connection(), Reservation, [row])
    await insert_rows(await work.connection(), AutomatSelection, [decision])

    for model, written in ((Reservation, row), (AutomatSelection, decision)):
        (found,) = await work.rows(select(model.__table__).where(model.id == written["id"]))
        assert {name: found._mapping[name] for name in written} == written


async def test_each_letter_comes_back_in_many_texts(work: Work) -> None:
    below = "".join(map(chr, range(1, 0x80)))
    names = [
        below,
        "",
        "null",
        "NULL",
        "{}",
        "\n",
        r"\n",
        "\\\n",
        '\\"\t',
        r"\u0001\\",
        "Ä\r\U0001f511",
    ]
    contacts = [contact(work, name) for name in names]
    places = [reservation(work, await make_entity(work), name) for name in names]
    notes = [row | {"wanted_key_ids": [row["external_id"], None, 1]} for row in places]

    await insert_rows(await work.connection(), Contact, contacts)
    await insert_rows(await work.connection(), Reservation, notes)

    found = await work.all(work.own(Contact).order_by(Contact.id))
    assert [row.name for row in found] == names
    reserved = await work.all(work.own(Reservation).order_by(Reservation.id))
    assert [row.wanted_key_ids for row in reserved] == [row["wanted_key_ids"] for row in notes]


async def test_places_come_back_from_many_rows(work: Work) -> None:
    row = reservation(work, await make_entity(work), "1")
    await insert_rows(await work.connection(), Reservation, [row])
    origins = [Coordinates(60.1, 24.9), None, Coordinates(-0.5, -179.9)]
    decisions = [
        {
            "id": new_id(),
            "organization_id": work.actor.organization_id,
            "reservation_id": row["id"],
            "origin": origin,
            "candidates": [],
            "examined": 0,
            "notes": [],
            "decided_at": NOON,
        }
        for origin in origins
    ]

    await insert_rows(await work.connection(), AutomatSelection, decisions)

    found = await work.all(work.own(AutomatSelection).order_by(AutomatSelection.id))
    assert [one.origin for one in found] == origins


async def test_as_many_rows_as_there_are_take_one_statement(work: Work, database: Database) -> None:
    contacts = [contact(work, f"Guest {number}") for number in range(100)]
    connection = await work.connection()

    with statements_of(database) as sent:
        await insert_rows(connection, Contact, contacts)
        await insert_rows(connection, Contact, [])

    assert len(sent) == 1
    found = await work.all(work.own(Contact).order_by(Contact.id))
    assert [row.name for row in found] == [row["name"] for row in contacts]


async def test_what_is_left_out_has_its_default(work: Work) -> None:
    connection = await work.connection()
    contracts = [
        {
            "organization_id": work.actor.organization_id,
            "reference": f"KC-{number}",
            "starts_at": NOON,
        }
        for number in range(2)
    ]

    await insert_rows(connection, KeyContract, contracts)

    one, other = await work.all(work.own(KeyContract))
    assert one.status is other.status is KeyContractStatus.UPCOMING
    assert one.free_locker_after_fetch is False
    assert one.id != other.id


async def test_a_row_that_is_there_already_is_passed_over(work: Work) -> None:
    entity = await make_entity(work)
    first, again, other = [reservation(work, entity, name) for name in ("1", "1", "2")]
    connection = await work.connection()
    await insert_rows(connection, Reservation, [first], ending=unless_there)

    await insert_rows(connection, Reservation, [again, other], ending=unless_there)

    found = await work.all(work.own(Reservation))
    assert {row.id for row in found} == {first["id"], other["id"]}


async def test_a_text_that_cannot_be_kept_is_refused_among_many(work: Work) -> None:
    contacts = [contact(work, "Aino"), contact(work, "Ai\0no")]

    with pytest.raises(UnstorableText):
        await insert_rows(await work.connection(), Contact, contacts)


async def test_plans_for_many_rows_are_made_anew_until_the_transaction_ends(
    own_database: Database,
) -> None:
    if own_database.is_sqlite:
        pytest.skip("SQLite keeps no plan for other values than those that it was made for")

    async with own_database.administering() as connection:
        await plan_for_many(connection)
        assert await mode(connection) == "force_custom_plan"
        async with kept_plans(connection):
            assert await mode(connection) == "auto"
        assert await mode(connection) == "force_custom_plan"
    async with own_database.administering() as connection:
        async with kept_plans(connection):
            assert await mode(connection) == "auto"
        assert await mode(connection) == "auto"


async def mode(connection: AsyncConnection) -> str:
    shown = await connection.exec_driver_sql("show plan_cache_mode")
    return str(shown.scalar())
