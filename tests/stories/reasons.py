"""Whether a refusal is justified, by the model's own look at keys."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from stories.before import Before, certain_keys, is_free, needed
from stories.truth import TrueStay

if TYPE_CHECKING:
    from stories.stage import Stage

GRACE = timedelta(minutes=15)


def problem_with_refusal(
    stage: "Stage", before: Before, known: TrueStay | None, wanted: TrueStay, code: str
) -> str | None:
    """Say why a push should not have been refused; None where it is justified."""
    if code in duties(stage, known, wanted):
        return None
    is_justified = {
        "key_taken": _too_few_free(stage, before, wanted),
        "mixed_storage": len(certain_keys(stage, wanted)) > 1,
        "no_free_locker": bool(stage.truth.out_with(wanted.name)),
    }
    return None if is_justified.get(code) else f"{wanted.name} was refused with {code}"


def problem_with_promise(
    stage: "Stage", before: Before, wanted: TrueStay, free_from: datetime | None
) -> str | None:
    """Say why it could not be from when on it is said to be free."""
    if free_from is None or stage.truth.out_with(wanted.name):
        return None
    lasts = None if wanted.ends_at is None else wanted.ends_at - wanted.starts_at
    moved = replace(
        wanted, starts_at=free_from, ends_at=None if lasts is None else free_from + lasts
    )
    if not _too_few_free(stage, before, moved):
        return None
    return f"{wanted.name} is to be possible from {free_from} on, and is not"


def duties(stage: "Stage", known: TrueStay | None, wanted: TrueStay) -> set[str]:
    """List what a push has to be refused for, whatever else is so."""
    assert wanted.entity is not None
    found = set()
    if wanted.ends_at is not None and wanted.ends_at <= wanted.starts_at:
        found.add("starts_after_end")
    is_new_start = known is None or known.starts_at != wanted.starts_at
    if is_new_start and wanted.starts_at < stage.truth.now - GRACE:
        found.add("starts_in_past")
    if known is not None and stage.truth.out_with(known.name) and _says_more(known, wanted):
        found.add("key_out")
    if not {key.number for key in stage.truth.keys_of(wanted.entity)} >= set(wanted.keys):
        found.add("not_found")
    return found


def _says_more(known: TrueStay, wanted: TrueStay) -> bool:
    """Tell whether more is changed than the end and the contact."""
    before = (known.entity, known.starts_at, sorted(known.keys), known.automat)
    return before != (wanted.entity, wanted.starts_at, sorted(wanted.keys), wanted.automat)


def _too_few_free(stage: "Stage", before: Before, wanted: TrueStay) -> bool:
    """Tell whether keys that have to go, or too many of all, are promised to others."""
    assert wanted.entity is not None
    if stage.truth.out_with(wanted.name):
        keys = stage.truth.out_with(wanted.name)
        return not all(is_free(before, key, wanted) for key in keys)
    certain = certain_keys(stage, wanted)
    if certain:
        return not all(is_free(before, key, wanted) for key in certain)
    every = stage.truth.keys_of(wanted.entity)
    electric = [key for key in every if key.electromechanical]
    some = electric if len(electric) >= needed(stage, wanted) else every
    return sum(is_free(before, key, wanted) for key in some) < needed(stage, wanted)
