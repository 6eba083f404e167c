"""Cabinets that fetch their credentials by an installation PIN, and those that may not."""

import asyncio
import base64
import logging
from datetime import timedelta
from itertools import count

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from enrolling import ENROL, change, enrol, install, kinds_of_events, links, read, request_for
from outsides import BROKER
from talking import Client, another_process

from models.automats import Automat
from models.base import table_of
from models.guesses import GuessCount
from resolvers import guesses
from resolvers.automat_links.credentials import Credentials
from resolvers.outside.certificates import new_key
from schema.context import clock

REFUSED = {
    "error": {
        "code": "ENROLMENT_REFUSED",
        "message": "The installation PIN is wrong, used or too old; ask for a new one.",
    }
}


@pytest.fixture(autouse=True)
async def nobody_has_guessed(client: Client) -> None:
    await guesses.forget(client.database, clock() + 2 * guesses.KEPT)


async def test_a_cabinet_gets_a_certificate_for_its_own_key_alone(client: Client) -> None:
    pin, key = (await install(client))["installationPin"], new_key()

    answer = await enrol(client, pin, csr=request_for(key, "link"))

    assert answer.status_code == 200
    assert "privateKey" not in answer.json()
    made = Credentials.from_file(answer.json())
    assert (made.private_key, made.broker, len(made.codes_key)) == (None, BROKER, 32)
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    encoded = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    assert certificate.public_key().public_bytes(*encoded) == key.public_key().public_bytes(
        *encoded
    )
    assert certificate.subject.rfc4514_string() == f"CN={made.link_id}"
    former, link = await links(client)
    assert former.revoked_at is not None
    assert (link.id, link.revoked_at, link.activated_at) == (made.link_id, None, None)
    assert "AUTOMAT_ENROLLED" in await kinds_of_events(client)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_pin_works_once_even_for_many_at_once(client: Client) -> None:
    pin = (await install(client))["installationPin"]

    answers = await asyncio.gather(*(enrol(client, pin) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403, 403]
    assert len([link for link in await links(client) if link.revoked_at is None]) == 1


async def test_every_reason_to_refuse_looks_the_same(client: Client) -> None:
    answer = await install(client)
    other = await install(client, "000332")
    pin, id = answer["installationPin"], answer["automat"]["id"]
    wrong = f"{int(pin[0]) ^ 1}{pin[1:]}"

    for given in (
        {"pin": wrong},
        {"pin": ""},
        {"pin": "é" * 10},
        {"pin": other["installationPin"]},
        {"pin": pin, "deviceId": "999999"},
    ):
        refused = await enrol(client, **given)
        assert (refused.status_code, refused.json()) == (403, REFUSED), given
    renewed = (await change(client, "automatInstallationPin", id=id))["installationPin"]
    used = await enrol(client, pin)
    assert (used.status_code, used.json()) == (403, REFUSED)
    assert (await enrol(client, renewed)).status_code == 200


async def test_a_pin_ends_after_a_day(client: Client) -> None:
    pin = (await install(client))["installationPin"]
    async with client.working() as work:
        automat = await work.first(work.own(Automat))
        assert automat is not None
        assert automat.installation_pin_until is not None
        lasts = automat.installation_pin_until - automat.installed_at
        automat.installation_pin_until = work.now

    refused = await enrol(client, pin)

    assert lasts == timedelta(hours=24)
    assert (refused.status_code, refused.json()) == (403, REFUSED)


async def test_two_organizations_may_have_the_same_device_id(
    client: Client, stranger: Client
) -> None:
    theirs = await install(stranger)
    ours = await install(client)

    answer = await enrol(client, ours["installationPin"])

    assert answer.status_code == 200
    assert len(await links(client)) == 2
    assert (await enrol(client, theirs["installationPin"])).status_code == 200
    assert len(await links(stranger)) == 2


async def test_whoever_guesses_has_to_wait_even_with_a_right_guess(client: Client) -> None:
    pin = (await install(client))["installationPin"]

    answers = [await enrol(client, f"{guess:010}") for guess in range(10)]
    right = await enrol(client, pin)

    assert [answer.status_code for answer in answers] == [403] * 10
    assert right.status_code == 429
    assert right.headers["retry-after"].isdecimal()


async def test_guesses_that_come_at_once_are_not_more(client: Client) -> None:
    pin = (await install(client))["installationPin"]

    answers = await asyncio.gather(*(enrol(client, f"{guess:010}") for guess in range(16)))

    assert sorted(answer.status_code for answer in answers) == [403] * 10 + [429] * 6
    assert (await enrol(client, pin)).status_code == 429


async def test_the_guesses_for_one_automat_are_counted_from_all_addresses(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = (await install(client))["installationPin"]
    other = (await install(client, "000332"))["installationPin"]
    monkeypatch.setattr("schema.web.enrolment_routes.place_of", somewhere_else)

    answers = [await enrol(client, f"{guess:010}") for guess in range(20)]
    right = await enrol(client, pin)

    assert [answer.status_code for answer in answers] == [403] * 20
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 3000
    assert (await enrol(client, other, deviceId="000332")).status_code == 200


async def test_the_guesses_of_two_processes_are_counted_together(client: Client) -> None:
    pin = (await install(client))["installationPin"]

    async with another_process(client) as other:
        answers = [
            await enrol(one, f"{guess:010}") for guess in range(5) for one in (client, other)
        ]
        refused = [await enrol(one, pin) for one in (client, other)]

    async with another_process(client) as restarted:
        refused.append(await enrol(restarted, pin))
    assert [answer.status_code for answer in answers] == [403] * 10
    assert [answer.status_code for answer in refused] == [429] * 3


async def test_what_is_refused_leaves_no_address_in_the_database(client: Client) -> None:
    await enrol(client, "0" * 10)

    row = table_of(GuessCount)
    async with client.database.reading() as connection:
        kept = (await connection.execute(row.select())).all()
    assert sorted(one.guesses for one in kept) == [1, 1]
    assert all(len(one.place) == 64 for one in kept)
    assert not any("000331" in one.place or "127.0.0.1" in one.place for one in kept)


async def test_whoever_is_right_is_not_counted(client: Client) -> None:
    answer = await install(client)
    pin, id = answer["installationPin"], answer["automat"]["id"]

    for _ in range(12):
        assert (await enrol(client, pin)).status_code == 200
        pin = (await change(client, "automatInstallationPin", id=id))["installationPin"]


_addresses = count(1)


def somewhere_else(_address: str | None) -> str:
    """Give each request another network address."""
    return f"address {next(_addresses)}"


def somebody_elses() -> str:
    """Write a certificate request and put another signature under it."""
    lines = request_for().splitlines()
    lines[-2] = lines[-2][:-8] + "AAAAAAA="
    return "\n".join(lines)


@pytest.mark.parametrize(
    "csr",
    [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
        "x" * 100_000,
        request_for(rsa.generate_private_key(65537, 2048)),
        request_for(ec.generate_private_key(ec.SECP384R1())),
        somebody_elses(),
    ],
    ids=["empty", "nonsense", "cut", "long", "rsa", "other curve", "not signed"],
)
async def test_a_bad_request_for_a_certificate_does_not_use_up_the_pin(
    client: Client, csr: str
) -> None:
    pin = (await install(client))["installationPin"]

    refused = await enrol(client, pin, csr=csr)

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "INVALID_INPUT")
    assert csr == "" or csr not in refused.text
    assert (await enrol(client, pin)).status_code == 200


@pytest.mark.parametrize("missing", ["installationPin", "deviceId", "hardwareId", "csr"])
async def test_every_field_is_needed(client: Client, missing: str) -> None:
    answer = await enrol(client, "1" * 10, **{missing: None})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_INPUT")


async def test_a_page_of_another_site_cannot_enrol(client: Client) -> None:
    answer = await client.http.post(ENROL, json={}, headers={"origin": "https://elsewhere.test"})

    assert answer.status_code == 403
    assert (await client.http.get(ENROL)).status_code == 405


async def test_no_log_repeats_a_pin_or_credentials(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await install(client)
    pin, file = answer["installationPin"], read(answer["credentials"])

    await enrol(client, pin[:-1])
    enrolled = Credentials.from_file((await enrol(client, pin)).json())
    await enrol(client, pin)

    said = caplog.text
    for secret in (pin, pin[:-1]):
        assert secret not in said
    for made in (file, enrolled):
        assert base64.b64encode(made.codes_key).decode() not in said
    assert "PRIVATE KEY" not in said
