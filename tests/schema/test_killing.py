"""A server that is killed in the middle of pushes leaves each of them whole, or not at all."""

import asyncio
import random
import secrets
import signal
import threading
import time
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from commands import CommandLine
from documents import UPSERT, stay
from serving import Server, new_token, serving
from sqlalchemy import text

from models.database import Database

ROUNDS = 5
CLIENTS = 4
HOMES = 8

ENTITY = """mutation($input: EntityCreateInput!) {
  entityCreate(input: $input) { entity { id } userErrors { code } }
}"""
KEY = """mutation($input: KeyRegisterInput!) {
  keyRegister(input: $input) { key { id } userErrors { code } }
}"""
DESK = 'mutation { manualStorageCreate(input: {name: "Desk"}) { manualStorage { id } } }'
AUTOMAT = """mutation { automatInstall(input: {
  deviceId: "1", name: "Station", model: LIVIONKEY_30, address: {text: "Station"}
  coordinates: {latitude: 60.17, longitude: 24.94}
}) { automat { id } } }"""

# What a whole push has written, once for each reservation.
PARTS = {
    "contacts": "select reservation_id from reservation_contacts",
    "decision": "select reservation_id from automat_selections",
    "key contract": "select reservation_id from key_contracts",
    "what has to happen when": "select k.reservation_id from jobs j "
    "join key_contracts k on k.id = j.subject_id",
    "key": "select k.reservation_id from key_allocations a "
    "join key_contracts k on k.id = a.key_contract_id",
    "locker contract": "select k.reservation_id from locker_contracts l "
    "join key_contracts k on k.id = l.key_contract_id where l.sealed_pin is not null",
    "event": "select subject_id from events where kind = 'reservation_created'",
    "event of the key contract": "select k.reservation_id from events e "
    "join key_contracts k on k.id = e.subject_id where e.kind = 'key_contract_created'",
    "event of the locker contract": "select k.reservation_id from events e "
    "join locker_contracts l on l.id = e.subject_id "
    "join key_contracts k on k.id = l.key_contract_id where e.kind = 'locker_contract_planned'",
}


@pytest.fixture
def commands(own_url: str, tmp_path: Path) -> CommandLine:
    """Give a command line on an empty database of our own."""
    return CommandLine(tmp_path, {"database_url": own_url})


def furnish(server: Server) -> list[str]:
    """Make apartments with a key each and an automat near them; gives their ids."""
    server.ask(AUTOMAT)
    desk = server.ask(DESK)["manualStorageCreate"]["manualStorage"]["id"]
    homes = []
    for number in range(HOMES):
        place = {"latitude": 60.17, "longitude": 24.94}
        home = {"kind": "APARTMENT", "name": str(number), "coordinates": place}
        id = server.ask(ENTITY, input=home)["entityCreate"]["entity"]["id"]
        key = {"kind": "MECHANICAL", "entityIds": [id], "storage": {"manualStorageId": desk}}
        assert server.ask(KEY, input=key | {"shared": True})["keyRegister"]["key"]
        homes.append(id)
    return homes


def push_until_it_dies(server: Server, homes: list[str], answered: list[str]) -> None:
    """Push stays one after the other, and keep the ids of those that were answered."""
    while True:
        push = stay(entityId=random.choice(homes), externalId=secrets.token_hex(8))  # any
        try:
            payload = server.ask(UPSERT, input=push)["reservationUpsert"]
        except (OSError, ValueError, HTTPException):
            return
        if payload["reservation"]:
            answered.append(push["externalId"])


def pushed_and_killed(server: Server, homes: list[str]) -> list[str]:
    """Let clients push at once, and kill the server while they do."""
    answered: list[str] = []
    arguments = (server, homes, answered)
    clients = [threading.Thread(target=push_until_it_dies, args=arguments) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(random.uniform(0.3, 1.2))  # any moment will do
    server.stop(signal.SIGKILL)
    for client in clients:
        client.join()
    return answered


async def rows(url: str, statement: str) -> list[Any]:
    """Read the first column of a query."""
    database = Database(url)
    try:
        async with database.reading() as connection:
            return [row[0] for row in await connection.execute(text(statement))]
    finally:
        await database.dispose()


def test_a_killed_server_leaves_each_push_whole_or_absent(commands: CommandLine) -> None:
    token = new_token(commands)
    url = commands.settings["database_url"]
    answered = []

    with serving(commands, token=token) as server:
        homes = furnish(server)
    for _ in range(ROUNDS):
        with serving(commands, token=token) as server:
            answered += pushed_and_killed(server, homes)

    kept = asyncio.run(rows(url, "select id from reservations where status = 'confirmed'"))
    waiting = asyncio.run(rows(url, "select id from reservations where status <> 'confirmed'"))
    numbers = set(asyncio.run(rows(url, "select external_id from reservations")))
    assert kept
    assert set(answered) <= numbers
    for part, statement in PARTS.items():
        found = sorted(id for id in asyncio.run(rows(url, statement)) if id not in waiting)
        assert found == sorted(kept), part
