"""The trail as a file that can be checked without us: JSON Lines, each line one document.

The first line says whose it is; then comes each seal and after it its events, then the events that
are not sealed yet, and last a line that says how much there was.
"""

import base64
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import orjson

from models.database import Database
from models.errors import InvalidInput
from resolvers.trail.chains import Chain, Problem
from resolvers.trail.documents import Document, event_document, seal_document, with_leaves
from resolvers.trail.reading import Head, events, head_of, place_of, seals

FORMAT = "livionkey-trail"
VERSION = 1


async def lines(database: Database, organization_id: UUID, now: datetime) -> AsyncIterator[bytes]:
    """Write the trail of an organization, as it is at one moment.

    Args:
        database: Where it is.
        organization_id: Whose it is.
        now: The moment, by our clock.
    """
    yield _line(format=FORMAT, version=VERSION, organizationId=organization_id.hex, exportedAt=now)
    last, count = Head(), 0
    async with database.at_one_moment() as connection:
        async for seal in seals(connection, organization_id):
            here = head_of(seal)
            rows = await events(
                connection, organization_id, last.place, up_to=here.place, at_most=seal.count
            )
            document = with_leaves(seal_document(seal), seal.leaves)
            yield _line(seal=document, events=len(rows))
            for row in rows:
                yield _line(event=event_document(row))
            last, count = here, count + len(rows)
        place = last.place
        while rows := await events(connection, organization_id, place):
            for row in rows:
                yield _line(event=event_document(row))
            place, count = place_of(rows[-1]), count + len(rows)
    yield _line(seals=last.number, events=count, head=last.digest)


def _line(**document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def check(file: Iterable[bytes], chain: Chain) -> Iterator[Problem]:
    """Check a file, and give what is wrong with it.

    Args:
        file: Its lines.
        chain: Nothing that was seen yet; it tells afterwards how much there was.

    Raises:
        InvalidInput: It is no such file.
    """
    try:
        yield from _checked(file, chain)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"A line behind seal {chain.number} is not as `livionkey audit export` writes it."
        raise InvalidInput(message) from error


def _checked(file: Iterable[bytes], chain: Chain) -> Iterator[Problem]:
    documents = _documents(file)
    first = next(documents, {})
    if (first.get("format"), first.get("version")) != (FORMAT, VERSION):
        raise InvalidInput("This is no trail: `livionkey audit export` writes one.")
    chain.whose = first["organizationId"]
    last: Document | None = None
    for document in documents:
        last = document
        if "seal" in document:
            yield from _check_piece(document, documents, chain)
        elif "event" in document:
            yield from chain.add_loose(document["event"])
    yield from chain.end()
    if last is None or last.get("head") != chain.digest:
        yield Problem(None, None, "the file ends too early, or says another end than it has")


def _check_piece(piece: Document, documents: Iterator[Document], chain: Chain) -> Iterator[Problem]:
    seal = piece["seal"]
    leaves = base64.b64decode(seal["leaves"], validate=True)
    yield from chain.check_seal(seal, leaves)
    following = (one["event"] for one in islice(documents, piece["events"]) if "event" in one)
    yield from chain.check_events(leaves, following)


def _documents(file: Iterable[bytes]) -> Iterator[Document]:
    for line in file:
        document = orjson.loads(line)
        if isinstance(document, dict):
            yield document
