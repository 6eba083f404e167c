"""PINs, return codes and tokens stand in no log, no error, no event and no `repr`."""

import json
import logging
from typing import Any

import pytest
from documents import CANCEL, UPSERT, stay
from factories import make_automat, make_desk, make_entity, make_key
from leaks import LEAKS, TOKEN, Leaks, digest_of
from sqlalchemy import select
from talking import Client

from models.accounts import Role, Token, token_digest
from models.contracts import LockerContract
from models.entities import ReservableEntity
from models.events import Event
from models.keys import Key
from models.organizations import OrganizationUnit
from schema.scalars import to_id

RETURN_CODE = "739164"
KEY_UPDATE = """mutation($input: KeyUpdateInput!) {
  keyUpdate(input: $input) { key { id } userErrors { code message } }
}"""
WHOLE_TRAIL = "{ events(first: 100) { edges { node { kind facts } } } }"


async def a_stay(client: Client) -> tuple[dict[str, Any], str]:
    """Push a stay for a key with a return code; gives the reservation and the key's id."""
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        key = await make_key(work, home, desk=await make_desk(work), return_code=RETURN_CODE)
    push = stay(entityId=to_id(ReservableEntity, home.id))
    answer = await client.ask(UPSERT, Role.PARTNER, input=push)
    reservation: dict[str, Any] = answer["reservationUpsert"]["reservation"]
    return reservation, to_id(Key, key.id)


def pin_of(reservation: dict[str, Any]) -> str:
    (held,) = reservation["keyContract"]["lockerContracts"]
    pin: str = held["pin"]
    return pin


async def test_no_log_repeats_a_secret_however_much_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, "sqlalchemy.engine", "sqlalchemy.engine.Engine", "aiosqlite", "psycopg"):
        caplog.set_level(logging.DEBUG, logger=name)

    reservation, key_id = await a_stay(client)
    await client.ask(KEY_UPDATE, input={"id": key_id, "returnCode": "739165"})
    await client.ask(CANCEL, input={"id": reservation["id"]})

    assert len(pin_of(reservation)) == 6
    assert caplog.records
    lines = "\n".join(record.getMessage() for record in caplog.records)
    assert pin_of(reservation) not in lines
    assert RETURN_CODE not in lines
    assert not any(token in lines for token in client.tokens.values())
    assert not any(token_digest(token) in lines for token in client.tokens.values())


async def test_no_error_repeats_a_code_that_was_sent(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with client.working() as work:
        automat = await make_automat(work)
        await make_key(work, automat=automat, return_code=RETURN_CODE)
        other = await make_key(work, automat=automat)
    id = to_id(Key, other.id)
    wrong: Any
    for wrong in (
        RETURN_CODE,
        int(RETURN_CODE),
        f"{RETURN_CODE}x",
        [RETURN_CODE],
        {RETURN_CODE: 1},
    ):
        answer = await client.post(KEY_UPDATE, input={"id": id, "returnCode": wrong})
        assert RETURN_CODE not in answer.text
    literal = f"mutation {{ keyUpdate(input: {{id: {RETURN_CODE}, returnCode: {RETURN_CODE}}}) }}"
    assert RETURN_CODE not in (await client.post(literal)).text
    assert RETURN_CODE not in caplog.text


async def test_a_return_code_that_the_automat_knows_is_refused_when_it_is_changed(
    client: Client,
) -> None:
    async with client.working() as work:
        automat = await make_automat(work)
        await make_key(work, automat=automat, return_code=RETURN_CODE)
        other = await make_key(work, automat=automat)

    input = {"id": to_id(Key, other.id), "returnCode": RETURN_CODE}
    answer = (await client.ask(KEY_UPDATE, input=input))["keyUpdate"]

    assert [error["code"] for error in answer["userErrors"]] == ["PIN_IN_USE"]


async def test_the_trail_holds_no_secret(client: Client) -> None:
    reservation, key_id = await a_stay(client)
    await client.ask(KEY_UPDATE, input={"id": key_id, "returnCode": "739165"})

    trail = json.dumps(await client.ask(WHOLE_TRAIL))

    assert "locker_contract_planned".upper() in trail
    assert pin_of(reservation) not in trail
    assert RETURN_CODE not in trail
    assert "739165" not in trail
    assert not any(token in trail for token in client.tokens.values())


async def test_rows_do_not_show_their_secrets(client: Client) -> None:
    reservation, _ = await a_stay(client)
    async with client.working() as work:
        (held,) = await work.all(work.own(LockerContract))
        (key,) = await work.all(work.own(Key))
        shown = repr([held, key, vars(held).get("_sa_instance_state")])

    assert pin_of(reservation) not in shown
    assert RETURN_CODE not in shown


async def test_a_token_is_stored_only_as_its_hash(client: Client) -> None:
    async with client.working() as work:
        tokens = await work.all(work.own(Token))
        stored = await work.rows(select(*Token.__table__.columns))
        trail = await work.all(work.own(Event))

    assert {token.digest for token in tokens} == set(map(token_digest, client.tokens.values()))
    for text in client.tokens.values():
        assert text not in repr([tuple(row) for row in stored])
        assert text not in repr([event.facts for event in trail])


async def test_what_is_put_out_is_looked_through_for_secrets() -> None:
    """The look at the end of a session, see `leaks`, finds what it should and nothing else."""
    leaks = Leaks()
    for secret in ("918273645", "lk_a-token_of-many-letters", "123456"):
        leaks.make(secret)

    leaks.say("PIN 123456 at 1918273645, lk_a-token_of-many-letterss", "a log")
    assert leaks.found() == {}
    leaks.say('{"pin":"918273645"}', "an answer")
    leaks.say("Bearer lk_a-token_of-many-letters\n", "a trace")

    assert set(leaks.found().values()) == {"an answer", "a trace"}
    assert not [one for one in leaks.found() if "918273645" in one]


async def test_this_session_is_looked_through(client: Client) -> None:
    async with client.working() as work:
        unit = await work.get(OrganizationUnit, client.organization_id)
        unit.pin_length = 9
    reservation, _ = await a_stay(client)

    logging.getLogger("anybody").warning("a line with %s", "words-that-nobody-says-but-this-test")

    assert len(pin_of(reservation)) == 9
    tokens = {TOKEN.sub(r"\1", token) for token in client.tokens.values()}
    assert {pin_of(reservation), *tokens} <= LEAKS.made
    assert digest_of("words-that-nobody-says-but-this-test") in LEAKS.said
