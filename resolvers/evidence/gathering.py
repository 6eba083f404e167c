"""What a bundle of evidence holds: records written as JSON, and files out of the store."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from models.attachments import path_of
from models.base import Json
from resolvers.evidence.rows import Rows, rows_of
from resolvers.work import Reading

NOT_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
BEGINNING = "0" * 64
"""What the first event names as the one before it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A stored file and its place in the bundle.

    Args:
        path: Where it is in the bundle.
        stored: Where it is in the file store.
        size_bytes: How large it is.
        is_document: Whether it is a sealed PDF.
    """

    path: str
    stored: str
    size_bytes: int
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that goes into a bundle but certificates and what is signed about the bundle itself.

    Args:
        contract: What manifests call it: id, reference and organization.
        records: The records by their path in the bundle, as JSON.
        files: The files.
    """

    contract: Json
    records: dict[str, bytes]
    files: list[Placed]


async def gather(reading: Reading, contract_id: UUID | None) -> Gathered:
    """Gather the evidence of a contract.

    Raises:
        NotFound: There is no such contract.
    """
    rows = await rows_of(reading, contract_id)
    placed = _placed(rows)
    records: dict[str, Any] = {
        "contract.json": _contract(rows, placed),
        "signatures.json": _signed(rows, placed),
        "events.json": chained(_event(row) for row in rows.events),
        **{_text_path(row): _text(row) for row in rows.texts},
    }
    return Gathered(
        contract={
            "id": rows.contract.id,
            "reference": rows.contract.reference,
            "organization": rows.organization.name,
        },
        records={path: written(record) for path, record in records.items()},
        files=list(placed.values()),
    )


def written(record: Any) -> bytes:
    """Write a record: JSON for people and programs, always in the same way."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
    return orjson.dumps(record, option=options) + b"\n"


def chained(events: Iterable[Json]) -> list[Json]:
    """Chain events: each names the one before it, and its own digest covers that."""
    chain: list[Json] = []
    for event in events:
        linked = {**event, "previous": chain[-1]["sha256"] if chain else BEGINNING}
        chain.append({**linked, "sha256": sha256(written(linked)).hexdigest()})
    return chain


def safe(name: str) -> str:
    """Make a name that is no path anywhere, of one that somebody chose."""
    return NOT_SAFE.sub("_", name).strip("._")[-80:] or "file"


def _placed(rows: Rows) -> dict[tuple[str, UUID], Placed]:
    """Give each file its place: of an offer, a signed document, a picture or an attachment."""
    placed: dict[tuple[str, UUID], Placed] = {}
    number = {process.id: place for place, process in enumerate(rows.processes, 1)}

    def put(kind: str, owner: UUID, file_id: UUID | None, path: str) -> None:
        if file_id is not None and file_id in rows.files:
            file = rows.files[file_id]
            where = path_of(file.organization_id, file.id)
            is_document = path.endswith(".pdf") and kind != "attachment"
            placed[kind, owner] = Placed(path, where, file.size_bytes, is_document)

    for process in rows.processes:
        name = f"documents/{number[process.id]:02}-{process.purpose.value}-offer.pdf"
        put("offer", process.id, process.offer_file_id, name)
    for one in rows.signatures:
        name = f"{number[one.process_id]:02}-{one.purpose.value}"
        put("signed", one.id, one.sealed_file_id, f"documents/{name}-signed.pdf")
        put("picture", one.id, one.picture_file_id, f"pictures/{name}.png")
    for place, one in enumerate(rows.attachments, 1):
        if one.removed_at is None:
            put("attachment", one.id, one.file_id, f"attachments/{place:03}-{safe(one.name)}")
    return placed


def _path(placed: dict[tuple[str, UUID], Placed], kind: str, owner: UUID) -> str | None:
    found = placed.get((kind, owner))
    return found.path if found else None


def _digest(rows: Rows, file_id: UUID | None) -> str | None:
    return rows.files[file_id].digest if file_id in rows.files else None


def _contract(rows: Rows, placed: dict[tuple[str, UUID], Placed]) -> Json:
    row = rows.contract
    names = (
        *("id", "reference", "starts_at", "ends_at", "overdue_at", "status", "verification"),
        *("language", "access_schedule", "pick_up_information", "revision", "signed_revision"),
    )
    key_names = ("key_id", "starts_at", "ends_at", "fetched_at", "returned_at", "removed_at")
    return {
        **{name: getattr(row, name) for name in names},
        "organization": {"id": rows.organization.id, "name": rows.organization.name},
        "contacts": [{"id": one.id, "name": one.name} for one in rows.contacts],
        "keys": [
            {**{name: getattr(one, name) for name in key_names}, "code": one.code, "kind": one.kind}
            for one in rows.keys
        ],
        "attachments": [
            {
                **{name: getattr(one, name) for name in ("id", "name", "state", "stored_at")},
                "removed_at": one.removed_at,
                "sha256": _digest(rows, one.file_id),
                "path": _path(placed, "attachment", one.id),
            }
            for one in rows.attachments
        ],
    }


def _signed(rows: Rows, placed: dict[tuple[str, UUID], Placed]) -> Json:
    process_names = (
        *("id", "revision", "purpose", "method", "verification", "state", "contact_id"),
        *("language", "station_id", "created_at", "expires_at", "offered_at", "seen_at"),
        *("ended_at", "reason", "content", "content_digest", "agreements", "token_id"),
    )
    signature_names = (
        *("id", "process_id", "contact_id", "purpose", "revision", "method", "signer_name"),
        *("signed_at", "offer_digest", "address", "device", "identity", "accepted"),
        *("token_id", "station_id", "sealed_at"),
    )
    return {
        "processes": [
            {
                **{name: getattr(one, name) for name in process_names},
                "offer": _path(placed, "offer", one.id),
                "offer_sha256": _digest(rows, one.offer_file_id),
            }
            for one in rows.processes
        ],
        "signatures": [
            {
                **{name: getattr(one, name) for name in signature_names},
                "document": _path(placed, "signed", one.id),
                "document_sha256": _digest(rows, one.sealed_file_id),
                "picture": _path(placed, "picture", one.id),
                "picture_sha256": _digest(rows, one.picture_file_id),
            }
            for one in rows.signatures
        ],
    }


def _text_path(row: Any) -> str:
    return f"agreements/{row.version_id.hex}-{safe(row.language)}.json"


def _text(row: Any) -> Json:
    names = ("agreement_id", "version_id", "number", "language", "name", "title", "body", "digest")
    return {name: getattr(row, name) for name in (*names, "published_at")}


def _event(row: Any) -> Json:
    names = ("id", "kind", "at", "subject_type", "subject_id", "token_id", "facts", "notice")
    return {name: getattr(row, name) for name in names}
