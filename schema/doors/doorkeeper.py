"""Who comes in: what is presented at the door becomes an actor, in one of several ways.

Each way in is a class of its own in a file of its own; `doorkeeper` names them all.
"""

from collections.abc import Awaitable, Callable

from models.accounts import Actor
from models.database import Database
from resolvers.outside.ports import Outside
from resolvers.partners.uses import Uses
from schema.doors.presented import Presented
from schema.doors.session_cookies import SessionCookies
from schema.doors.session_door import SessionDoor
from schema.doors.signature_door import SignatureDoor
from schema.doors.token_door import TokenDoor

Door = Callable[[Presented], Awaitable[Actor | None]]
"""One way in: gives the actor, or None when nothing was presented that is for this door.

It raises Unauthenticated when something was, and is not good."""


class Doorkeeper:
    """Finds out who asks, by the first door for which something is presented.

    Args:
        doors: The ways in.
    """

    def __init__(self, *doors: Door) -> None:
        self._doors = doors

    async def __call__(self, presented: Presented) -> Actor | None:
        """Give the actor; None when nothing is presented that opens any door."""
        for door in self._doors:
            actor = await door(presented)
            if actor is not None:
                return actor
        return None


def session_door(database: Database, outside: Outside) -> SessionDoor:
    """Make the way in of staff: the last one, as a browser brings cookies with all else."""
    cookies = SessionCookies(outside.secret, outside.public_url)
    return SessionDoor(database, cookies, outside.public_url)


def doorkeeper(database: Database, outside: Outside, uses: Uses | None = None) -> Doorkeeper:
    """Put all the ways into the API together.

    Args:
        database: The doors of the database.
        outside: The ports to the rest of the world, and the address by which it knows us.
        uses: Gathers which tokens are used; somebody has to write it down now and then.
    """
    noted = uses or Uses(database)
    return Doorkeeper(
        SignatureDoor(database, outside.public_url, noted),
        TokenDoor(database, noted),
        session_door(database, outside),
    )
