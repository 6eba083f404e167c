"""Everything that a partner can send wrong, each with its code and place, alone and among many."""

from dataclasses import dataclass
from typing import Any

import pytest
from documents import MANY, UPSERT, days_from_now, stay
from factories import MARKET_SQUARE, make_automat, make_desk, make_entity, make_key
from mistakes import AINO, INVALID, LONG, MISFITS, WRONG
from outcomes import everything
from talking import Client

from models.accounts import Role
from models.automats import Automat, Locker
from models.contracts import LockerContract
from models.entities import ReservableEntity
from models.keys import Key
from resolvers.handover.lockers import key_fetched
from schema.scalars import to_id


@dataclass(frozen=True)
class House:
    """What is right to push: an entity with a key and an automat near it."""

    entity: str
    key: str
    automat: str


@pytest.fixture
async def house(client: Client) -> House:
    """Give the usual case."""
    async with client.working() as work:
        home = await make_entity(work, MARKET_SQUARE, external_id="A 15")
        automat = await make_automat(work)
        key = await make_key(work, home)
    return House(to_id(ReservableEntity, home.id), to_id(Key, key.id), to_id(Automat, automat.id))


async def refusal(client: Client, row: dict[str, Any]) -> tuple[str, list[str] | None]:
    """Push what is refused; gives the code and the place of the one reason."""
    payload = (await client.ask(UPSERT, Role.PARTNER, input=row))["reservationUpsert"]
    assert (payload["reservation"], payload["outcome"], payload["changed"]) == (None, None, [])
    (error,) = payload["userErrors"]
    assert error["message"].endswith(".")
    return error["code"], error["path"]


async def kept(client: Client) -> dict[str, list[tuple[Any, ...]]]:
    """Read all that is kept but what people were told."""
    async with client.working() as work:
        return {name: rows for name, rows in (await everything(work)).items() if name != "events"}


@pytest.mark.parametrize("what", WRONG)
async def test_a_push_with_something_wrong_is_refused_and_leaves_nothing(
    client: Client, house: House, what: str
) -> None:
    changes, code, place = WRONG[what]
    before = await kept(client)

    found = await refusal(client, stay(**{"entityId": house.entity, **changes}))

    assert found == (code, ["input", *place] if place else None)
    assert await kept(client) == before


async def test_among_many_each_is_refused_by_itself(client: Client, house: House) -> None:
    wrong = [stay(**{"entityId": house.entity, **changes}) for changes, _, _ in WRONG.values()]
    good = [
        stay(entityId=house.entity, externalId="first"),
        stay(
            entityId=house.entity,
            externalId="last",
            startsAt=days_from_now(5),
            endsAt=days_from_now(6),
        ),
    ]
    rows = [good[0], *wrong, good[1]]

    answer = await client.ask(MANY, Role.PARTNER, input={"reservations": rows})

    payload = answer["reservationsUpsert"]
    assert (payload["created"], payload["refused"]) == (2, len(wrong))
    assert payload["userErrors"] == []
    found = {
        what: [(error["code"], error["path"]) for error in row["userErrors"]]
        for what, row in zip(WRONG, payload["rows"][1:-1], strict=True)
    }
    assert found == {
        what: [(code, ["input", "reservations", str(index), *place])]
        for index, (what, (_, code, place)) in enumerate(WRONG.items(), start=1)
    }
    left = await client.ask("{ reservations { edges { node { externalId } } } }")
    assert [one["node"]["externalId"] for one in left["reservations"]["edges"]] == [
        *("first", "last")
    ]


@pytest.mark.parametrize("what", MISFITS)
async def test_a_value_that_does_not_fit_is_an_error_with_a_code(
    client: Client, house: House, what: str
) -> None:
    good = stay(entityId=house.entity)
    row = stay(**{"entityId": house.entity, **MISFITS[what]})
    before = await kept(client)

    alone = await client.error_code(UPSERT, Role.PARTNER, input=row)
    among = await client.error_code(MANY, Role.PARTNER, input={"reservations": [good, row]})

    assert (alone, among) == (INVALID, INVALID)
    assert await kept(client) == before


@pytest.mark.parametrize(
    ("key", "code"),
    [(" ", INVALID), (LONG, INVALID), ("k\0", INVALID), ("used", "IDEMPOTENCY_CONFLICT")],
)
async def test_an_idempotency_key_that_cannot_be_taken(
    client: Client, house: House, key: str, code: str
) -> None:
    used = stay(entityId=house.entity, idempotencyKey="used", deviceGroupId=None)
    await client.ask(UPSERT, Role.PARTNER, input=used)
    row = stay(entityId=house.entity, startsAt=days_from_now(7), endsAt=days_from_now(8))
    before = await kept(client)

    alone = await refusal(client, {**row, "idempotencyKey": key})
    many = {"reservations": [row], "idempotencyKey": key}
    payload = (await client.ask(MANY, Role.PARTNER, input=many))["reservationsUpsert"]

    place = ["input", "idempotencyKey"]
    assert alone == (code, place)
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [(code, place)]
    assert payload["rows"] == []
    assert await kept(client) == before


async def in_the_way(client: Client, house: House) -> dict[str, dict[str, Any]]:
    """Make pushes that make sense by themselves, and that something stands against."""
    running = stay(entityId=house.entity, externalId="running", startsAt=days_from_now(0))
    await client.ask(UPSERT, Role.PARTNER, input=running)
    async with client.working() as work:
        (held,) = await work.all(work.own(LockerContract))
        index = (await work.get(Locker, held.locker_id)).index
        await key_fetched(work, automat_id=held.automat_id, locker_index=index, at=work.now)
        office = await make_entity(work)
        inside = await make_key(work, office, automat=await make_automat(work))
        outside = await make_key(work, office, desk=await make_desk(work))
        keys = [to_id(Key, one.id) for one in (inside, outside)]
    return {
        "KEY_TAKEN": stay(entityId=house.entity, startsAt=days_from_now(2)),
        "KEY_OUT": {**running, "startsAt": days_from_now(1)},
        "MIXED_STORAGE": stay(entityId=to_id(ReservableEntity, office.id), keyIds=keys),
        "NOT_FOUND": stay(entityId=to_id(ReservableEntity, office.id), keyIds=[house.key]),
    }


async def test_a_push_that_something_stands_against_is_refused(
    client: Client, house: House
) -> None:
    rows = await in_the_way(client, house)
    before = await kept(client)

    alone = [(await refusal(client, row))[0] for row in rows.values()]
    many = {"reservations": list(rows.values())}
    payload = (await client.ask(MANY, Role.PARTNER, input=many))["reservationsUpsert"]

    assert alone == list(rows)
    assert [row["userErrors"][0]["code"] for row in payload["rows"]] == list(rows)
    assert await kept(client) == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSTALLER])
async def test_those_who_may_not_push_are_refused(client: Client, house: House, role: Role) -> None:
    row = stay(entityId=house.entity)

    alone = (await client.ask(UPSERT, role, input=row))["reservationUpsert"]
    many = (await client.ask(MANY, role, input={"reservations": [row]}))["reservationsUpsert"]

    for payload in (alone, many):
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED"]


@pytest.mark.parametrize(
    "changes",
    [
        {"keyIds": []},
        {"keyIds": None, "automatId": None, "deviceGroupId": None, "timeZone": None},
        {"timeZone": "", "source": ""},
        {"contacts": [AINO | {"phone": "", "language": ""}]},
        {"contacts": [AINO | {"language": " "}]},
        {"externalId": " spaced "},
        {"endsAt": None},
        {"endsAt": "9999-12-31T23:59:59Z"},
    ],
    ids=str,
)
async def test_what_looks_odd_and_means_something_is_taken_and_is_the_same_again(
    client: Client, house: House, changes: dict[str, Any]
) -> None:
    row = stay(**{"entityId": house.entity, **changes})

    first = (await client.ask(UPSERT, Role.PARTNER, input=row))["reservationUpsert"]
    again = (await client.ask(UPSERT, Role.PARTNER, input=row))["reservationUpsert"]

    assert (first["outcome"], first["userErrors"]) == ("CREATED", [])
    assert again["outcome"] == "UNCHANGED"
    assert again["reservation"] == first["reservation"]


async def test_a_key_that_is_named_twice_is_named_once(client: Client, house: House) -> None:
    row = stay(entityId=house.entity, keyIds=[house.key, house.key])

    first = (await client.ask(UPSERT, Role.PARTNER, input=row))["reservationUpsert"]
    again = await client.ask(UPSERT, Role.PARTNER, input={**row, "keyIds": [house.key]})

    assert first["reservation"]["status"] == "CONFIRMED"
    assert len(first["reservation"]["keyContract"]["keys"]) == 1
    assert again["reservationUpsert"]["outcome"] == "UNCHANGED"
