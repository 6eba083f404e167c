"""What was promised before something was asked for, and which keys could be had for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from stories.always import LIVE
from stories.eye import Row
from stories.truth import TrueKey, TrueStay
from stories.worlds import DAY

if TYPE_CHECKING:
    from stories.stage import Stage

MINUTE = timedelta(minutes=1)
"""How long an act takes: what is looked at is a minute older than what was decided on."""


@dataclass
class Before:
    """What was promised before something was asked for.

    Args:
        now: When that was.
        allocations: Keys that others than the one who asks were promised, or have.
        lockers: Lockers that others hold.
        keys: Where keys lie, and where they live.
    """

    now: datetime
    allocations: list[Row]
    lockers: list[Row]
    keys: list[Row]


def look(stage: "Stage", own: UUID | None) -> Before:
    """Look what everybody but one key contract holds."""
    told = {"own": own or UUID(int=0)}
    others = "organization_id = :owner and key_contract_id <> :own"
    return Before(
        stage.truth.now,
        stage.rows(f"select * from key_allocations where live and {others}", **told),
        stage.rows(f"select * from locker_contracts where state in {LIVE} and {others}", **told),
        stage.rows("select * from keys where organization_id = :owner"),
    )


def overlap(row: Row, starts_at: datetime, ends_at: datetime | None) -> bool:
    """Tell whether a promise and a stretch of time share a moment."""
    begins_before = ends_at is None or row["starts_at"] < ends_at
    return begins_before and (row["ends_at"] is None or row["ends_at"] > starts_at)


def is_late(row: Row, now: datetime) -> bool:
    """Tell whether somebody keeps a key for longer than it was promised."""
    return row["fetched_at"] is not None and row["ends_at"] is not None and row["ends_at"] <= now


def is_free(before: Before, key: TrueKey, stay: TrueStay) -> bool:
    """Tell whether a key can be had: nobody else has it then, or keeps it, and it is not lost."""
    is_soon = stay.starts_at < before.now + DAY + MINUTE
    if is_soon and key.is_away and key.holder is None:
        return False
    return key.shared or not any(
        overlap(row, stay.starts_at, stay.ends_at)
        or (is_soon and is_late(row, before.now + MINUTE))
        for row in before.allocations
        if row["key_id"] == key.id
    )


def certain_keys(stage: "Stage", stay: TrueStay) -> list[TrueKey]:
    """List the keys that have to go, each of them; none where some of several will do."""
    assert stay.entity is not None
    if stay.keys:
        return [stage.truth.keys[number] for number in stay.keys]
    everything = stage.truth.needs[stay.entity] is None
    return stage.truth.keys_of(stay.entity) if everything else []


def needed(stage: "Stage", stay: TrueStay) -> int:
    """Count the keys that have to go."""
    assert stay.entity is not None
    return len(certain_keys(stage, stay)) or stage.truth.needs[stay.entity] or 1
