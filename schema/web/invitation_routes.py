"""Taking up an invitation: JSON, by POST alone, with the secret of its link in a header."""

from functools import partial
from typing import Any

import segno
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from models.database import Database
from models.dialects.deadlocks import begun_again
from models.passwords import checked_password
from resolvers.outside.ports import Outside
from resolvers.people import accepting, second_factors
from resolvers.people.accepting import Chosen, Invited
from resolvers.people.passwords import Passwords
from resolvers.work import Work
from schema.context import clock
from schema.doors.own_origin import check
from schema.doors.session_cookies import SessionCookies
from schema.web.public_requests import HEADERS, Answer, Asked, answered_by

ISSUER = "LivionKey"


class InvitationRoutes:
    """The endpoints of those who were invited.

    Args:
        database: The doors.
        outside: The secret, and how people reach this server.
        passwords: Hashes passwords.
    """

    def __init__(self, database: Database, outside: Outside, passwords: Passwords) -> None:
        self._database = database
        self._public_url = outside.public_url
        self._passwords = passwords
        self._cookies = SessionCookies(outside.secret, outside.public_url)

    async def show(self, asked: Asked) -> dict[str, Any]:
        """Tell who was invited, and offer them an authenticator's secret.

        Raises:
            LinkNotValid: The link is not good, or not any more.
        """
        invited = await self._invited(asked)
        offer = partial(accepting.offer_totp, invited=invited)
        totp_secret: str = await self._writing(invited, offer)
        address = second_factors.address_of(totp_secret, email=invited.email, issuer=ISSUER)
        return {
            "name": invited.name,
            "email": invited.email,
            "organization": invited.organization,
            "language": invited.language,
            "totp": {"secret": totp_secret, "qr": qr_of(address)},
        }

    async def accept(self, asked: Asked) -> Response:
        """Take an invitation up: what can be checked is, then the password is hashed, then done.

        Raises:
            LinkNotValid: The link is not good, or not any more.
            InvalidInput: The password is too weak, or the code is not the authenticator's.
        """
        check(asked.request, self._public_url)
        invited, now = await self._invited(asked), clock()
        about = (invited.name, invited.email, invited.organization)
        password = checked_password(asked.text("password"), about=about)
        code = asked.text("code")
        totp_secret, step = accepting.shown_step(invited, code, now)
        chosen = Chosen(await self._passwords.hashed(password), totp_secret, step, asked.device)
        join = partial(accepting.join, invited=invited, chosen=chosen)
        opened, codes = await self._writing(invited, join)
        answer = JSONResponse({"recoveryCodes": codes}, headers=HEADERS)
        self._cookies.write(asked.request, answer, opened, now)
        return answer

    def routes(self) -> list[BaseRoute]:
        """List the endpoints."""
        answers: dict[str, Answer] = {
            "/staff/invitation": self.show,
            "/staff/invitation/accept": self.accept,
        }
        return [
            Route(path, answered_by(answer, public_url=self._public_url), methods=["POST"])
            for path, answer in answers.items()
        ]

    async def _invited(self, asked: Asked) -> Invited:
        async with self._database.reading() as connection:
            return await accepting.invited(connection, asked.secret, clock())

    async def _writing(self, invited: Invited, act: Any) -> Any:
        async def transaction() -> Any:
            async with self._database.writing(invited.owner.organization_id) as session:
                return await act(Work(session, invited.owner, invited.owner.time(clock())))

        return await begun_again(transaction)


def qr_of(text: str) -> dict[str, Any]:
    """Draw a QR code (ISO/IEC 18004) as the path of an SVG, with the quiet zone around it.

    A page makes the elements itself, as no markup of others gets into it.
    """
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
    dark = [
        f"M{column} {line}h1v1h-1z"
        for line, row in enumerate(rows)
        for column, is_dark in enumerate(row)
        if is_dark
    ]
    return {"size": len(rows), "path": "".join(dark)}
