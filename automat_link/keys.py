"""What seals for each automat, and whose it is: neither ever changes, so each is looked up once."""

from uuid import UUID

from models.database import Database
from resolvers.automat_links.credentials import key_of
from resolvers.known_links import KnownLink, known_link
from resolvers.outside.secret import Secret


class Keys:
    """Remembers credentials that are good.

    Args:
        database: Where they are kept.
        secret: Opens what is kept sealed.
    """

    def __init__(self, database: Database, secret: Secret) -> None:
        self._database = database
        self._secret = secret
        self._known: dict[UUID, tuple[UUID, bytes]] = {}

    async def of(self, link_id: UUID) -> bytes | None:
        """Give what seals for an automat; None for one that is unknown or was taken back."""
        found = await self._find(link_id)
        return None if found is None else found[1]

    async def owner_of(self, link_id: UUID) -> UUID | None:
        """Tell which organization's it is; None as above."""
        found = await self._find(link_id)
        return None if found is None else found[0]

    def learn(self, link: KnownLink) -> None:
        """Remember one that was looked up."""
        if link.link_id not in self._known:
            key = key_of(link, self._secret)
            self._known[link.link_id] = (link.organization_id, key)

    def forget(self, link_id: UUID) -> None:
        """Forget one that was taken back."""
        self._known.pop(link_id, None)

    async def _find(self, link_id: UUID) -> tuple[UUID, bytes] | None:
        if link_id not in self._known:
            async with self._database.reading() as connection:
                link = await known_link(connection, link_id)
            if link is None:
                return None
            self.learn(link)
        return self._known[link_id]
