"""Staff sign in by password and authenticator: what lets them in, for how long, what does not."""

import asyncio
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from factories import make_unit
from sqlalchemy import select, update
from staffing import ME, OURS, PASSWORD, RENEW, Staff, invited, joined, opened, secret_of
from talking import Client, http_to

from models.accounts import Role
from models.base import new_id
from models.events import Event, EventKind
from models.organizations import OrganizationUnit
from models.people import IDLE, LONGEST, Person, PersonInvitation, PersonSession
from models.ways_in import Passkey
from schema.context import clock
from schema.doors.session_cookies import SESSION
from schema.scalars import from_id, to_id
from schema.web.passkey_routes import WRONG_A_MINUTE

GUESSED = "Aino Virtanen 1987!"


async def facts_of(client: Client, kind: EventKind) -> list[dict[str, object]]:
    async with client.working() as work:
        found = await work.all(work.own(Event).where(Event.kind == kind).order_by(Event.id))
    return [event.facts for event in found]


async def test_somebody_is_invited_signs_in_and_out(client: Client) -> None:
    async with joined(client, Role.ADVANCED_USER) as aino:
        first = await aino.me()
        answer = await aino.sign_in()
        cookies = answer.headers.get_list("set-cookie")
        second = await aino.me()
        await aino.http.post("/staff/sign-out", headers=OURS)
        gone = await aino.ask(ME)

    assert (first["wayIn"], first["role"], first["name"]) == (
        ("SESSION", "ADVANCED_USER", "Aino Virtanen")
    )
    assert "EDIT_KEYS" in first["permissions"]
    assert "EDIT_USERS" not in first["permissions"]
    assert first["organizationUnits"] is None
    assert first["email"] == aino.email.casefold()
    assert [one["provedBy"] for one in first["sessions"]] == ["INVITATION"]
    assert [one["provedBy"] for one in second["sessions"]] == ["PASSWORD_AND_TOTP"]
    assert all("HttpOnly" in one and "SameSite=strict" in one for one in cookies)
    assert not any("Secure" in one for one in cookies), "the tests' server has no https"
    assert gone.status_code == 401
    signed_in = await facts_of(client, EventKind.PERSON_SIGNED_IN)
    assert [one["proved_by"] for one in signed_in] == ["invitation", "password-and-totp"]
    ended = await facts_of(client, EventKind.SESSION_ENDED)
    assert [one["reason"] for one in ended] == ["signed in anew", "signed out"]


async def test_nobody_learns_what_was_wrong(client: Client) -> None:
    async with joined(client) as aino, http_to(client.app) as elsewhere:
        wrong = [
            await aino.sign_in(elsewhere, email="nobody.at.all@example.org"),
            await aino.sign_in(elsewhere, password=PASSWORD.title()),
            await aino.sign_in(elsewhere, code="000000"),
            await aino.sign_in(elsewhere, code="1111-1111-1111-1111"),
        ]

    assert [answer.status_code for answer in wrong] == [403] * 4
    assert len({answer.text for answer in wrong}) == 1
    assert not any("set-cookie" in answer.headers for answer in wrong)
    refused = await facts_of(client, EventKind.SIGN_IN_REFUSED)
    assert [one["reason"] for one in refused] == ["password", "code", "code"]


async def test_a_password_is_hashed_anew_in_the_form_in_which_it_is_compared(
    client: Client,
) -> None:
    async with joined(client) as aino:
        row, which = Person, Person.id == from_id(Person, aino.id)
        former = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
        async with client.working() as work:
            kept = update(row).where(which).values(password_hash=former)
            await (await work.connection()).execute(kept)
        other_form = PASSWORD.replace(" ", "\u00a0")
        on_paper = aino.recovery_codes[0]
        answers = [
            await aino.sign_in(password=other_form),
            await aino.sign_in(code=on_paper),
        ]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_wrong_passkeys_are_bounded_for_each_address(client: Client) -> None:
    sent = {"challenge": "guessed.1", "mark": "0" * 64, "credential": {}}
    answers = [
        await client.http.post("/staff/sign-in/passkey", json=sent, headers=OURS)
        for _ in range(WRONG_A_MINUTE + 1)
    ]

    assert {answer.status_code for answer in answers[:-1]} == {403}
    assert answers[-1].status_code == 429
    assert "retry-after" in answers[-1].headers


async def test_a_code_is_good_once_also_for_two_at_once(client: Client) -> None:
    async with joined(client) as aino, http_to(client.app) as elsewhere:
        code = aino.code()
        both = await asyncio.gather(*(aino.sign_in(elsewhere, code=code) for _ in range(2)))
        earlier = pyotp.TOTP(aino.secret).generate_otp(aino.used - 1)
        again = [await aino.sign_in(elsewhere, code=old) for old in (code, earlier)]
        paper = aino.recovery_codes[3].upper().replace("-", " ")
        on_paper = await asyncio.gather(*(aino.sign_in(elsewhere, code=paper) for _ in range(2)))

    assert sorted(answer.status_code for answer in both) == [200, 403]
    assert [answer.status_code for answer in again] == [403, 403]
    assert sorted(answer.status_code for answer in on_paper) == [200, 403]


async def test_an_invitation_is_taken_up_once_also_by_two_at_once(client: Client) -> None:
    _, _, secret = await invited(client)
    async with http_to(client.app) as http:
        looks = [(await opened(http, secret)).json() for _ in range(2)]
        assert looks[0] == looks[1], "the same authenticator each time"
        assert looks[0]["totp"]["qr"]["path"].startswith("M4 4h1v1h-1z")
        code = pyotp.TOTP(looks[0]["totp"]["secret"]).now()
        weak = await opened(http, secret, "/accept", password=GUESSED, code=code)
        wrong = await opened(http, secret, "/accept", password=PASSWORD, code="12345")
        both = await asyncio.gather(
            *(opened(http, secret, "/accept", password=PASSWORD, code=code) for _ in range(2))
        )
        late = await opened(http, secret)

    assert [one.json()["error"]["path"] for one in (weak, wrong)] == [["password"], ["code"]]
    assert sorted(answer.status_code for answer in both) == [200, 404]
    assert late.status_code == 404


async def keep_a_passkey(client: Client, staff: Staff) -> None:
    """Keep a passkey of somebody, as if a device of theirs had made it."""
    async with client.working() as work:
        passkey = Passkey(
            organization_id=client.organization_id,
            person_id=from_id(Person, staff.id),
            name="Lost telephone",
            credential_id=new_id().hex,
            public_key="",
            sign_count=0,
            transports="internal",
            created_at=clock(),
        )
        await work.add(passkey)


async def test_a_renewed_invitation_makes_the_old_one_worthless_and_resets(client: Client) -> None:
    async with joined(client) as aino:
        urls = [
            (await client.ask(RENEW, input={"id": aino.id}))["personInvitationRenew"]
            for _ in range(2)
        ]
        old, new = (secret_of(one["invitationUrl"]) for one in urls)
        await keep_a_passkey(client, aino)
        still = await aino.me()
        worthless = await opened(aino.http, old)
        totp = (await opened(aino.http, new)).json()["totp"]["secret"]
        before, aino.secret, aino.used = aino.secret, totp, 0
        code = aino.code()
        async with http_to(client.app) as phone:
            done = await opened(phone, new, "/accept", password=PASSWORD + "!", code=code)
        gone = await aino.ask(ME)
        old_password = await aino.sign_in()

    assert (still["wayIn"], len(still["passkeys"])) == ("SESSION", 1)
    async with client.working() as work:
        assert await work.all(work.own(Passkey)) == []
    assert worthless.status_code == 404
    assert before != totp
    assert (done.status_code, gone.status_code, old_password.status_code) == (200, 401, 403)
    _, _, lapsed = await invited(client)
    async with client.working() as work:
        row = PersonInvitation
        past = update(row).where(row.expires_at > clock() + timedelta(hours=5))
        await (await work.connection()).execute(past.values(expires_at=clock()))
    async with http_to(client.app) as http:
        assert (await opened(http, lapsed)).status_code == 404


@pytest.mark.parametrize(("column", "ago"), [("seen_at", IDLE), ("created_at", LONGEST)])
async def test_a_session_ends_when_it_is_idle_and_after_twelve_hours(
    client: Client, column: str, ago: timedelta
) -> None:
    async with joined(client) as aino:
        for since, status in ((ago - timedelta(minutes=5), 200), (ago, 401)):
            async with client.working() as work:
                of_her = PersonSession.person_id == from_id(Person, aino.id)
                moved = update(PersonSession).where(of_her).values({column: clock() - since})
                await (await work.connection()).execute(moved)
            assert (await aino.ask(ME)).status_code == status, since


async def test_rights_that_are_taken_are_gone_at_once(client: Client) -> None:
    update_person = """mutation($input: PersonUpdateInput!) { personUpdate(input: $input) {
      person { role organizationUnits { id } } userErrors { code } } }"""
    block = """mutation($input: PersonBlockInput!) { personBlock(input: $input) {
      person { state } userErrors { code } } }"""
    async with client.working() as work:
        unit = to_id(OrganizationUnit, (await make_unit(work)).id)
    async with joined(client, Role.ADMIN) as aino:
        asked = {"id": aino.id, "role": "VIEWER", "organizationUnitIds": [unit]}
        await client.ask(update_person, input=asked)
        narrowed = await aino.me()
        own = await aino.ask(
            block.replace("($input: PersonBlockInput!)", "").replace(
                "$input", f'{{id: "{aino.id}"}}'
            )
        )
        await client.ask(block, input={"id": aino.id})
        gone = await aino.ask(ME)
        refused = await aino.sign_in()
        await client.ask(block, input={"id": aino.id, "blocked": False})
        back = await aino.sign_in(code=aino.recovery_codes[0])

    assert narrowed["role"] == "VIEWER"
    assert narrowed["organizationUnits"] == [{"id": unit}]
    assert own.json()["data"]["personBlock"]["userErrors"] == [{"code": "NOT_ALLOWED"}]
    assert (gone.status_code, refused.status_code, back.status_code) == (401, 403, 200)


async def test_a_page_of_another_server_does_nothing_with_a_session(client: Client) -> None:
    async with joined(client) as aino:
        theirs = [
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"accept": "*/*"},
        ]
        answers = [await aino.ask(ME, headers=headers) for headers in theirs]
        out = [
            await aino.http.post(path, headers=headers)
            for headers in theirs
            for path in ("/staff/sign-out", "/staff/sign-out-everywhere", "/staff/session/end")
        ]
        bearer = {"authorization": f"Bearer {client.tokens[Role.VIEWER]}", **theirs[0]}
        by_token = await aino.ask(ME, headers=bearer)
        got = await aino.http.get("/graphql", params={"query": ME}, headers=theirs[0])
        typed_in = await aino.http.get("/graphql", params={"query": ME})
        fetched = await aino.ask(ME, headers={"sec-fetch-site": "same-origin"})
        still = await aino.me()

    assert {answer.status_code for answer in answers} == {403}
    assert {answer.status_code for answer in out} == {403}
    assert answers[0].json()["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert by_token.json()["data"]["me"]["wayIn"] == "BEARER"
    assert (got.status_code, typed_in.status_code, fetched.status_code) == (403, 200, 200)
    assert still["wayIn"] == "SESSION"


async def test_a_lockout_cannot_be_used_against_others(client: Client) -> None:
    async with joined(client) as aino, http_to(client.app) as attacker:
        wrong = {"email": aino.email, "password": GUESSED, "code": "000000"}
        guesses = await asyncio.gather(
            *(attacker.post("/staff/sign-in", json=wrong, headers=OURS) for _ in range(8))
        )
        right = await aino.sign_in(attacker, code=aino.recovery_codes[0])
        cookie = next(one for one in aino.http.cookies.jar if one.name.endswith("device"))
        forged = cookie.value[:-4] + "0000"
        attacker.cookies.set(cookie.name, forged)
        with_forged = await aino.sign_in(attacker, code=aino.recovery_codes[0])
        async with joined(client) as eve:  # she shares the computer, and Aino stays known there
            aino.http.cookies.delete(SESSION)
            at_desk = await eve.sign_in(aino.http)
        at_home = await aino.sign_in(code=aino.recovery_codes[0])

    assert at_desk.status_code == 200
    statuses = sorted(answer.status_code for answer in guesses)
    assert statuses == [403] * 5 + [429] * 3
    assert right.status_code == with_forged.status_code == 429
    assert int(right.headers["retry-after"]) <= 61
    assert at_home.status_code == 200, "on her own device nobody else's guesses count"


async def test_secrets_of_staff_are_kept_as_hashes_or_sealed(client: Client) -> None:
    async with joined(client) as aino:
        kept: list[object] = []
        async with client.working() as work:
            for model in (Person, PersonSession, Event):
                columns = select(*model.__table__.columns)
                owner = model.organization_id == client.organization_id
                kept += await work.rows(columns.where(owner))
        cookies = [one.value for one in aino.http.cookies.jar]

    written = repr(kept)
    secrets = [PASSWORD, aino.secret, *aino.recovery_codes, *(one or "" for one in cookies)]
    assert [secret for secret in secrets if secret in written] == []
    assert "$argon2id$" in written
