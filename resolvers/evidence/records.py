"""Whether the records of a bundle agree with each other and with its documents."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.base import Json
from resolvers.agreements.content import digest_of_document
from resolvers.agreements.versions import text_digest
from resolvers.evidence.gathering import BEGINNING, chained
from resolvers.evidence.sealed import check_sealed
from resolvers.outside.findings import Finding

Read = Callable[[str], bytes]


def check_records(
    records: Mapping[str, Any], digests: Mapping[str, str], read: Read
) -> Iterator[Finding]:
    """Check what the records say of each other.

    Args:
        records: What the JSON files hold, by path.
        digests: SHA-256 of every file, by path.
        read: Reads a file.
    """
    yield _events(records["events.json"])
    signed = records["signatures.json"]
    texts = [one for path, one in records.items() if path.startswith("agreements/")]
    yield from (_text(one) for one in texts)
    yield from (_process(one, texts, digests) for one in signed["processes"])
    processes = {one["id"]: one for one in signed["processes"]}
    for one in signed["signatures"]:
        yield _signature(one, processes[one["process_id"]], digests, read)
        yield from check_sealed(one, processes[one["process_id"]], read)
    for one in records["contract.json"]["attachments"]:
        if one["path"] is not None:
            yield _attachment(one, digests)


def _events(events: list[Json]) -> Finding:
    plain = [
        {name: value for name, value in one.items() if name not in {"previous", "sha256"}}
        for one in events
    ]
    is_good = chained(plain) == events
    last = events[-1]["sha256"] if events else BEGINNING
    words = f"an unbroken chain of {len(events)}, the last is {last}"
    return Finding(
        "events.json", is_good=is_good, words=words if is_good else "the chain is broken"
    )


def _text(text: Json) -> Finding:
    what = f"agreement {text['name']}, version {text['number']}, {text['language']}"
    is_good = text_digest(text["title"], text["body"]) == text["digest"]
    words = "its words have their digest" if is_good else "its words are not those of its digest"
    return Finding(what, is_good=is_good, words=words)


def _process(process: Json, texts: list[Json], digests: Mapping[str, str]) -> Finding:
    there = {(one["version_id"], one["language"], one["digest"]) for one in texts}
    problems = {
        "what was shown is not that of its digest": not is_erased(process)
        and digest_of_document(process["content"]) != process["content_digest"],
        "an agreement's words are not in the bundle": any(
            (one["versionId"], one["language"], one["digest"]) not in there
            for one in process["agreements"]
        ),
        "the offered document is another one": process["offer"] is not None
        and digests.get(process["offer"]) != process["offer_sha256"],
    }
    found = [words for words, is_so in problems.items() if is_so]
    what = ", ".join([process["purpose"], process["state"], *["erased"] * is_erased(process)])
    words = "; ".join(found) or what
    return Finding(f"signing {process['id']}", is_good=not found, words=words)


def _signature(signature: Json, process: Json, digests: Mapping[str, str], read: Read) -> Finding:
    """Check that the signed document goes on exactly where the offered one ends."""
    offer, document = process["offer"], signature["document"]
    problems = {
        "another document was signed": not is_erased(process)
        and (offer is None or digests.get(offer) != signature["offer_digest"]),
        "the signed document is another one": document is not None
        and digests.get(document) != signature["document_sha256"],
        "the signed document is not what was shown": None not in {offer, document}
        and not read(document).startswith(read(offer)),
        "an agreement was accepted that was not offered": any(
            one not in process["agreements"] for one in signature["accepted"]
        ),
        "the picture is another one": signature["picture"] is not None
        and digests.get(signature["picture"]) != signature["picture_sha256"],
    }
    found = [words for words, is_so in problems.items() if is_so]
    who = f"{signature['signer_name']} at {signature['signed_at']}"
    words = "; ".join(found) or f"{who}, for the {signature['purpose']}{_left(process, document)}"
    return Finding(f"signature {signature['id']}", is_good=not found, words=words)


def is_erased(process: Json) -> bool:
    """Tell whether what was shown was removed, with its document, as a contact was erased."""
    return process["content"] == {} and process["offer"] is None


def _left(process: Json, document: str | None) -> str:
    """Say why there is no signed document, where there is none."""
    if document is not None:
        return ""
    return ", erased" if is_erased(process) else ", not sealed yet"


def _attachment(attachment: Json, digests: Mapping[str, str]) -> Finding:
    is_good = digests.get(attachment["path"]) == attachment["sha256"]
    words = "is as it was stored" if is_good else "is not what was stored"
    return Finding(attachment["path"], is_good=is_good, words=words)
