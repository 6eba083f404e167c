"""The agreement as a PDF, and the stamp of a signature: typst with our templates and its own fonts.

What is printed comes as data and is never a program: `#read("/etc/passwd")` in a name prints as
text. The same data makes the same bytes. PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1): it can
be kept for decades, and read aloud.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from resolvers.outside.document_words import Words, words_in
from resolvers.outside.printable import printed

HERE = Path(__file__).parent
AGREEMENT, STAMP = HERE / "agreement.typ", HERE / "stamp.typ"
THREADS = ThreadPoolExecutor(2, thread_name_prefix="rendering")
"""Threads of our own: a document that takes long makes nobody wait but other documents."""
FIELD = (57, 57, 357, 141)
"""Where a signature goes on the last page, in points from its lower left corner."""

LONGEST_NAME = 60
"""So many characters of a name are seen in a stamp."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is seen of a signature in the document.

    Args:
        language: BCP 47 primary tag.
        name: Who signed.
        at: When.
        address: The network address that it came from, if it is known.
        digest: SHA-256 of the document that was shown, in hex.
        picture: The drawn signature, a PNG; None for a typed one.
        accepted: Which agreements were accepted: their places in the document, from 1.
        agreements: How many agreements are in the document.
    """

    language: str
    name: str
    at: datetime
    address: str | None
    digest: str
    picture: bytes | None
    accepted: Sequence[int] = ()
    agreements: int = 0


def agreement(content: Mapping[str, Any], *, at: datetime) -> bytes:
    """Make the document of a signing.

    Args:
        content: `SigningProcess.content`.
        at: The date that the document carries.
    """
    words = words_in(content["language"])
    contract = content["contract"]
    purpose = str(content["purpose"]).lower()
    data = {
        "document": {
            "title": content["title"],
            "language": primary(content["language"]),
            "agreements": [_described(one, words) for one in content["agreements"]],
        },
        "words": {
            "organization": contract["organization"],
            "reference": contract["reference"],
            "purpose": words[purpose],
            "contract": words["contract"],
            "facts": _facts(contract, words),
            "signature": words[f"signature_{purpose}"],
        },
    }
    return printed(lambda shown: _compiled(AGREEMENT, shown, at), data)


def stamp(shown: Stamp) -> bytes:
    """Make the page that is put into the field of a signature."""
    words = words_in(shown.language)
    name = shortened(shown.name)
    where = f" · {words['address']} {shown.address}" if shown.address else ""
    data = {
        "document": {
            "title": f"{words['signed_by']} {name}",
            "language": primary(shown.language),
            "name": name,
            "picture": None if shown.picture is None else list(shown.picture),
            "lines": [
                f"{words['signed_by']} {name}",
                f"{shown.at:%Y-%m-%d %H:%M:%S} UTC{where}",
                f"{words['shown']} {shown.digest[:24]}…",
            ],
        }
    }
    return printed(lambda written: _compiled(STAMP, written, shown.at), data)


def primary(language: str) -> str:
    """Give the primary tag of a language, which is what documents name; English when it is none."""
    tag = language.partition("-")[0].lower()
    return tag if tag.isascii() and tag.isalpha() and len(tag) in {2, 3} else "en"


def shortened(name: str) -> str:
    """Cut what is too long for a stamp; the signature itself has all of it."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _described(one: Mapping[str, Any], words: Words) -> dict[str, Any]:
    asked = words["mandatory" if one["mandatory"] else "optional"]
    about = f"{one['name']}, {words['version']} {one['version']}, {asked}"
    return {
        "title": one["title"],
        "language": primary(one["language"]),
        "about": about,
        "blocks": list(_without_gaps(one["blocks"])),
    }


def _without_gaps(blocks: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Let no heading skip a level (PDF/UA-1): one that would is a level higher."""
    above = 0
    for block in blocks:
        if block["kind"] != "heading":
            yield block
            continue
        above = min(block["level"], above + 1)
        yield {**block, "level": above}


def _facts(contract: Mapping[str, Any], words: Words) -> list[list[Any]]:
    """List what the contract says, each with its name; what it does not say is left out."""
    facts = {
        "reference": contract["reference"],
        "organization": contract["organization"],
        "contacts": ", ".join(contract["contacts"]),
        "keys": "; ".join(_key(one, words) for one in contract["keys"]),
        "starts": _moment(contract, "startsAt"),
        "ends": _moment(contract, "endsAt") or words["permanent"],
        "pick_up": contract.get("pickUpInformation"),
        "hours": _hours(contract.get("accessSchedule")),
    }
    named = ((words[name], value) for name, value in facts.items() if value)
    return [[name, value if isinstance(value, list) else [value]] for name, value in named]


def _hours(schedule: Mapping[str, Any] | None) -> list[str]:
    """Write when keys may be fetched, line by line, and by whose clock."""
    return [*schedule["lines"], f"({schedule['timeZone']})"] if schedule else []


def _key(key: Mapping[str, Any], words: Words) -> str:
    kind = str(key["kind"]).lower()
    entities = ", ".join(key["entities"])
    return f"{key['code']} ({words.get(kind, kind)}){': ' if entities else ''}{entities}"


def _moment(contract: Mapping[str, Any], name: str) -> str | None:
    """Write a moment as the clocks there show it, with their time zone."""
    local = contract.get(f"{name}Local")
    return f"{local} ({contract['timeZone']})" if local else contract.get(name)


def _compiled(template: Path, data: Mapping[str, Any], at: datetime) -> bytes:
    return typst.compile(
        template,
        root=HERE,
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(value) for name, value in data.items()},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
        format="pdf",
    )
