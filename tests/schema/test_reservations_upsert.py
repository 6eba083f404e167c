"""Pushing many reservations in one call: an outcome for each, and all or those that are good."""

from documents import MANY, days_from_now, stay
from factories import make_entity, push
from many_rows import a_mixed_call, all_rows, counts, make_homes, outcomes, pushed
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.entities import ReservableEntity
from models.reservations import Reservation
from schema.scalars import to_id


async def test_every_row_has_its_outcome_in_the_order_of_the_input(client: Client) -> None:
    rows = await a_mixed_call(client)

    payload = await pushed(client, *rows)

    assert outcomes(payload) == ["CREATED", "REFUSED", "UPDATED", "UNCHANGED"]
    assert counts(payload) == {"created": 1, "refused": 1, "updated": 1, "unchanged": 1}
    assert [row["index"] for row in payload["rows"]] == [0, 1, 2, 3]
    assert [row["externalId"] for row in payload["rows"]] == ["new", "taken", "known", "same"]
    assert [row["changed"] for row in payload["rows"]] == [[], [], ["ENDS_AT"], []]
    assert payload["userErrors"] == []
    (error,) = payload["rows"][1]["userErrors"]
    assert (error["code"], error["path"]) == ("KEY_TAKEN", ["input", "reservations", "1"])
    assert error["freeFrom"] is not None
    shown = [row["reservation"] and row["reservation"]["status"] for row in payload["rows"]]
    assert shown == ["CONFIRMED", None, "CONFIRMED", "CONFIRMED"]
    (held,) = payload["rows"][0]["reservation"]["keyContract"]["lockerContracts"]
    assert held["pin"]
    assert held["automat"]["id"] == payload["rows"][0]["automat"]["id"]
    assert payload["rows"][0]["selectionMethod"] == "NEAREST"
    assert payload["rows"][3]["automat"] is None


async def test_good_rows_are_kept_unless_somebody_says_otherwise(client: Client) -> None:
    rows = await a_mixed_call(client)

    silent = await pushed(client, *rows, errorPolicy=None, dryRun=None)

    assert outcomes(silent) == ["CREATED", "REFUSED", "UPDATED", "UNCHANGED"]


async def test_one_refused_row_rejects_all_where_that_is_asked_for(client: Client) -> None:
    rows = await a_mixed_call(client)
    before = await all_rows(client)

    payload = await pushed(client, *rows, errorPolicy="REJECT_ALL")

    assert outcomes(payload) == ["NOT_DONE", "REFUSED", "NOT_DONE", "NOT_DONE"]
    assert counts(payload) == {"refused": 1, "notDone": 3}
    assert payload["userErrors"] == payload["rows"][1]["userErrors"] != []
    assert {row["reservation"] for row in payload["rows"]} == {None}
    assert [row["changed"] for row in payload["rows"]] == [[]] * 4
    assert await all_rows(client) == before
    good = [row for row in rows if row["externalId"] != "taken"]
    done = await pushed(client, *good, errorPolicy="REJECT_ALL")
    assert outcomes(done) == ["CREATED", "UPDATED", "UNCHANGED"]
    assert done["userErrors"] == []


async def test_what_waits_is_no_refusal(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
    row = stay(entityId=to_id(ReservableEntity, home.id))

    payload = await pushed(client, row, errorPolicy="REJECT_ALL")

    assert counts(payload) == {"created": 1}
    assert payload["rows"][0]["reservation"]["status"] == "UNFULFILLED"
    assert payload["rows"][0]["unfulfilledReason"] == "NO_KEY_FOR_ENTITY"


async def test_two_rows_of_one_reservation_are_done_one_after_the_other(client: Client) -> None:
    (home,) = await make_homes(client, 1)
    first = stay(entityId=home)
    longer = {**first, "endsAt": days_from_now(5)}

    payload = await pushed(client, first, longer, longer)

    assert outcomes(payload) == ["CREATED", "UPDATED", "UNCHANGED"]
    shown = [row["reservation"] for row in payload["rows"]]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0]["endsAt"] == longer["endsAt"]


async def test_a_call_that_comes_again_with_its_key_gets_the_same_answer(client: Client) -> None:
    rows = await a_mixed_call(client)

    first = await pushed(client, *rows, idempotencyKey="night-1")
    again = await pushed(client, *rows, idempotencyKey="night-1")
    other = await pushed(client, *rows[1:], idempotencyKey="night-1")

    assert again == first
    assert outcomes(again) == ["CREATED", "REFUSED", "UPDATED", "UNCHANGED"]
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    assert (other["rows"], counts(other)) == ([], {})


async def test_an_answer_with_a_number_that_cannot_be_stored_is_kept_for_its_key(
    client: Client,
) -> None:
    first, second = await make_homes(client, 2)
    rows = [stay(entityId=first, externalId="4711\0"), stay(entityId=second)]

    done = await pushed(client, *rows, idempotencyKey="night-3")
    again = await pushed(client, *rows, idempotencyKey="night-3")

    assert outcomes(done) == ["REFUSED", "CREATED"]
    assert done["rows"][0]["externalId"] == "4711\0"
    assert again == done


async def test_a_row_has_no_key_of_its_own(client: Client) -> None:
    first, second = await make_homes(client, 2)
    rows = [stay(entityId=first, idempotencyKey="mine"), stay(entityId=second)]

    payload = await pushed(client, *rows)

    assert outcomes(payload) == ["REFUSED", "CREATED"]
    (error,) = payload["rows"][0]["userErrors"]
    assert error["code"] == "INVALID_INPUT"
    assert error["path"] == ["input", "reservations", "0", "idempotencyKey"]


async def test_a_value_that_does_not_fit_says_in_which_row(client: Client) -> None:
    rows = [stay(entityId="entity_1"), stay(entityId="entity_1", startsAt="yesterday")]

    answer = await client.post(MANY, Role.PARTNER, input={"reservations": rows})

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert "'$input' at .reservations[1].startsAt" in error["message"]


async def test_those_who_may_not_push_are_told_once(client: Client) -> None:
    payload = await pushed(client, stay(entityId="entity_1"), role=Role.VIEWER)

    assert [error["code"] for error in payload["userErrors"]] == ["NOT_ALLOWED"]
    assert payload["rows"] == []


async def test_rows_of_others_are_not_seen(client: Client, stranger: Client) -> None:
    (theirs,) = await make_homes(stranger, 1)
    async with stranger.working() as work:
        (automat,) = await work.all(work.own(Automat))
        home = await make_entity(work, external_id="theirs")
        await push(work, home, external_id="stay")
    (ours,) = await make_homes(client, 1)

    payload = await pushed(
        client,
        stay(entityId=theirs),
        stay(entityId=ours, automatId=to_id(Automat, automat.id)),
        stay(entityId=..., entityExternalId="theirs"),
        stay(entityId=ours, externalId="stay"),
    )

    paths = [row["userErrors"] and row["userErrors"][0]["path"][-1] for row in payload["rows"]]
    assert paths == ["entityId", "automatId", "entityExternalId", []]
    async with stranger.working() as work:
        assert len(await work.all(work.own(Reservation))) == 1
