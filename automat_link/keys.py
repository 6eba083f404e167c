"""What seals for each automat, and whose it is: neither ever changes, so each is looked up once."""

import logging
from typing import NamedTuple
from uuid import UUID

from automat_link.sealing import key_of_automat
from models.database import Database
from resolvers.automat_links.credentials import key_of
from resolvers.known_links import KnownLink, known_link
from resolvers.outside.secret import NotOurs, Secret

logger = logging.getLogger(__name__)


class Known(NamedTuple):
    """What is remembered of credentials that are good.

    Args:
        owner: Whose they are.
        to_automat: What seals for the automat; None when it was kept with another secret.
        from_automat: What the automat seals with; None as above.
    """

    owner: UUID
    to_automat: bytes | None
    from_automat: bytes | None


class Keys:
    """Remembers credentials that are good.

    Args:
        database: Where they are kept.
        secret: Opens what is kept sealed.
    """

    def __init__(self, database: Database, secret: Secret) -> None:
        self._database = database
        self._secret = secret
        self._known: dict[UUID, Known] = {}

    async def of(self, link_id: UUID) -> bytes | None:
        """Give what seals for an automat; None for one that is unknown or was taken back.

        Nor is there one when it was kept with a secret that is not set any more.
        """
        found = await self._find(link_id)
        return None if found is None else found.to_automat

    async def said_by(self, link_id: UUID) -> bytes | None:
        """Give what opens what an automat says; None as above."""
        found = await self._find(link_id)
        return None if found is None else found.from_automat

    async def owner_of(self, link_id: UUID) -> UUID | None:
        """Tell which organization's it is; None for one that is unknown or was taken back."""
        found = await self._find(link_id)
        return None if found is None else found.owner

    def forget(self, link_id: UUID) -> None:
        """Forget one that was taken back."""
        self._known.pop(link_id, None)

    async def _find(self, link_id: UUID) -> Known | None:
        if link_id not in self._known:
            async with self._database.reading() as connection:
                link = await known_link(connection, link_id)
            if link is None:
                return None
            self._learn(link)
        return self._known[link_id]

    def _learn(self, link: KnownLink) -> None:
        """Remember one that was looked up."""
        key = None
        try:
            key = key_of(link.id, link.codes_key, self._secret)
        except NotOurs:
            logger.error("the key of link %s was kept with another secret", link.id)  # noqa: TRY400
        from_automat = None if key is None else key_of_automat(key)
        self._known[link.id] = Known(link.organization_id, key, from_automat)
