"""Making a decision again from its record, to see that it is the same."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from geo.decisions import Decision, FreeAgain, at_desk
from geo.key_supply import NO_KEYS
from geo.refusals import LeftOut
from geo.remembered import Remembered
from geo.selection import choose
from geo.wish_records import AREAS, Areas, place_read, settings_read, wish_read
from models.selections import RejectionCode


def canonical(document: Any) -> bytes:
    """Write a document as canonical JSON: keys sorted, no blanks."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def outcome_of(decision: Decision) -> dict[str, Any]:
    """Write what was decided, as `models.selections.AutomatSelection` keeps it."""
    wish = decision.wish
    return {
        "method": decision.method,
        "automat_id": decision.chosen.automat.id if decision.chosen else None,
        "origin": decision.origin,
        "candidates": [candidate.stored() for candidate in decision.candidates],
        "examined": decision.examined,
        "notes": decision.reasons,
        "policy_version": wish.policy_version if wish else None,
        "counterfactuals": [one.stored() for one in decision.counterfactuals],
        "shadow": decision.shadow_written(),
    }


OUTCOME = tuple(outcome_of(Decision(None, None, (), 0, (), None, None, NO_KEYS)))
"""The columns that hold what was decided."""


def kept_with(record: str) -> UUID | None:
    """Tell with which other decision a record keeps a part of itself, if it does."""
    shared = orjson.loads(record).get("shared")
    return UUID(shared) if isinstance(shared, str) else None


def joined(record: str, other: str | None = None) -> str:
    """Put a record together with the part of it that is kept with another decision.

    Args:
        record: The record.
        other: The record of that other decision.
    """
    written = orjson.loads(record)
    if (shared := written.pop("shared", None)) is None:
        return record
    if other is not None:
        shared = orjson.loads(other)["shared"]
    if isinstance(written.get("settings"), int):
        written["settings"] = shared["settings"][written["settings"]]
    if "sights" in written:
        automats = written["sights"]["automats"]
        written["sights"]["automats"] = [
            shared["automats"][one] if isinstance(one, int) else one for one in automats
        ]
    return canonical(written).decode()


def areas_named_in(record: str) -> set[str]:
    """List the digests of the areas that a record names."""
    settings = orjson.loads(record).get("settings", {})
    return {settings[name] for name in AREAS if settings.get(name) is not None}


async def replay(record: str, areas: Areas) -> dict[str, Any]:
    """Make a decision again from its record.

    Args:
        record: What `geo.records` wrote, `joined`.
        areas: The areas that it names, by their digests.
    """
    written = orjson.loads(record)
    if written["asked"] == "nothing":
        notes, origin = tuple(written["notes"]), place_read(written["origin"])
        return outcome_of(Decision(None, None, (), 0, notes, origin, None, NO_KEYS))
    wish = wish_read(written["wish"], settings_read(written["settings"], areas))
    if written["asked"] == "desk":
        return outcome_of(at_desk(wish))
    left_out = written["left_out"]
    codes = {RejectionCode(code): count for code, count in left_out["codes"].items()}
    wish = replace(wish, left_out=LeftOut(left_out["count"], codes))
    decision = await choose(Remembered(written["sights"]), wish)
    if (found := written["free_from"]) is not None:
        id, name, moment = found
        again = FreeAgain(UUID(id), name, datetime.fromisoformat(moment))
        decision = decision.free_from(again)
    return outcome_of(decision)
