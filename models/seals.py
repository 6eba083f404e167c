"""Seals: the trail of each organization in pieces, each of which holds on to the one before.

A seal lists the events of its piece with their digests, and hashes that together with the digest of
the seal before it. Nobody can change, remove or slip in an event, or leave out a seal, without
every later digest being another one; whoever noted the last digest elsewhere sees it.

What may be taken out of the trail can be taken without breaking that: what an event says of a
contact is no part of its digest, only the digest of it is; and where the oldest events were removed
their seals stay, with the digests of what was there.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

ID_BYTES, DIGEST_BYTES = 16, 32
LEAF_BYTES = ID_BYTES + DIGEST_BYTES
BEFORE_ALL = "0" * 64
"""What stands for the seal before the first one."""

Leaf = tuple[UUID, bytes]
"""An event's id, and what it hashes to."""


class EventSeal(Owned, Base):
    """One piece of the trail, closed.

    Args:
        number: Which piece of its organization's trail it is, counted from 1.
        last_transaction: Up to which transaction it goes.
        last_event_id: Up to which event of that transaction.
        count: How many events it has.
        leaves: The id and the SHA-256 of each event, 48 bytes, in the order of transactions and
            ids.
        previous: The digest of the seal before it, in hexadecimal digits.
        digest: What all of this hashes to (SHA-256).
        sealed_at: When, by our clock.
        removed_at: Since when its events are gone, as their time was over; null while they are
            kept.
    """

    __tablename__ = "event_seals"
    __table_args__ = (
        UniqueConstraint("organization_id", "number", name="each_seal_once"),
        Index("event_seals_in_commit_order", "organization_id", "last_transaction"),
    )

    number: Mapped[int]
    last_transaction: Mapped[int] = mapped_column(BigInteger)
    last_event_id: Mapped[UUID]
    count: Mapped[int]
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[str]
    digest: Mapped[str]
    sealed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


def leaves_of(leaves: Sequence[Leaf]) -> bytes:
    """Write the list of a seal's events."""
    return b"".join(id.bytes + digest for id, digest in leaves)


def each_leaf(leaves: bytes) -> Iterator[Leaf]:
    """Read the list of a seal's events; what is cut off at its end is passed over."""
    for start in range(0, len(leaves) - LEAF_BYTES + 1, LEAF_BYTES):
        end = start + ID_BYTES
        yield UUID(bytes=leaves[start:end]), leaves[end : start + LEAF_BYTES]


def leaf_of(event: dict[str, Any]) -> bytes:
    """Hash an event, as it is written for `livionkey audit export`, without what is personal."""
    core = {name: value for name, value in event.items() if name != "personal"}
    return hashlib.sha256(orjson.dumps(core, option=orjson.OPT_SORT_KEYS)).digest()


def seal_digest(seal: dict[str, Any], leaves: bytes) -> str:
    """Hash a seal, as it is written for `livionkey audit export`.

    Args:
        seal: Its fields; `digest`, `leaves` and `removedAt` are passed over.
        leaves: The list of its events.
    """
    core = {
        name: value for name, value in seal.items() if name not in {"digest", "leaves", "removedAt"}
    }
    core["leaves"] = hashlib.sha256(leaves).hexdigest()
    return hashlib.sha256(orjson.dumps(core, option=orjson.OPT_SORT_KEYS)).hexdigest()
