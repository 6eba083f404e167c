"""Who comes in: what is presented at the door becomes an actor, in one of several ways.

Each way in is a class of its own in a file of its own; `doorkeeper` names them all.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from models.accounts import Actor, token_digest
from models.database import Database
from models.errors import Unauthenticated
from resolvers.accounts import authenticate
from schema.context import clock
from schema.presented import Presented

REMEMBERED = timedelta(seconds=5)
"""How long a token that was taken back may still open the door of a busy process."""
AT_MOST = 10_000

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


def doorkeeper(database: Database) -> Doorkeeper:
    """Put all the ways into the API together."""
    return Doorkeeper(TokenDoor(database))


class TokenDoor:
    """Knows bearer tokens, and spares the database the same question for five seconds.

    Only hashes of tokens are remembered, and only of valid ones. Those of sandboxes are not, nor
    those that reach only some units: with each of them comes what the clock there shows now, or
    which units lie below by now, which another process may have changed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, tuple[Actor, datetime]] = OrderedDict()

    async def __call__(self, presented: Presented) -> Actor | None:
        """Give the actor behind a token; None when it opens nothing."""
        token = presented.token
        if token is None:
            return None
        now = clock()
        digest = token_digest(token)
        if digest in self._known:
            actor, until = self._known[digest]
            if now < until:
                return actor
        try:
            async with self._database.reading() as connection:
                actor = await authenticate(connection, token, now)
        except Unauthenticated:
            return None
        if actor.clock_ahead is None and actor.units is None:
            self._remember(digest, actor, now)
        return actor

    def _remember(self, digest: str, actor: Actor, now: datetime) -> None:
        self._known[digest] = actor, now + REMEMBERED
        self._known.move_to_end(digest)
        while len(self._known) > AT_MOST:
            self._known.popitem(last=False)
