"""Installing automats over HTTP: the PIN and the credentials, which are shown once."""

import pytest
from brokers import SECRET
from cryptography import x509
from enrolling import change, enrol, install, kinds_of_events, links, read
from outsides import BROKER
from sqlalchemy import select
from talking import Client

from models.accounts import Role
from models.automats import Automat, Locker
from models.events import Event
from models.idempotency import IdempotentAnswer
from resolvers import guesses
from resolvers.automat_links import authority
from resolvers.automat_links.credentials import key_of
from schema.context import clock

MUTATIONS = (
    "automatInstallationPin",
    "automatCredentialsRotate",
    "automatCredentialsRevoke",
    "automatReplaceHardware",
    "automatUninstall",
)


@pytest.fixture(autouse=True)
async def nobody_has_guessed(client: Client) -> None:
    await guesses.forget(client.database, clock() + 2 * guesses.KEPT)


async def test_an_automat_is_installed_with_a_pin_and_credentials(client: Client) -> None:
    answer = await install(client)

    assert answer["userErrors"] == []
    assert answer["automat"]["linkState"] == "WAITING"
    pin, made = answer["installationPin"], read(answer["credentials"])
    assert len(pin) == 10
    assert pin.isdecimal()
    (link,) = await links(client)
    assert made.link_id == link.id
    assert made.broker == BROKER
    assert key_of(link.id, link.codes_key, SECRET) == made.codes_key
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(made.authority.encode()))
    assert certificate.subject.rfc4514_string() == f"CN={link.id}"
    assert f"{certificate.serial_number:x}" == link.serial == made.serial
    assert certificate.not_valid_after_utc == link.expires_at == made.expires_at


@pytest.mark.parametrize(("model", "lockers"), [("LIVIONKEY_1", 1), ("LIVIONKEY_30", 30)])
async def test_small_and_large_automats_are_installed_and_enrolled_alike(
    client: Client, model: str, lockers: int
) -> None:
    answer = await install(client, model=model)

    enrolled = await enrol(client, answer["installationPin"])

    assert enrolled.status_code == 200
    async with client.working() as work:
        assert len(await work.all(work.own(Locker))) == lockers


async def test_what_is_shown_once_is_not_shown_again_and_kept_nowhere(client: Client) -> None:
    first = await install(client, idempotencyKey="k")
    again = await install(client, idempotencyKey="k")

    assert again == {**first, "installationPin": None, "credentials": None}
    assert len(await links(client)) == 1
    made = read(first["credentials"])
    async with client.working() as work:
        automat = await work.first(work.own(Automat))
        answers = [row.answer for row in await work.all(work.own(IdempotentAnswer))]
        events = [row.facts for row in await work.all(work.own(Event))]
    assert automat is not None
    (link,) = await links(client)
    kept = f"{vars(automat)} {vars(link)} {answers} {events}"
    file = first["credentials"]
    for secret in (first["installationPin"], made.private_key, file, made.codes_key.hex()):
        assert secret not in kept
    assert "codesKey" not in kept


async def test_where_there_is_no_broker_an_automat_is_run_by_hand(client: Client) -> None:
    object.__setattr__(client.outside, "broker", None)

    answer = await install(client)

    assert (answer["automat"]["linkState"], answer["credentials"]) == ("NONE", None)
    id = answer["automat"]["id"]
    assert (await enrol(client, answer["installationPin"])).status_code == 403
    (error,) = (await change(client, "automatCredentialsRotate", id=id))["userErrors"]
    assert error["code"] == "INVALID_INPUT"


async def test_new_credentials_wait_beside_those_that_work(client: Client) -> None:
    id = (await install(client))["automat"]["id"]
    first = (await links(client))[0].id
    async with client.working() as work:
        link = (await work.all(select(type((await links(client))[0])).filter_by(id=first)))[0]
        link.activated_at = work.now

    second = await change(client, "automatCredentialsRotate", id=id)
    third = await change(client, "automatCredentialsRotate", id=id)

    assert third["automat"]["linkState"] == "ACTIVE"
    made = [read(one["credentials"]).link_id for one in (second, third)]
    found = {link.id: link.revoked_at is None for link in await links(client)}
    assert found == {first: True, made[0]: False, made[1]: True}


async def test_revoked_credentials_are_on_the_list_at_once(client: Client) -> None:
    answer = await install(client)

    revoked = await change(
        client, "automatCredentialsRevoke", Role.INSTALLER, id=answer["automat"]["id"]
    )

    assert revoked["automat"]["linkState"] == "NONE"
    (link,) = await links(client)
    assert link.revoked_at is not None
    async with client.database.reading() as connection:
        listed = await authority.revoked_now(connection, link.issued_at)
    assert int(link.serial, 16) in {one.serial for one in listed}
    await change(client, "automatCredentialsRevoke", id=answer["automat"]["id"])
    assert (await kinds_of_events(client)).count("AUTOMAT_CREDENTIALS_REVOKED") == 1


async def test_an_installation_pin_ends_with_the_credentials_that_are_revoked(
    client: Client,
) -> None:
    answer = await install(client)
    id = answer["automat"]["id"]

    await change(client, "automatCredentialsRevoke", id=id)

    refused = await enrol(client, answer["installationPin"])
    assert (refused.status_code, len(await links(client))) == (403, 1)
    renewed = (await change(client, "automatInstallationPin", id=id))["installationPin"]
    assert (await enrol(client, renewed)).status_code == 200


async def test_another_cabinet_takes_the_place_of_a_broken_one(client: Client) -> None:
    id = (await install(client))["automat"]["id"]

    answer = await change(client, "automatReplaceHardware", id=id, hardwareId=" HW-2 ")

    assert answer["automat"]["hardwareId"] == "HW-2"
    assert answer["automat"]["linkState"] == "WAITING"
    former, new = await links(client)
    assert (former.revoked_at is None, new.revoked_at is None) == (False, True)
    assert read(answer["credentials"]).link_id == new.id
    enrolled = await enrol(client, answer["installationPin"], hardwareId="HW-2")
    assert enrolled.status_code == 200
    assert "AUTOMAT_HARDWARE_REPLACED" in await kinds_of_events(client)


@pytest.mark.parametrize("hardware_id", ["", "x" * 101, "a\nb"])
async def test_the_id_of_a_cabinet_can_be_read(client: Client, hardware_id: str) -> None:
    id = (await install(client))["automat"]["id"]

    answer = await change(client, "automatReplaceHardware", id=id, hardwareId=hardware_id)

    assert [error["code"] for error in answer["userErrors"]] == ["INVALID_INPUT"]
    assert [link.revoked_at for link in await links(client)] == [None]


async def test_an_uninstalled_automat_has_neither_pin_nor_credentials(client: Client) -> None:
    answer = await install(client)
    id = answer["automat"]["id"]

    gone = (await change(client, "automatUninstall", id=id))["automat"]

    assert (gone["state"], gone["linkState"]) == ("UNINSTALLED", "NONE")
    assert (await enrol(client, answer["installationPin"])).status_code == 403
    for name in ("automatInstallationPin", "automatCredentialsRotate", "automatReplaceHardware"):
        (error,) = (await change(client, name, id=id))["userErrors"]
        assert error["code"] == "ILLEGAL_TRANSITION", name
    await change(client, "automatUninstall", id=id)
    assert (await kinds_of_events(client)).count("AUTOMAT_UNINSTALLED") == 1


async def test_uninstalling_is_not_a_change_of_state_but_coming_back_is(client: Client) -> None:
    id = (await install(client))["automat"]["id"]

    refused = await change(client, "automatUpdate", id=id, state="UNINSTALLED")
    await change(client, "automatUninstall", id=id)
    back = await change(client, "automatUpdate", id=id, state="IN_SERVICE")
    pin = (await change(client, "automatInstallationPin", id=id))["installationPin"]

    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_INPUT"]
    assert back["automat"]["state"] == "IN_SERVICE"
    assert (await enrol(client, pin)).status_code == 200


@pytest.mark.parametrize("name", MUTATIONS)
async def test_only_whoever_may_change_automats_may_do_that(client: Client, name: str) -> None:
    id = (await install(client))["automat"]["id"]

    answer = await change(client, name, Role.USER, id=id)

    assert [error["code"] for error in answer["userErrors"]] == ["NOT_ALLOWED"]
