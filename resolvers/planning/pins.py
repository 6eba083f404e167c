"""The PIN of each claim: the one it had at that automat, the one chosen, else a new one (G13)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from models.errors import PinInUse
from models.meanwhile import gently
from models.pins import new_pin
from resolvers.codes_in_use import KnownCodes, in_use
from resolvers.planning.stays import Claim, Plan, Stay
from resolvers.work import Work


async def with_pins(work: Work, plans: Sequence[Plan]) -> list[Plan]:
    """Give each claim its PIN: the one that it had, the one that was chosen, else a new one.

    Raises:
        PinInUse: The automat knows the one that was chosen, or knew it lately (R22).
    """
    return await chosen(plans, await codes_at(work, plans))


async def codes_at(work: Work, plans: Sequence[Plan]) -> dict[UUID, KnownCodes]:
    """Read which codes the automats of plans know already."""
    automats = {claim.automat_id for plan in plans for claim in plan.claims}
    return await in_use(work, automats) if automats else {}


async def chosen(plans: Sequence[Plan], known: dict[UUID, KnownCodes]) -> list[Plan]:
    """Give each claim its PIN, and ask the database nothing; raises what `with_pins` does."""
    return [
        replace(plan, claims=tuple(_with_pin(plan.stay, claim, known) for claim in plan.claims))
        async for plan in gently(plans)
    ]


def _with_pin(stay: Stay, claim: Claim, known_codes: dict[UUID, KnownCodes]) -> Claim:
    before, known = claim.before, known_codes[claim.automat_id]
    had = None if before is None else before.pin
    if before is not None and had is not None:
        if before.automat_id == claim.automat_id:
            return _opened_by(claim, had, known)
        if had not in known:
            known.add(had)
            return _opened_by(claim, had, known)
    chosen = stay.wanted.pins.get(claim.option.key.id)
    if chosen in known:
        raise PinInUse(path=("pins",))
    pin = chosen or new_pin(known, stay.settings.pin_length)
    known.add(pin)
    return _opened_by(claim, pin, known)


def _opened_by(claim: Claim, pin: str, known: KnownCodes) -> Claim:
    return replace(claim, pin=pin, pin_mark=known.mark_of(pin))
