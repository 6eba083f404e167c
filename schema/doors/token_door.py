"""The way in with a bearer token: one of ours, or an access token that OAuth 2.0 gave."""

from datetime import datetime

from models.accounts import ACCESS_PREFIX, Actor, token_digest
from models.database import Database
from resolvers import accounts
from resolvers.partners import access_tokens
from resolvers.partners.uses import Uses
from schema.context import clock
from schema.doors.known_actors import Memory, may_be_remembered
from schema.doors.presented import Presented


class TokenDoor:
    """Knows bearer tokens, and spares the database the same question for five seconds.

    Only hashes of tokens are remembered, and only of valid ones. See `may_be_remembered`.
    """

    def __init__(self, database: Database, uses: Uses) -> None:
        self._database = database
        self._uses = uses
        self._known = Memory[Actor]()

    async def __call__(self, presented: Presented) -> Actor | None:
        """Give the actor behind a token; None when there is no token.

        Raises:
            Unauthenticated: It opens nothing.
        """
        token = presented.token
        if token is None:
            return None
        now = clock()
        digest = token_digest(token)
        actor = self._known.recall(digest, now)
        if actor is None:
            actor = await self._found(token, now)
            if may_be_remembered(actor):
                self._known.remember(digest, actor, now, until=actor.until)
        self._uses.note(actor.token_id, now)
        return actor

    async def _found(self, token: str, now: datetime) -> Actor:
        is_access = token.startswith(ACCESS_PREFIX)
        authenticate = access_tokens.authenticate if is_access else accounts.authenticate
        async with self._database.reading() as connection:
            return await authenticate(connection, token, now)
