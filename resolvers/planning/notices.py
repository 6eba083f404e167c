"""What people are told of contracts, keys and device groups (R14, R15, R17), in sentences."""

from datetime import datetime
from typing import Any

from models.contracts import LockerContractState as State
from models.events import EventKind
from models.times import Window
from resolvers.planning.stays import Claim
from resolvers.transitions import step
from resolvers.work import About, Work

UNSIGNED = "It has to be signed first."
STAY_CHANGED = "The stay was changed."


def insert_key(claim: Claim, now: datetime) -> str:
    """Say which key has to be put where, and by when."""
    deadline = claim.phase.window.starts_at
    return (
        f"Put the key {claim.option.key.code} into locker {claim.locker_index} of "
        f"{claim.automat.name} {f'before {deadline.isoformat()}' if now < deadline else 'at once'}."
    )


def synced(claim: Claim) -> str:
    """Say that a PIN is on its way."""
    return (
        f"The PIN for the key {claim.option.key.code} goes to {claim.automat.name}, locker "
        f"{claim.locker_index}, {claim.phase.window}."
    )


def no_locker(claim: Claim) -> str:
    """Say that no locker was found for a return."""
    return (
        f"No locker is free for the {claim.phase.kind.value} of the key "
        f"{claim.option.key.code} {claim.phase.window}. It is tried again; free a locker, or add "
        "an automat."
    )


def few_lockers(name: str, free: int, limit: int, window: Window) -> str:
    """Say that few lockers of a device group are free over a window, or none (R17)."""
    way_out = "Free lockers, or add an automat to the group."
    if not free:
        return f"No locker of {name} is free {window}. {way_out}"
    count = f"{free} lockers" if free > 1 else "1 locker"
    return f"{name} has only {count} free {window}; its limit is {limit}. {way_out}"


def learned_anew(claim: Claim) -> str:
    """Say that an automat has to learn a PIN anew."""
    key, name = claim.option.key.code, claim.automat.name
    return f"{name} learns the PIN for the key {key} anew, {claim.phase.window}: {STAY_CHANGED}"


def moved_at_automat(work: Work, subject: About, claim: Claim, before: State, **facts: Any) -> None:
    """Tell that an automat has to forget a PIN until its time comes."""
    key, name = claim.option.key.code, claim.automat.name
    reason = "The stay was moved to later."
    step(
        *(work, subject, before, State.PLANNED),
        kind=EventKind.LOCKER_CONTRACT_UNSYNCED,
        reason=reason,
        notice=f"{name} forgets the PIN for the key {key} until {claim.phase.sync_at}: {reason}",
        **facts,
    )


def kept_back_at_automat(
    work: Work, subject: About, claim: Claim, before: State, **facts: Any
) -> None:
    """Tell that an automat has to forget a PIN until its contract is signed as it is now."""
    reason = UNSIGNED
    name = claim.automat.name
    step(
        *(work, subject, before, State.PLANNED),
        kind=EventKind.LOCKER_CONTRACT_UNSYNCED,
        reason=reason,
        notice=f"{name} forgets the PIN for the key {claim.option.key.code}: {reason}",
        **facts,
    )
