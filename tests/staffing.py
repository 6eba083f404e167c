"""Staff as they are: invited over the API, with a browser's cookies and an authenticator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pyotp
from outsides import PUBLIC_URL
from talking import Client, http_to

from models.accounts import Role
from models.base import new_id
from schema.context import clock

INVITE = """mutation($input: PersonInviteInput!) { personInvite(input: $input) {
  person { id email state } invitationUrl userErrors { code path } } }"""
RENEW = """mutation($input: PersonInvitationRenewInput!) { personInvitationRenew(input: $input) {
  person { id } invitationUrl userErrors { code path } } }"""
ME = """{ me { wayIn name email role permissions organization { name } organizationUnits { id }
  sessions { id isThis provedBy } passkeys { id name transports usedAt } } }"""
OURS = {"origin": PUBLIC_URL}
PASSWORD = "seven blue herons at dawn"  # noqa: S105 - nobody's


def an_email() -> str:
    """Make up an address that nobody else has: databases are shared."""
    return f"Aino.{new_id().hex[-12:]}@Example.org"


@dataclass
class Staff:
    """Somebody with a browser of their own.

    Args:
        id: Their id over the API.
        email: By which they sign in.
        secret: That of their authenticator.
        http: Their browser, which keeps cookies.
        recovery_codes: On paper.
        used: The last time step whose code they used.
    """

    id: str
    email: str
    secret: str
    http: httpx2.AsyncClient
    recovery_codes: list[str] = field(default_factory=list)
    used: int = 0

    def code(self) -> str:
        """Read the code of the first time step that is good and not used yet."""
        self.used = max(self.used + 1, int(clock().timestamp()) // 30)
        return pyotp.TOTP(self.secret).generate_otp(self.used)

    async def sign_in(
        self, http: httpx2.AsyncClient | None = None, **typed: str
    ) -> httpx2.Response:
        """Sign in, in one's own browser or in another one."""
        right = {"email": self.email, "password": PASSWORD} | typed
        if "code" not in right:
            right["code"] = self.code()
        return await (http or self.http).post("/staff/sign-in", json=right, headers=OURS)

    async def ask(self, document: str, headers: dict[str, str] | None = None) -> httpx2.Response:
        """Send a document as a page of ours does."""
        return await self.http.post("/graphql", json={"query": document}, headers=headers or OURS)

    async def me(self) -> dict[str, Any]:
        """Ask who one is."""
        data: dict[str, Any] = (await self.ask(ME)).json()["data"]["me"]
        return data


def secret_of(url: str) -> str:
    """Take the secret out of a link."""
    return url.partition("#")[2]


async def invited(client: Client, role: Role = Role.USER, **more: Any) -> tuple[str, str, str]:
    """Invite somebody; gives their id, their address, and the secret of the link."""
    asked = {"email": an_email(), "name": "Aino Virtanen", "role": role.name} | more
    payload = (await client.ask(INVITE, input=asked))["personInvite"]
    assert payload["userErrors"] == []
    return payload["person"]["id"], asked["email"], secret_of(payload["invitationUrl"])


async def opened(http: httpx2.AsyncClient, secret: str, path: str = "", **body: Any) -> Any:
    """Open a link, or take it up."""
    headers = {**OURS, "authorization": f"Bearer {secret}"}
    return await http.post(f"/staff/invitation{path}", json=body, headers=headers)


@asynccontextmanager
async def joined(client: Client, role: Role = Role.USER, **more: Any) -> AsyncIterator[Staff]:
    """Invite somebody, who takes the invitation up and is signed in."""
    id, email, secret = await invited(client, role, **more)
    async with http_to(client.app) as http:
        totp = (await opened(http, secret)).json()["totp"]["secret"]
        staff = Staff(id, email, totp, http)
        answer = await opened(http, secret, "/accept", password=PASSWORD, code=staff.code())
        assert answer.status_code == 200, answer.text
        staff.recovery_codes = answer.json()["recoveryCodes"]
        yield staff
