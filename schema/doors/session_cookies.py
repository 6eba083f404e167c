"""What a browser keeps of somebody who has signed in: two cookies that no script can read.

Over https their names begin with `__Host-`: no other host, not even a neighbour below the same
domain, can set them (RFC 6265bis, 4.1.3.2). They are sent to our own pages alone (`SameSite`).
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from resolvers.outside.secret import Secret
from resolvers.people import devices
from resolvers.people.sessions import Opened

SESSION, DEVICE = "livionkey-session", "livionkey-device"


class SessionCookies:
    """Reads and writes them.

    Args:
        secret: Signs the words by which a device is known again.
        public_url: How people reach this server.
    """

    def __init__(self, secret: Secret, public_url: str) -> None:
        self._secret = secret
        self._is_secure = urlsplit(public_url).scheme == "https"

    def session_of(self, connection: HTTPConnection) -> str | None:
        """Give the secret of a session that a request brings."""
        return connection.cookies.get(self._name(SESSION))

    def device_of(self, connection: HTTPConnection) -> str | None:
        """Give what the browser keeps of those who have signed in there."""
        return connection.cookies.get(self._name(DEVICE))

    def write(
        self, connection: HTTPConnection, answer: Response, opened: Opened, now: datetime
    ) -> None:
        """Let the browser keep a session, and that somebody has signed in there.

        Args:
            connection: The request, with what the browser keeps of others.
            answer: The answer to it.
            opened: The session.
            now: The moment, by our clock.
        """
        kept = self.device_of(connection)
        words = devices.words_with(self._secret, kept, opened.person_id, now)
        self.write_session(answer, opened, now)
        self._set(answer, DEVICE, words, devices.LASTS)

    def write_session(self, answer: Response, opened: Opened, now: datetime) -> None:
        """Let the browser keep a session alone.

        For whoever comes from another site: what the browser keeps of others is not sent then, and
        would be lost.
        """
        self._set(answer, SESSION, opened.secret, opened.until - now)

    def forget(self, answer: Response) -> None:
        """Let the browser forget a session; the device stays known."""
        self._set(answer, SESSION, "", timedelta())

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self._is_secure else name

    def _set(self, answer: Response, name: str, value: str, lasts: timedelta) -> None:
        answer.set_cookie(
            self._name(name),
            value,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )
