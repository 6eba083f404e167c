"""Checking the trail of an organization in the database, without holding more than a piece."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database
from models.seals import LEAF_BYTES
from resolvers.trail.chains import Chain, Problem
from resolvers.trail.documents import event_document, seal_document
from resolvers.trail.reading import AT_ONCE, Head, Place, events, head_of, place_of, seals


async def check(database: Database, organization_id: UUID, chain: Chain) -> AsyncIterator[Problem]:
    """Check a trail, as it is at one moment, and give what is wrong with it.

    Args:
        database: Where it is.
        organization_id: Whose it is.
        chain: Nothing that was seen yet; it tells afterwards how much there was.
    """
    last = Head()
    async with database.at_one_moment() as connection:
        async for seal in seals(connection, organization_id):
            for problem in chain.check_seal(seal_document(seal), seal.leaves):
                yield problem
            here = head_of(seal)
            within = events(
                connection,
                organization_id,
                last.place,
                up_to=here.place,
                at_most=len(seal.leaves) // LEAF_BYTES + AT_ONCE,
            )
            documents = map(event_document, await within)
            for problem in chain.check_events(seal.leaves, documents):
                yield problem
            last = here
        async for problem in _loose(connection, organization_id, last.place, chain):
            yield problem
    for problem in chain.end():
        yield problem


async def _loose(
    connection: AsyncConnection, organization_id: UUID, behind: Place, chain: Chain
) -> AsyncIterator[Problem]:
    """Look at what is not sealed yet: it may say what was erased or removed."""
    while rows := await events(connection, organization_id, behind):
        for row in rows:
            for problem in chain.add_loose(event_document(row)):
                yield problem
        behind = place_of(rows[-1])
