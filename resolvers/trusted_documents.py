"""Documents that an organization trusts: added, taken back, and found by their digests."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from models.accounts import Permission, Role
from models.base import table_of
from models.database import Database
from models.errors import InvalidInput
from models.events import EventKind
from models.trusted_documents import DocumentRule, TrustedDocument, document_digest
from resolvers.checks import required_text
from resolvers.work import Reading, Work

REMEMBERED = timedelta(seconds=10)
"""How long a process may go by a rule or a document that was changed or taken back."""
MOST_SHELVES, MOST_TEXTS = 10_000, 2_000
LONGEST = 100_000

Key = TypeVar("Key")
Value = TypeVar("Value")


async def trust(work: Work, *, text: str, name: str) -> TrustedDocument:
    """Trust a document; one that is trusted already stays as it is.

    Args:
        work: The transaction.
        text: The document, which was checked against the schema.
        name: What people call it.

    Raises:
        NotAllowed: The actor may not change the organization.
        InvalidInput: The name or the document is empty, or the document too long.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    if not 0 < len(text.encode()) <= LONGEST:
        raise InvalidInput(f"A document has 1 to {LONGEST} bytes.", path=("text",))
    digest = document_digest(text)
    known = await work.first(work.own(TrustedDocument).where(TrustedDocument.digest == digest))
    if known is not None:
        return known
    document = TrustedDocument(
        organization_id=work.actor.organization_id,
        name=required_text(name, path=("name",)),
        digest=digest,
        text=text,
        trusted_at=work.now,
    )
    await work.add(document)
    work.record(EventKind.DOCUMENT_TRUSTED, document, digest=digest)
    return document


async def distrust(work: Work, id: UUID | None) -> TrustedDocument:
    """Trust a document no longer.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such document.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    document = await work.get(TrustedDocument, id, path=("id",))
    await work.session.delete(document)
    work.record(EventKind.DOCUMENT_NOT_TRUSTED, document, digest=document.digest)
    return document


async def roles(reading: Reading) -> list[Role]:
    """List the roles of the organization that may ask for nothing but trusted documents.

    Raises:
        NotAllowed: The actor may not change the organization.
    """
    reading.require(Permission.EDIT_ORGANIZATION)
    rule = await reading.first(reading.own(DocumentRule))
    return [Role(name) for name in rule.roles] if rule else []


async def set_rule(work: Work, chosen: Collection[Role]) -> DocumentRule:
    """Say which roles may ask for nothing but trusted documents.

    Raises:
        NotAllowed: The actor may not change the organization.
        InvalidInput: Administrators are among them, who could then not change it any more.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    if Role.ADMIN in chosen:
        raise InvalidInput(
            "Administrators may always ask for any document; leave ADMIN out.", path=("roles",)
        )
    rule = await work.first(work.own(DocumentRule))
    if rule is None:
        rule = DocumentRule(organization_id=work.actor.organization_id, roles=[])
    rule.roles = sorted(role.value for role in set(chosen))
    await work.add(rule)
    work.record(EventKind.DOCUMENT_RULE_SET, rule, roles=rule.roles)
    return rule


@dataclass(frozen=True, slots=True)
class Shelf:
    """What an organization says of documents.

    Args:
        roles: Which roles may ask for nothing but trusted ones.
        until: How long this is gone by.
    """

    roles: frozenset[Role]
    until: datetime


class Shelves:
    """The trusted documents of all organizations, remembered by this process for a short time.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shelves: OrderedDict[UUID, Shelf] = OrderedDict()
        self._texts: OrderedDict[tuple[UUID, str], tuple[str, datetime]] = OrderedDict()

    async def of(self, organization_id: UUID, now: datetime) -> Shelf:
        """Tell what an organization says of documents."""
        shelf = self._shelves.get(organization_id)
        if shelf is None or shelf.until <= now:
            rules = table_of(DocumentRule).c
            asked = select(rules.roles).where(rules.organization_id == organization_id)
            async with self._database.reading() as connection:
                roles = (await connection.execute(asked)).scalar()
            shelf = Shelf(frozenset(map(Role, roles or ())), now + REMEMBERED)
            keep(self._shelves, organization_id, shelf, MOST_SHELVES)
        return shelf

    async def text(self, organization_id: UUID, digest: str, now: datetime) -> str | None:
        """Find a document by its digest; None when the organization trusts no such one."""
        known = self._texts.get((organization_id, digest))
        if known is not None and now < known[1]:
            return known[0]
        documents = table_of(TrustedDocument).c
        asked = select(documents.text).where(
            documents.organization_id == organization_id, documents.digest == digest
        )
        async with self._database.reading() as connection:
            text: str | None = (await connection.execute(asked)).scalar()
        if text is not None:
            keep(self._texts, (organization_id, digest), (text, now + REMEMBERED), MOST_TEXTS)
        return text


def keep(kept: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Remember something, and forget the oldest of too many."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
