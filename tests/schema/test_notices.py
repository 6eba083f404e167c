"""What an organization's people have to know of, over HTTP: each kind of notice, newest first."""

from datetime import timedelta
from typing import Any

from documents import CANCEL, UPSERT, days_from_now, stay
from factories import make_automat, make_desk, make_entity, make_group, make_key, make_unit
from talking import Client

from models.accounts import Role
from models.automats import AutomatModel
from models.entities import ReservableEntity
from models.events import EventKind
from schema.scalars import to_id

NOTICES = """query($kind: EventKind, $first: Int, $after: String) {
  notices(kind: $kind, first: $first, after: $after) {
    edges { node { id kind at subjectId notice facts } } pageInfo { hasNextPage endCursor }
  }
}"""


async def notices(client: Client, **given: Any) -> list[dict[str, Any]]:
    variables = {"first": 100, **given}
    found = (await client.ask(NOTICES, Role.ADVANCED_USER, **variables))["notices"]
    return [edge["node"] for edge in found["edges"]]


async def told(client: Client, kind: EventKind) -> str:
    """Give the text of the one notice of a kind."""
    (notice,) = await notices(client, kind=kind.name)
    text: str = notice["notice"]
    return text


async def furnished(client: Client, *, in_automat: bool = False, **given: Any) -> str:
    """Make an apartment with a key, and an automat in a group; gives the apartment."""
    async with client.working() as work:
        unit = await make_unit(work, default_sync_time=timedelta(days=1))
        home = await make_entity(work, unit_id=unit.id)
        automat = await make_automat(work, "Station", model=AutomatModel.LIVIONKEY_1)
        await make_group(work, automat, name="City", **given)
        where = {"automat": automat} if in_automat else {"desk": await make_desk(work)}
        await make_key(work, home, code="A-12", **where)  # type: ignore[arg-type]  # one of the two
    return to_id(ReservableEntity, home.id)


async def push(client: Client, home: str, **changes: Any) -> dict[str, Any]:
    answer = await client.ask(UPSERT, input=stay(entityId=home, externalId="x", **changes))
    payload: dict[str, Any] = answer["reservationUpsert"]
    return payload


async def test_it_is_told_which_key_to_insert_where_and_that_its_pin_is_on_the_way(
    client: Client,
) -> None:
    home = await furnished(client)

    await push(client, home, startsAt=days_from_now(0.5))

    insert = await told(client, EventKind.INSERT_KEY)
    assert insert.startswith("Put the key A-12 into locker 0 of Station before ")
    synced = await told(client, EventKind.LOCKER_CONTRACT_SYNCING)
    assert synced.startswith("The PIN for the key A-12 goes to Station, locker 0, from ")


async def test_it_is_told_why_a_pin_is_forgotten_and_learned_anew(client: Client) -> None:
    home = await furnished(client, in_automat=True)
    times = {"startsAt": days_from_now(0.5), "endsAt": days_from_now(2)}
    await push(client, home, **times)

    await push(client, home, **times | {"endsAt": days_from_now(3)})
    anew = await told(client, EventKind.LOCKER_CONTRACT_RESYNCED)
    await push(client, home, startsAt=days_from_now(8), endsAt=days_from_now(9))
    forgotten = await told(client, EventKind.LOCKER_CONTRACT_UNSYNCED)

    assert anew.startswith("Station learns the PIN for the key A-12 anew, from ")
    assert anew.endswith(": The stay was changed.")
    assert forgotten.startswith("Station forgets the PIN for the key A-12 until ")
    assert forgotten.endswith(": The stay was moved to later.")


async def test_it_is_told_that_a_pin_is_forgotten_when_a_stay_is_given_up(client: Client) -> None:
    home = await furnished(client, in_automat=True)
    await push(client, home, startsAt=days_from_now(0.5), endsAt=days_from_now(2))

    await client.ask(CANCEL, input={"externalId": "x"})

    forgotten = await told(client, EventKind.LOCKER_CONTRACT_UNSYNCED)
    assert forgotten.startswith("The automat forgets a PIN that was for it from ")


async def test_nothing_is_told_of_a_pin_that_no_automat_knows(client: Client) -> None:
    home = await furnished(client, in_automat=True)
    await push(client, home, startsAt=days_from_now(8), endsAt=days_from_now(9))

    await client.ask(CANCEL, input={"externalId": "x"})

    assert await notices(client, kind="LOCKER_CONTRACT_UNSYNCED") == []


async def test_it_is_told_what_is_missing_for_a_reservation(client: Client) -> None:
    async with client.working() as work:
        home = to_id(ReservableEntity, (await make_entity(work)).id)

    made = await push(client, home)

    text = await told(client, EventKind.RESERVATION_UNFULFILLED)
    assert text == made["reservation"]["unfulfilledMessage"]


async def test_it_is_told_that_no_locker_is_free_for_a_return(client: Client) -> None:
    home = await furnished(client)
    async with client.working() as work:
        other = await make_entity(work)
        await make_key(work, other)
    there = {"entityId": to_id(ReservableEntity, other.id)}
    times = {"startsAt": days_from_now(57), "endsAt": days_from_now(62)}
    await client.ask(UPSERT, input=stay(**there, **times))

    await push(client, home, startsAt=days_from_now(1), endsAt=days_from_now(60))

    text = await told(client, EventKind.LOCKER_CONTRACT_FAILED)
    assert text.startswith("No locker is free for the return of the key A-12 from ")
    assert text.endswith("It is tried again; free a locker, or add an automat.")


async def test_it_is_told_that_a_group_is_not_there(client: Client) -> None:
    home = await furnished(client)

    refused = await push(client, home, deviceGroupId="group_1")

    assert refused["reservation"] is None
    text = await told(client, EventKind.DEVICE_GROUP_NOT_FOUND)
    assert "names a device group that is not there" in text


async def test_it_is_told_that_few_lockers_are_free_and_that_none_is(client: Client) -> None:
    async with client.working() as work:
        automats = [await make_automat(work, model=AutomatModel.LIVIONKEY_1) for _ in range(2)]
        group = await make_group(work, *automats, name="City", free_locker_limit=1)
        homes = [await make_entity(work) for _ in range(2)]
        for home in homes:
            await make_key(work, home)

    for number, home in enumerate(homes):
        to = to_id(ReservableEntity, home.id)
        await client.ask(UPSERT, input=stay(entityId=to, externalId=f"s{number}"))

    few = await told(client, EventKind.FREE_LOCKER_LIMIT_REACHED)
    none = await told(client, EventKind.NO_FREE_LOCKERS)
    assert few.startswith("City has only 1 locker free from ")
    assert none.startswith("No locker of City is free from ")
    (first,) = await notices(client, kind="NO_FREE_LOCKERS")
    assert first["subjectId"] == f"group_{group.id.hex}"
    assert first["facts"]["free_lockers"] == 0


async def test_notices_come_newest_first_in_pages_and_without_other_events(client: Client) -> None:
    home = await furnished(client)
    await push(client, home, startsAt=days_from_now(0.5))

    everything = await notices(client)
    first = (await client.ask(NOTICES, first=1))["notices"]
    after = first["pageInfo"]["endCursor"]
    second = (await client.ask(NOTICES, first=1, after=after))["notices"]

    assert all(one["notice"] for one in everything)
    ids = [one["id"] for one in everything]
    assert len(ids) >= 2
    assert ids == sorted(ids, reverse=True)
    found = [page["edges"][0]["node"]["id"] for page in (first, second)]
    assert found == ids[:2]
