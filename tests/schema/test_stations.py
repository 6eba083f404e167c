"""Signature stations: made, paired by a code that works once, heard of, and taken out of use."""

from datetime import timedelta
from typing import Any

import pytest
from factories import make_unit
from signing import begun, station_of
from sqlalchemy import select
from talking import Client

from models.accounts import Role, Token
from models.events import Event
from models.organizations import OrganizationUnit
from models.signing import SigningMethod
from models.stations import SignatureStation
from resolvers.signing import pairing
from schema.scalars import to_id

STATION = "id name paired pairedAt online busy retired lastSeenAt organizationUnit { id name }"
ANSWER = f"signatureStation {{ {STATION} signing {{ id state }} }} userErrors {{ code message }}"
BEAT = "signatureStation { id name online } userErrors { code }"
LIST = f"{{ signatureStations {{ edges {{ node {{ {STATION} signing {{ id }} }} }} }} }}"


async def change(client: Client, verb: str, role: Role = Role.ADMIN, **input: Any) -> Any:
    """Send one of the mutations of stations."""
    name = f"signatureStation{verb}"
    type_ = f"S{name[1:]}Input"
    code = "code" if verb == "PairingCode" else ""
    document = f"mutation($input: {type_}!) {{ {name}(input: $input) {{ {ANSWER} {code} }} }}"
    return (await client.ask(document, role, input=input))[name]


async def new_station(client: Client, name: str = "Front desk") -> str:
    answer = await change(client, "Create", name=name)
    id: str = answer["signatureStation"]["id"]
    return id


async def pair(client: Client, code: Any, **headers: str) -> Any:
    """Type a code at a display."""
    return await client.http.post("/public/station/pair", json={"code": code}, headers=headers)


async def paired(client: Client, id: str) -> str:
    """Pair a display with a station; gives its token."""
    code = (await change(client, "PairingCode", id=id))["code"]
    token: str = (await pair(client, code)).json()["token"]
    return token


async def beat(client: Client, token: str) -> Any:
    """Send the sign of life of a display."""
    document = f"mutation {{ signatureStationHeartbeat(input: {{}}) {{ {BEAT} }} }}"
    headers = {"authorization": f"Bearer {token}"}
    return await client.http.post("/graphql", json={"query": document}, headers=headers)


async def shown(client: Client) -> list[dict[str, Any]]:
    """List the stations as viewers see them."""
    edges = (await client.ask(LIST, Role.VIEWER))["signatureStations"]["edges"]
    return [edge["node"] for edge in edges]


async def test_a_station_is_made_for_a_unit_and_has_no_display_at_first(client: Client) -> None:
    id = await new_station(client)

    (station,) = await shown(client)

    assert station.pop("organizationUnit")["name"] == "Kotikatu Isännöinti"
    assert station == {
        "id": id,
        "name": "Front desk",
        "paired": False,
        "pairedAt": None,
        "online": False,
        "busy": False,
        "retired": False,
        "lastSeenAt": None,
        "signing": None,
    }


async def test_a_station_gets_another_name_and_another_unit(client: Client) -> None:
    id = await new_station(client)
    async with client.working() as work:
        unit = to_id(OrganizationUnit, (await make_unit(work, name="North")).id)

    renamed = await change(client, "Update", id=id, name="Kiosk", organizationUnitId=unit)
    back = await change(client, "Update", id=id, organizationUnitId=None)
    nameless = await change(client, "Update", id=id, name=" ")

    assert renamed["signatureStation"]["name"] == "Kiosk"
    assert renamed["signatureStation"]["organizationUnit"]["name"] == "North"
    assert back["signatureStation"]["organizationUnit"]["name"] == "Kotikatu Isännöinti"
    assert [error["code"] for error in nameless["userErrors"]] == ["INVALID_INPUT"]


async def test_a_code_pairs_a_display_which_is_online_from_then_on(client: Client) -> None:
    id = await new_station(client)
    code = (await change(client, "PairingCode", id=id))["code"]

    answer = await pair(client, code)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["name"] == "Front desk"
    (station,) = await shown(client)
    assert (station["paired"], station["online"]) == (True, True)
    async with client.working() as work:
        (row,) = await work.all(work.own(SignatureStation))
        token = await work.get(Token, row.token_id)
    assert token.role is Role.STATION
    assert (await beat(client, answer.json()["token"])).json()["data"]


@pytest.mark.parametrize("typed", [str.lower, lambda code: f" {code[:4]}-{code[4:]} "])
async def test_a_code_is_read_however_it_is_typed(client: Client, typed: Any) -> None:
    code = (await change(client, "PairingCode", id=await new_station(client)))["code"]

    assert len(code) == 8
    assert set(code) <= set("23456789ABCDEFGHJKMNPQRSTUVWXYZ")
    assert (await pair(client, typed(code))).status_code == 200


async def test_a_code_works_once(client: Client) -> None:
    code = (await change(client, "PairingCode", id=await new_station(client)))["code"]

    answers = [await pair(client, code) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[1].json()["error"]["code"] == "LINK_NOT_VALID"


async def test_a_code_is_not_valid_after_ten_minutes(client: Client) -> None:
    code = (await change(client, "PairingCode", id=await new_station(client)))["code"]
    async with client.working() as work:
        (row,) = await work.all(work.own(SignatureStation))
        assert row.pairing_expires_at is not None
        assert row.pairing_expires_at - work.now > pairing.LASTS - timedelta(minutes=1)
        row.pairing_expires_at = work.now

    assert (await pair(client, code)).status_code == 404


async def test_a_newer_code_takes_the_place_of_an_older_one(client: Client) -> None:
    id = await new_station(client)
    older, newer = [(await change(client, "PairingCode", id=id))["code"] for _ in range(2)]

    assert (await pair(client, older)).status_code == 404
    assert (await pair(client, newer)).status_code == 200


async def test_a_code_that_is_given_again_is_not_shown_again(client: Client) -> None:
    id = await new_station(client)

    answers = [await change(client, "PairingCode", id=id, idempotencyKey="k") for _ in range(2)]

    assert answers[0]["code"] is not None
    assert answers[1]["code"] is None


async def test_the_next_display_sends_the_one_before_it_away(client: Client) -> None:
    id = await new_station(client)
    first = await paired(client, id)

    second = await paired(client, id)

    assert (await beat(client, second)).status_code == 200
    assert (await beat(client, first)).status_code == 401


async def test_a_display_that_is_unpaired_opens_nothing_any_more(client: Client) -> None:
    id = await new_station(client)
    token = await paired(client, id)

    answers = [await change(client, "Unpair", id=id) for _ in range(2)]

    assert answers[0]["signatureStation"]["paired"] is False
    assert answers[1]["userErrors"] == []
    assert (await beat(client, token)).status_code == 401
    assert await kinds(client) == [
        "SIGNATURE_STATION_CREATED",
        "SIGNATURE_STATION_UPDATED",
        "SIGNATURE_STATION_PAIRED",
        "SIGNATURE_STATION_UNPAIRED",
    ]


async def kinds(client: Client) -> list[str]:
    """List what happened to stations."""
    async with client.working() as work:
        rows = work.own(Event).where(Event.subject_type == "SignatureStation").order_by(Event.id)
        return [event.kind.name for event in await work.all(rows)]


async def test_a_heartbeat_is_noted_and_nothing_else_is_written(client: Client) -> None:
    token = await paired(client, await new_station(client))
    async with client.working() as work:
        (row,) = await work.all(work.own(SignatureStation))
        row.last_seen_at = work.now - timedelta(minutes=5)
        before = len(await work.all(work.own(Event)))
    (silent,) = await shown(client)

    answer = (await beat(client, token)).json()["data"]["signatureStationHeartbeat"]

    assert (silent["paired"], silent["online"]) == (True, False)
    assert answer["signatureStation"]["online"] is True
    async with client.working() as work:
        assert len(await work.all(work.own(Event))) == before


async def test_only_the_display_of_a_station_speaks_for_it(client: Client) -> None:
    for role in (Role.ADMIN, Role.STATION):  # neither token is bound to a station
        answer = await change(client, "Heartbeat", role)
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_ALLOWED"]


async def test_a_station_shows_the_signing_that_it_is_busy_with(client: Client) -> None:
    async with client.working() as work:
        station = await station_of(client, work)
        start = await begun(work, method=SigningMethod.STATION, station_id=station.id)

    (now,) = await shown(client)

    assert now["busy"] is True
    assert now["signing"] == {"id": to_id(type(start.process), start.process.id)}


async def test_a_station_in_use_is_not_retired_and_a_retired_one_takes_no_display(
    client: Client,
) -> None:
    async with client.working() as work:
        station = await station_of(client, work)
        start = await begun(work, method=SigningMethod.STATION, station_id=station.id)
    id = to_id(SignatureStation, station.id)

    refused = await change(client, "Retire", id=id)
    withdraw = "mutation($input: SigningWithdrawInput!) { signingWithdraw(input: $input) "
    signing = {"id": to_id(type(start.process), start.process.id)}
    await client.ask(f"{withdraw} {{ userErrors {{ code }} }} }}", input=signing)
    retired = [await change(client, "Retire", id=id) for _ in range(2)]
    code = await change(client, "PairingCode", id=id)

    assert [error["code"] for error in refused["userErrors"]] == ["STILL_IN_USE"]
    assert retired[0]["signatureStation"]["retired"] is True
    assert retired[1]["userErrors"] == []
    assert [error["code"] for error in code["userErrors"]] == ["STATION_NOT_READY"]
    assert await shown(client) == []
    assert (await beat(client, client.tokens[Role.STATION])).status_code == 401


async def test_after_ten_wrong_codes_a_minute_only_a_right_one_is_heard(client: Client) -> None:
    id = await new_station(client)
    right = (await change(client, "PairingCode", id=id))["code"]

    wrong = [await pair(client, f"WRONG{number}") for number in range(10)]
    late = await pair(client, "WRONG")
    heard = await pair(client, right)
    used = await pair(client, right)

    assert {answer.status_code for answer in wrong} == {404}
    assert late.status_code == 429
    assert late.json()["error"]["code"] == "TOO_MANY_REQUESTS"
    assert 0 < int(late.headers["retry-after"]) <= 61
    assert (heard.status_code, used.status_code) == (200, 429)


@pytest.mark.parametrize("code", [None, 7, ["A"], "", "x" * 10_000, "\x00", "ÄÖ%"])
async def test_what_is_no_code_pairs_nothing(client: Client, code: Any) -> None:
    answer = await pair(client, code)

    assert answer.json()["error"]["code"] in {"INVALID_INPUT", "LINK_NOT_VALID"}


async def test_a_page_of_another_site_pairs_nothing(client: Client) -> None:
    code = (await change(client, "PairingCode", id=await new_station(client)))["code"]

    answer = await pair(client, code, origin="https://elsewhere.example")

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "NOT_ALLOWED")
    assert (await pair(client, code)).status_code == 200


async def test_a_code_is_stored_only_as_a_keyed_hash(client: Client) -> None:
    code = (await change(client, "PairingCode", id=await new_station(client)))["code"]

    async with client.working() as work:
        stored = await work.rows(select(*SignatureStation.__table__.columns))
        trail = await work.all(work.own(Event))

    assert code not in repr([tuple(row) for row in stored])
    assert code not in repr([event.facts for event in trail])
