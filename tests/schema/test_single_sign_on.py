"""Staff sign in at a real provider of OpenID Connect: who gets in, and who does not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from identity_peer import asked_in, at_the_provider, changed, provider_at, running_provider
from outsides import PUBLIC_URL
from sqlalchemy import update
from staffing import ME, OURS, an_email, invited, joined
from talking import Client, app_on, http_to

from models.events import Event, EventKind
from models.people import Person, PersonInvitation
from models.ways_in import StaffIdentity
from resolvers.outside.identity import IdentityProvider
from resolvers.people import challenges
from schema.context import clock
from schema.operating.outside import SIGNED_IN
from schema.scalars import from_id

REMOVE = """mutation($input: PersonRemoveInput!) { personRemove(input: $input) {
  userErrors { code } } }"""
IN, OUT = f"{PUBLIC_URL}/sign-in", f"{PUBLIC_URL}/sign-in?oidc=refused"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider("--require-nonce=true") as issuer:
        yield issuer


def staff_provider(issuer: str) -> IdentityProvider:
    ours = provider_at(issuer).registration
    back = f"{PUBLIC_URL}{SIGNED_IN}"
    ours = replace(ours, redirect_url=back, scope="openid email", prompt=None)
    return IdentityProvider(issuer, ours, timeout_seconds=30)


@dataclass
class Browser:
    """The browser of somebody of the staff."""

    http: httpx2.AsyncClient

    async def go(self) -> str:
        """Give the address of the provider."""
        answer = await self.http.get("/sign-in/oidc")
        assert answer.status_code == 303, answer.text
        url: str = answer.headers["location"]
        return url

    async def come_back(self, address: str) -> str:
        """Come back from the provider; gives the page that comes next."""
        answer = await self.http.get(address)
        assert answer.status_code == 303, answer.text
        assert ("livionkey-session" in str(answer.headers)) == (answer.headers["location"] == IN)
        page: str = answer.headers["location"]
        return page

    async def sign_in(self, subject: str) -> str:
        """Do the whole way."""
        return await self.come_back(await at_the_provider(await self.go(), sub=subject))

    async def me(self) -> Any:
        """Ask who one is; None for nobody."""
        answer = await self.http.post("/graphql", json={"query": ME}, headers=OURS)
        return answer.json()["data"]["me"] if answer.status_code == 200 else None


@asynccontextmanager
async def browser(client: Client, issuer: str) -> AsyncIterator[Browser]:
    """Open a browser at the application, with a provider behind it."""
    outside = replace(client.outside, staff=staff_provider(issuer))
    async with http_to(app_on(client.database, outside, None)) as http:
        yield Browser(http)


async def known_there(issuer: str, email: str, *, verified: object = True) -> str:
    """Let the provider know somebody; gives what it calls them."""
    subject = f"sub-{an_email()}"
    claims = {"email": email, "email_verified": verified}
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.put(f"{issuer}/users/{subject}", json=claims)
    assert answer.is_success, answer.text
    return subject


async def refusals(client: Client) -> list[object]:
    async with client.working() as work:
        refused = Event.kind == EventKind.SIGN_IN_REFUSED
        found = await work.all(work.own(Event).where(refused).order_by(Event.id))
    return [event.facts["reason"] for event in found]


async def test_somebody_invited_is_linked_once_and_known_by_it_from_then_on(
    client: Client, issuer: str
) -> None:
    id, email, _ = await invited(client)
    subject = await known_there(issuer, email.upper())
    async with browser(client, issuer) as aino, browser(client, issuer) as elsewhere:
        asked = asked_in(await aino.go())
        shown = (await aino.http.post("/staff/session", headers=OURS)).json()
        first, me = await aino.sign_in(subject), await aino.me()
        async with client.working() as work:
            person = update(Person).where(Person.id == from_id(Person, id))
            await work.session.execute(person.values(email=an_email().casefold()))
        again = await elsewhere.sign_in(subject)
        other = await elsewhere.sign_in(await known_there(issuer, email))

    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid email")
    assert shown == {"person": None, "openId": True}
    assert (first, again, other) == (IN, IN, OUT)
    assert [one["provedBy"] for one in me["sessions"]] == ["OPEN_ID"]
    async with client.working() as work:
        (identity,) = await work.all(work.own(StaffIdentity))
        invitations = await work.all(work.own(PersonInvitation))
    assert (identity.issuer, identity.subject, invitations) == (issuer, subject, [])


async def test_who_signs_in_by_password_is_linked_to_one_account_there_alone(
    client: Client, issuer: str
) -> None:
    async with joined(client) as aino, browser(client, issuer) as here:
        subject = await known_there(issuer, aino.email)
        pages = [await here.sign_in(subject), await here.sign_in(subject)]
        other = await here.sign_in(await known_there(issuer, aino.email))
        assert (await aino.me())["name"] == "Aino Virtanen"

        removed = await client.ask(REMOVE, input={"id": aino.id})
        gone = await here.sign_in(subject)

    assert (pages, other, gone) == ([IN, IN], OUT, OUT)
    assert removed["personRemove"]["userErrors"] == []
    async with client.working() as work:
        assert await work.all(work.own(StaffIdentity)) == []
    assert await refusals(client) == ["linked otherwise"]


@pytest.mark.parametrize("verified", [False, "true", None])
async def test_an_address_that_is_not_verified_is_nobodys(
    client: Client, issuer: str, verified: object
) -> None:
    _, email, _ = await invited(client)
    async with browser(client, issuer) as here:
        page = await here.sign_in(await known_there(issuer, email, verified=verified))
        assert await here.me() is None

    assert page == OUT


async def test_who_may_not_come_in_learns_nothing(client: Client, issuer: str) -> None:
    _, late_email, _ = await invited(client)
    async with joined(client) as blocked, joined(client) as ended, browser(client, issuer) as here:
        subjects = [
            await known_there(issuer, one)
            for one in (an_email(), late_email, blocked.email, ended.email)
        ]
        assert [await here.sign_in(one) for one in subjects[2:]] == [IN, IN]
        here.http.cookies.clear()
        async with client.working() as work:
            person = update(Person)
            for id, values in (
                (blocked.id, {"blocked_at": clock()}),
                (ended.id, {"access_ends_at": clock()}),
            ):
                which = person.where(Person.id == from_id(Person, id))
                await work.session.execute(which.values(**values))
            own = PersonInvitation.organization_id == client.organization_id
            lapsed = update(PersonInvitation).where(own).values(expires_at=clock())
            await work.session.execute(lapsed)
        pages = [await here.sign_in(one) for one in subjects]

    assert pages == [OUT] * 4
    assert await refusals(client) == ["invited", "blocked", "ended"]
    async with client.working() as work:
        people = await work.all(work.own(Person))
    assert len(people) == 3, "nobody is made by signing in"


async def test_what_comes_back_is_believed_once_and_of_one_browser(
    client: Client, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, email, _ = await invited(client)
    subject = await known_there(issuer, email)
    async with browser(client, issuer) as here, browser(client, issuer) as elsewhere:
        await elsewhere.go()
        address = await at_the_provider(await here.go(), sub=subject)
        wrong = [
            await elsewhere.come_back(address),
            await here.come_back(changed(address, state="guessed.1")),
        ]
        other_nonce = changed(await here.go(), nonce="of another request")
        wrong.append(await here.come_back(await at_the_provider(other_nonce, sub=subject)))
        address = await at_the_provider(await here.go(), sub=subject)
        wrong.append(await here.come_back(changed(address, iss="https://evil.example")))
        address = await at_the_provider(await here.go(), sub=subject)
        mark = here.http.cookies.get("livionkey-signing-in")
        right = await here.come_back(address)
        again = {"cookie": f"livionkey-signing-in={mark}"}
        async with client.working() as work:
            before = len(await work.all(work.own(Event)))
        repeated = await elsewhere.http.get(address, headers=again)
        address = await at_the_provider(await here.go(), sub=subject)
        monkeypatch.setattr(challenges, "LAST", timedelta(seconds=-1))
        wrong.append(await here.come_back(address))

    assert (wrong, right) == ([OUT] * 5, IN)
    assert repeated.headers["location"] == OUT
    async with client.working() as work:
        assert len(await work.all(work.own(Event))) == before
        assert len(await work.all(work.own(StaffIdentity))) == 1


async def test_without_a_provider_there_is_no_such_way(client: Client) -> None:
    shown = (await client.http.post("/staff/session", headers=OURS)).json()

    assert (await client.http.get("/sign-in/oidc")).status_code == 404
    assert shown == {"person": None, "openId": False}
