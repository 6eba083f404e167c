"""The way in of staff who have signed in: by the cookie of their session, from pages of ours."""

from starlette.requests import HTTPConnection

from models.accounts import Actor
from models.database import Database
from models.errors import Unauthenticated
from resolvers.people import sessions
from schema.context import clock
from schema.doors.own_origin import check, is_own
from schema.doors.presented import Presented
from schema.doors.session_cookies import SessionCookies


class SessionDoor:
    """Knows sessions. Whoever brings a token comes by that and not by a session.

    The database is asked each time, by one statement: people ask seldom, and whoever is kept out
    or signs out is out at once.

    Args:
        database: Where sessions are.
        cookies: Reads what the browser keeps.
        public_url: How people reach this server.
    """

    def __init__(self, database: Database, cookies: SessionCookies, public_url: str) -> None:
        self._database = database
        self._cookies = cookies
        self._public_url = public_url

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
        now = clock()
        async with self._database.reading() as connection:
            known = await sessions.known_by(connection, secret, now)
        await sessions.note_seen(self._database, known, now)
        return known.actor
