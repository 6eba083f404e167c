"""The way in with a signature: service accounts sign each request (livionkey.md 5.3, G20)."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import HTTPConnection

from models.accounts import Actor
from models.database import Database
from models.errors import Unauthenticated
from models.partners import ServiceAccount
from resolvers.partners import known, proofs
from resolvers.partners.known import KnownAccount
from resolvers.partners.signed_requests import (
    ACCOUNT,
    SIGNATURE,
    TIMESTAMP,
    USED,
    Signed,
    check_clock,
    fits,
    signature_bytes,
)
from resolvers.partners.uses import Uses
from schema.context import clock
from schema.doors.known_actors import Memory, may_be_remembered
from schema.doors.presented import Presented
from schema.scalars import from_id

HEADERS = ACCOUNT, TIMESTAMP, SIGNATURE


@dataclass(frozen=True, slots=True)
class Headers:
    """What a client sends with a request that it signed."""

    account: str
    timestamp: str
    signature: str

    @classmethod
    def of(cls, connection: HTTPConnection) -> "Headers | None":
        """Read them; None when nothing was signed.

        Raises:
            Unauthenticated: One of them is missing, or is there twice.
        """
        found = {name: connection.headers.getlist(name) for name in HEADERS}
        if not any(found.values()):
            return None
        wrong = [name for name, values in found.items() if len(values) != 1]
        if wrong:
            raise Unauthenticated(
                f"A signed request has each of {', '.join(HEADERS)} once; look at {wrong[0]}."
            )
        return cls(*(values[0] for values in found.values()))


class SignatureDoor:
    """Knows service accounts by what they sign; each signature opens it once, for all processes.

    Accounts and their keys are remembered for five seconds; used signatures are kept in the
    database, for as long as the clock would let them pass. WebSockets are not signed: there an
    access token of OAuth 2.0 is for.

    Args:
        database: The doors of the database.
        public_url: What clients sign before the path: the scheme, the host and what comes before
            /graphql, as they see it, whatever a proxy in front makes of it.
        uses: Gathers which accounts are used.
    """

    def __init__(self, database: Database, public_url: str, uses: Uses) -> None:
        self._database = database
        self._public_url = public_url
        self._uses = uses
        self._known = Memory[KnownAccount]()

    async def __call__(self, presented: Presented) -> Actor | None:
        """Give the actor behind a signature; None when nothing is signed.

        Raises:
            Unauthenticated: The clock is off, the signature does not fit, or it was used before.
                Nothing tells accounts that are not there from signatures that do not fit.
        """
        is_request = presented.connection.scope["type"] == "http"
        headers = Headers.of(presented.connection) if is_request else None
        if headers is None:
            return None
        now = clock()
        lapses_at = check_clock(headers.timestamp, now)
        signature = signature_bytes(headers.signature)
        account = await self._account(headers.account, now)
        signed = await self._signed(presented, headers)
        if not fits(signed, signature or b"", account, now) or account is None:
            raise Unauthenticated(self._unfit(signed))
        async with self._database.administering() as connection:
            proof = signature or b""
            if not await proofs.use(connection, account.actor, account.id, proof, lapses_at):
                raise Unauthenticated(USED)
        self._uses.note(account.actor.token_id, now)
        return account.actor

    async def _account(self, id: str, now: datetime) -> KnownAccount | None:
        account = self._known.recall(id, now)
        if account is not None:
            return account
        account_id = from_id(ServiceAccount, id)
        if account_id is None:
            return None
        async with self._database.reading() as connection:
            account = await known.find(connection, account_id)
        if account is not None and may_be_remembered(account.actor):
            self._known.remember(id, account, now)
        return account

    async def _signed(self, presented: Presented, headers: Headers) -> Signed:
        connection = presented.connection
        return Signed(
            account=headers.account,
            timestamp=headers.timestamp,
            method=connection.scope["method"],
            url=address_of(connection, self._public_url),
            body=await presented.body(),
        )

    def _unfit(self, signed: Signed) -> str:
        """Say what has to be signed; what is asked is not repeated, as it may hold a PIN."""
        address = signed.url.partition("?")[0]
        return (
            f"{SIGNATURE} is not that of a good key of {ACCOUNT} over this request: "
            f"{signed.method} {address} with its query, if any, its body of {len(signed.body)} "
            f"bytes, and {TIMESTAMP}. The query `signatureCheck` tells what we hash."
        )


def address_of(connection: HTTPConnection, public_url: str) -> str:
    """Give the address that a client asked, as it sees it: byte for byte what it sent."""
    path: bytes = connection.scope.get("raw_path") or connection.scope["path"].encode()
    query: bytes = connection.scope.get("query_string", b"")
    asked = path + b"?" + query if query else path
    return public_url + asked.decode("ascii", "replace")
