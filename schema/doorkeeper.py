"""Who comes in: tokens become actors, remembered for a few seconds."""

from collections import OrderedDict
from datetime import datetime, timedelta

from models.accounts import Actor, token_digest
from models.database import Database
from models.errors import Unauthenticated
from resolvers.accounts import authenticate
from schema.context import clock

REMEMBERED = timedelta(seconds=5)
"""How long a token that was taken back may still open the door of a busy process."""
AT_MOST = 10_000


class Doorkeeper:
    """Finds out who asks, and spares the database the same question for five seconds.

    Only hashes of tokens are remembered, and only of valid ones. Those of sandboxes are not: with
    each of them comes what the clock there shows now.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, tuple[Actor, datetime]] = OrderedDict()

    async def __call__(self, token: str | None) -> Actor | None:
        """Give the actor behind a token; None when it opens nothing."""
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
        if actor.clock_ahead is None:  # a sandbox's clock may be moved by another process
            self._remember(digest, actor, now)
        return actor

    def _remember(self, digest: str, actor: Actor, now: datetime) -> None:
        self._known[digest] = actor, now + REMEMBERED
        self._known.move_to_end(digest)
        while len(self._known) > AT_MOST:
            self._known.popitem(last=False)
