"""Passkeys in a real browser with a virtual authenticator, and what of theirs is not believed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from browsing import visit
from identity_peer import free_port
from outsides import PUBLIC_URL
from page_checks import NAMELESS
from playwright.async_api import CDPSession, Page, expect
from small_api import served
from sqlalchemy import update
from staffing import PASSWORD, Staff, joined
from talking import Client, app_on, http_to

from models.accounts import Actor, Role
from models.base import Base
from models.events import Event, EventKind
from models.people import FRESH, Person, PersonSession, ProvedBy
from models.staff_errors import ProofNeeded
from models.ways_in import Passkey
from resolvers.people import challenges, passkeys
from schema.context import clock
from schema.scalars import from_id

SIGN = """async () => {
  const offer = await fetch('/staff/sign-in/passkey/offer', { method: 'POST' })
  const { options, challenge, mark } = await offer.json()
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const credential = (await navigator.credentials.get({ publicKey })).toJSON()
  return { challenge, mark, credential }
}"""
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Here:
    """Somebody at a page with a device of theirs.

    Args:
        client: Their organization.
        staff: Who.
        url: Where the server is.
        page: In which browser.
        device: Speaks to the browser of its virtual authenticator.
        authenticator: Which that is.
    """

    client: Client
    staff: Staff
    url: str
    page: Page
    device: CDPSession
    authenticator: str

    async def asked(self, method: str, **more: Any) -> Any:
        """Ask the browser for something about the authenticator."""
        told = {"authenticatorId": self.authenticator} | more
        return await self.device.send(f"WebAuthn.{method}", told)

    async def signed(self) -> Any:
        """Let the device sign in, without sending what it made."""
        return await self.page.evaluate(SIGN)

    async def send(self, signed: Any, url: str | None = None) -> httpx2.Response:
        """Send what a device made, to this server or to the same under another address."""
        at = url or self.url
        outside = replace(self.client.outside, public_url=at)
        async with http_to(app_on(self.client.database, outside, None)) as http:
            return await http.post("/staff/sign-in/passkey", json=signed, headers={"origin": at})

    async def rows(self, model: type[Base]) -> Any:
        """Read what is kept of the person."""
        row: Any = model
        person_id = from_id(Person, self.staff.id)
        async with self.client.working() as work:
            own = work.own(row).where(row.person_id == person_id)
            return await work.all(own.order_by(row.id))

    async def reasons(self) -> list[object]:
        """Read why nobody was let in."""
        async with self.client.working() as work:
            refused = Event.kind == EventKind.SIGN_IN_REFUSED
            found = await work.all(work.own(Event).where(refused).order_by(Event.id))
        return [event.facts["reason"] for event in found]


@asynccontextmanager
async def at_the_page(client: Client) -> AsyncIterator[Here]:
    """Open the page of signing in; devices sign for names, so the server has one."""
    port = free_port()
    url = f"http://localhost:{port}"
    app = app_on(client.database, replace(client.outside, public_url=url), None)
    async with (
        joined(client, language="en") as aino,
        served(app, port),
        visit(f"{url}/sign-in", locale="en") as visited,
    ):
        device = await visited.page.context.new_cdp_session(visited.page)
        await device.send("WebAuthn.enable")
        added = await device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield Here(client, aino, url, visited.page, device, added["authenticatorId"])


async def add_a_passkey(here: Here) -> None:
    """Sign in by password, and add a passkey on the page."""
    page = here.page
    await page.get_by_role("button", name="English").click()
    await page.get_by_label("E-mail address").fill(here.staff.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Verification code").fill(here.staff.code())
    await page.keyboard.press("Enter")
    await expect(page.locator("#who")).to_contain_text("Aino Virtanen")
    await page.goto(f"{here.url}/sign-in")
    await page.get_by_label("Name of the passkey").fill("Work laptop")
    await page.keyboard.press("Enter")
    await expect(page.locator(".passkey")).to_contain_text("Work laptop")
    assert NAMELESS.findall(await page.locator("body").aria_snapshot()) == []


async def prove_again(here: Here) -> None:
    """Try to add another one long after signing in, and do it after signing in again."""
    page = here.page
    async with here.client.working() as work:
        proved = PersonSession.person_id == from_id(Person, here.staff.id)
        long_ago = update(PersonSession).where(proved).values(proved_at=clock() - FRESH)
        await work.session.execute(long_ago)
    await page.get_by_label("Name of the passkey").fill("Phone")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("sign in again")
    assert len(await here.rows(Passkey)) == 1
    await expect(page.get_by_label("E-mail address")).to_have_value(here.staff.email.casefold())
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_label("Name of the passkey")).to_be_visible()
    await here.asked("clearCredentials")  # another device; this one has its passkey already
    await page.get_by_label("Name of the passkey").fill("Phone")
    await page.keyboard.press("Enter")
    await expect(page.locator(".passkey")).to_have_count(2)


async def sign_in_by_it(here: Here) -> None:
    """Sign out, and in again by the passkey alone."""
    page = here.page
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.locator("#who")).to_contain_text("Aino Virtanen")


async def believe_nothing_else(here: Here) -> None:
    """Try what was signed before, elsewhere, too long ago, and on a copy of the device."""
    first = await here.signed()
    assert (await here.send(first)).status_code == 200
    wrong = [await here.send(first), await here.send(await here.signed(), "http://localhost:1")]
    late = await here.signed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(challenges, "LAST", timedelta(seconds=-1))
        wrong.append(await here.send(late))
    other = await here.signed()
    other["credential"]["response"]["signature"] = first["credential"]["response"]["signature"]
    wrong.append(await here.send(other))
    (copied,) = (await here.asked("getCredentials"))["credentials"]
    await here.asked("removeCredential", credentialId=copied["credentialId"])
    await here.asked("addCredential", credential=copied | {"signCount": 1})
    wrong.append(await here.send(await here.signed()))
    assert [answer.status_code for answer in wrong] == [403] * 5
    assert len({answer.text for answer in wrong}) == 1
    assert await here.reasons() == ["passkey", "passkey", "passkey counts back"]


async def keep_a_way_in(here: Here) -> None:
    """Remove a passkey, unless it is the only way in."""
    page, which = here.page, Person.id == from_id(Person, here.staff.id)
    await page.goto(f"{here.url}/sign-in")
    remove = page.get_by_role("button", name="Remove the passkey Work laptop")
    (person,) = await _people(here)
    async with here.client.working() as work:
        await work.session.execute(update(Person).where(which).values(password_hash=None))
    await remove.click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert len(await here.rows(Passkey)) == 1
    async with here.client.working() as work:
        known = update(Person).where(which).values(password_hash=person.password_hash)
        await work.session.execute(known)
    await remove.click()
    await expect(page.locator(".passkey")).to_have_count(0)
    assert await here.rows(Passkey) == []
    assert (await here.send(await here.signed())).status_code == 403


async def _people(here: Here) -> Any:
    async with here.client.working() as work:
        return await work.locked(Person, [from_id(Person, here.staff.id) or Person().id])


async def test_a_passkey_is_added_by_whoever_has_just_proved_who_they_are(client: Client) -> None:
    async with at_the_page(client) as here:
        await add_a_passkey(here)
        await prove_again(here)
        ways = [session.proved_by for session in await here.rows(PersonSession)]

    assert ways == [ProvedBy.INVITATION, ProvedBy.PASSWORD_AND_TOTP, ProvedBy.PASSKEY]


async def test_a_session_alone_neither_asks_for_nor_keeps_a_passkey(client: Client) -> None:
    made = {"challenge": "x.1", "mark": "x", "credential": {}, "name": "Phone"}
    async with joined(client) as aino:

        async def answers() -> list[tuple[int, str]]:
            found = []
            for path in ("offer", "add"):
                answer = await aino.http.post(
                    f"/staff/passkeys/{path}", json=made, headers={"origin": PUBLIC_URL}
                )
                found.append((answer.status_code, answer.json().get("error", {}).get("code")))
            return found

        at_first = await answers()
        for proved_at in (None, clock() - FRESH):
            async with client.working() as work:
                own = update(PersonSession).where(
                    PersonSession.person_id == from_id(Person, aino.id)
                )
                await work.session.execute(own.values(proved_at=proved_at))
            assert (await answers())[0] == (403, "PROOF_NEEDED")
        async with client.working() as work:
            person_id = from_id(Person, aino.id)
            assert person_id is not None
            (session,) = await work.all(
                work.own(PersonSession).where(PersonSession.person_id == person_id)
            )
            work.actor = Actor(
                client.organization_id, Role.USER, person_id=person_id, session_id=session.id
            )
            signed = passkeys.Signed("x", {})
            site = passkeys.site_at(PUBLIC_URL)
            with pytest.raises(ProofNeeded):
                await passkeys.add(work, person_id, site, signed, "Phone")
        await aino.sign_in()
        again = await answers()

    assert at_first[0] == again[0] == (200, None)


async def test_a_passkey_is_added_signs_in_alone_and_is_believed_once(client: Client) -> None:
    async with at_the_page(client) as here:
        await add_a_passkey(here)
        await sign_in_by_it(here)
        (passkey,) = await here.rows(Passkey)
        (listed,) = (await here.staff.me())["passkeys"]
        ways = [session.proved_by for session in await here.rows(PersonSession)]
        await believe_nothing_else(here)
        await keep_a_way_in(here)

    assert ways == [ProvedBy.INVITATION, ProvedBy.PASSWORD_AND_TOTP, ProvedBy.PASSKEY]
    assert (passkey.transports, passkey.used_at is None) == ("internal", False)
    assert passkey.sign_count > 1
    assert (listed["name"], listed["transports"]) == ("Work laptop", ["internal"])
    assert listed["usedAt"] is not None
