"""What several files about evidence share."""

from collections.abc import AsyncIterator

import pytest
from bundles import Bundle, bundle_for, contract_with_a_plan
from talking import new_client

from models.database import Database


@pytest.fixture(scope="module")
async def bundle(database: Database) -> AsyncIterator[Bundle]:
    """Give the evidence of a contract in an organization of its own."""
    async with new_client(database) as client:
        yield await bundle_for(client, await contract_with_a_plan(client))
