"""The way in of staff who have signed in: by the cookie of their session, from pages of ours."""

from collections import OrderedDict
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection

from models.accounts import Actor
from models.database import Database
from models.errors import Unauthenticated
from resolvers.outside.secret import digest_of
from resolvers.people import sessions
from schema.context import clock
from schema.own_origin import check, is_own
from schema.presented import Presented
from schema.session_cookies import SessionCookies

REMEMBERED = timedelta(seconds=5)
"""How long a session that has ended, or a right that was taken, may still count in a process."""
AT_MOST = 10_000


class SessionDoor:
    """Knows sessions, and spares the database the same question for five seconds.

    Whoever brings a token comes by that and not by a session. Only digests are remembered.

    Args:
        database: Where sessions are.
        cookies: Reads what the browser keeps.
        public_url: How people reach this server.
    """

    def __init__(self, database: Database, cookies: SessionCookies, public_url: str) -> None:
        self._database = database
        self._cookies = cookies
        self._public_url = public_url
        self._known: OrderedDict[str, tuple[Actor, datetime]] = OrderedDict()

    async def __call__(self, presented: Presented) -> Actor | None:
        """Give the actor behind a session; None when none is brought.

        Raises:
            Refused: A page of another server asks.
            Unauthenticated: The session is over.
        """
        secret = self._cookies.session_of(presented.connection)
        if presented.token is not None or not secret:
            return None
        if presented.first_message is None:
            check(presented.connection, self._public_url)
        elif self.refuses(presented.connection):
            raise Unauthenticated
        return await self._actor(secret)

    def refuses(self, connection: HTTPConnection) -> bool:
        """Tell whether a WebSocket is opened by a page of another server, with a session of ours.

        It is refused before it is open: what it would bring next does not matter.
        """
        has_session = bool(self._cookies.session_of(connection))
        return has_session and not is_own(connection, self._public_url)

    async def _actor(self, secret: str) -> Actor:
        now, digest = clock(), digest_of(secret)
        if digest in self._known:
            actor, until = self._known[digest]
            if now < until:
                return actor
        async with self._database.reading() as connection:
            known = await sessions.known_by(connection, secret, now)
        await sessions.note_seen(self._database, known, now)
        if known.actor.clock_ahead is None:  # a sandbox's clock may be moved by another process
            self._remember(digest, known.actor, now)
        return known.actor

    def _remember(self, digest: str, actor: Actor, now: datetime) -> None:
        self._known[digest] = actor, now + REMEMBERED
        self._known.move_to_end(digest)
        while len(self._known) > AT_MOST:
            self._known.popitem(last=False)
