"""Whether it is justified that a stay waits, by the model's own look at keys and lockers."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from stories.before import Before, certain_keys, is_free, needed, overlap
from stories.truth import TrueStay
from stories.worlds import DURATIONS

if TYPE_CHECKING:
    from stories.stage import Stage


def problem_with_waiting(
    stage: "Stage", before: Before, wanted: TrueStay, code: str | None
) -> str | None:
    """Say why a stay should not have to wait for something; None where that is justified."""
    assert wanted.entity is not None
    if code is None or is_over(wanted, stage.truth.now):
        return None
    if code == "no_key_for_entity":
        enough = len(stage.truth.keys_of(wanted.entity)) >= needed(stage, wanted)
        return f"{wanted.name} waits for keys although there are enough" if enough else None
    automat = could_be_brought(stage, before, wanted)
    if automat is None:
        automat = could_be_fetched(stage, before, wanted)
    if automat is None:
        return None
    return f"{wanted.name} waits for {code} although automat {automat} could serve"


def is_over(stay: TrueStay, now: datetime) -> bool:
    """Tell whether a stay lies in the past: it needs nothing any more, and is not tried again."""
    return stay.ends_at is not None and stay.ends_at <= now


def could_be_brought(stage: "Stage", before: Before, stay: TrueStay) -> int | None:
    """Find an automat with room for keys that all lie at desks; None where that is not so sure."""
    assert stay.entity is not None
    keys = certain_keys(stage, stay) or stage.truth.keys_of(stay.entity)
    if any(key.place[0] != "desk" for key in stage.truth.keys_of(stay.entity)):
        return None
    free = [key for key in keys if is_free(before, key, stay)]
    count = needed(stage, stay)
    if len(free) < count or len({key.electromechanical for key in keys}) > 1:
        return None
    for automat in _automats(stage, stay):
        if len(free_lockers(stage, before, automat, *first_phase(stay))) >= count:
            return automat
    return None


def could_be_fetched(stage: "Stage", before: Before, stay: TrueStay) -> int | None:
    """Find the automat in which the one key lies, free in a locker that is free for it."""
    assert stay.entity is not None
    every = stage.truth.keys_of(stay.entity)
    if len(every) != 1 or every[0].place[0] != "locker" or needed(stage, stay) != 1:
        return None
    (key,) = every
    _, automat, index = key.place
    assert isinstance(automat, int)
    locker_id = stage.locker_ids[automat, index]
    is_still_here = not any(row["key_id"] == key.id for row in before.allocations)
    is_held = any(
        row["locker_id"] == locker_id and overlap(row, *first_phase(stay)) for row in before.lockers
    )
    is_asked_for = automat in _automats(stage, stay)
    can = is_free(before, key, stay) and is_still_here and is_asked_for and not is_held
    return automat if can else None


def _automats(stage: "Stage", stay: TrueStay) -> list[int]:
    return list(range(len(stage.world.automats))) if stay.automat is None else [stay.automat]


def first_phase(stay: TrueStay) -> tuple[datetime, datetime | None]:
    """Say when a locker is held first: all the time for a short stay, else for the fetch."""
    if stay.ends_at is not None and stay.ends_at - stay.starts_at <= DURATIONS["default_duration"]:
        return stay.starts_at, stay.ends_at
    return stay.starts_at, stay.starts_at + DURATIONS["fetch_duration"]


def free_lockers(
    stage: "Stage", before: Before, automat: int, starts_at: datetime, ends_at: datetime | None
) -> list[int]:
    """List the lockers of an automat that are free over a stretch, by the words of the contract."""
    return [
        index
        for index in range(stage.truth.lockers[automat])
        if _is_free_locker(before, stage.locker_ids[automat, index], starts_at, ends_at)
    ]


def _is_free_locker(
    before: Before, id: UUID, starts_at: datetime, ends_at: datetime | None
) -> bool:
    if any(row["locker_id"] == id and overlap(row, starts_at, ends_at) for row in before.lockers):
        return False
    return not any(id in {key["locker_id"], key["selected_locker_id"]} for key in before.keys)
