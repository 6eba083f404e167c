"""All tables together, for those who need every one: migrations and their tests."""

from models import (
    accounts,
    addresses,
    automats,
    codes,
    contracts,
    custody,
    entities,
    events,
    geocodes,
    idempotency,
    jobs,
    keys,
    organizations,
    reservations,
    selections,
)
from models.base import Base

metadata = Base.metadata

NOUNS = (
    accounts,
    addresses,
    automats,
    codes,
    contracts,
    custody,
    entities,
    events,
    geocodes,
    idempotency,
    jobs,
    keys,
    organizations,
    reservations,
    selections,
)
"""The modules that declare the tables."""
