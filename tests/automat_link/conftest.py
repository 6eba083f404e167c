"""A broker that trusts the installation of the tests of one file, and an organization at it."""

from collections.abc import AsyncIterator

import pytest
from brokers import Broker, broker_of
from linked_house import linked_client
from talking import Client

from models.database import Database


@pytest.fixture(scope="module")
async def broker(own_database: Database) -> AsyncIterator[Broker]:
    async with broker_of(own_database) as broker:
        yield broker


@pytest.fixture
async def client(own_database: Database, broker: Broker) -> AsyncIterator[Client]:
    async with linked_client(own_database, broker) as client:
        yield client
