"""All tables together, for those who need every one: migrations and their tests."""

from models import (
    accounts,
    addresses,
    agreements,
    attachments,
    automats,
    codes,
    contracts,
    custody,
    entities,
    erasures,
    events,
    geocodes,
    idempotency,
    installations,
    jobs,
    keys,
    organizations,
    public_links,
    reservations,
    selections,
    signing,
    stations,
    templates,
)
from models.base import Base

metadata = Base.metadata

NOUNS = (
    accounts,
    addresses,
    agreements,
    attachments,
    automats,
    codes,
    contracts,
    custody,
    entities,
    erasures,
    events,
    geocodes,
    idempotency,
    installations,
    jobs,
    keys,
    organizations,
    public_links,
    reservations,
    selections,
    signing,
    stations,
    templates,
)
"""The modules that declare the tables."""
