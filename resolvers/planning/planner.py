"""The way through: keys, choices, claims, locks, and a second look."""

from collections.abc import Sequence
from dataclasses import replace

from geo.decisions import Wish
from geo.selection import first_looks
from geo.snapshot import Snapshot
from models.availability import Span
from models.errors import KeyTaken, LivionKeyError, NoFreeLocker, NoKeyForEntity
from resolvers.planning import claiming, supplies, wishes
from resolvers.planning.doubts import Doubts, Planned
from resolvers.planning.next_free import keys_free_from, locker_free_from
from resolvers.planning.pins import with_pins
from resolvers.planning.stays import Plan, Stay
from resolvers.planning.supplies import Known
from resolvers.planning.wants import Wants
from resolvers.work import Reading, Work

LOOKS = 10
"""How often the world may change between a look and the locks before somebody has to wait."""


async def decide(work: Work, stays: Sequence[Stay]) -> list[Planned]:
    """Plan stays; a refusal stands in the place of a plan.

    Keys and automats are locked, and nothing is written: `writing.write` does that. A stay that is
    refused keeps what it holds. One that waits for something (`Plan.waits_for`) lets go of it.
    """
    planned = await decide_but_pins(work, stays)
    plans = await with_pins(work, [one for one in planned if isinstance(one, Plan)])
    by_stay = {one.stay: one for one in plans}
    return [by_stay[one.stay] if isinstance(one, Plan) else one for one in planned]


async def decide_but_pins(work: Work, stays: Sequence[Stay]) -> list[Planned]:
    """Plan stays as `decide` does, but for the PINs: `pins.with_pins` gives them."""
    if not stays:
        return []
    known = await supplies.keys_of(work, stays)
    return await _settled(work, await look(work, stays), stays, Wants(work, known))


async def look(reading: Reading, stays: Sequence[Stay]) -> Snapshot:
    """Open a look at the organization's automats, as if the stays held nothing."""
    return Snapshot(
        await reading.connection(),
        [reading.actor.organization_id],
        ignoring=supplies.contracts_of(stays),
    )


async def prefetch(snapshot: Snapshot, stays: Sequence[Stay], wants: Wants) -> None:
    """Read what the choices for several stays will look at first, all at once."""
    await snapshot.prefetch(await _first_spans(snapshot, stays, wants))


async def _first_spans(snapshot: Snapshot, stays: Sequence[Stay], wants: Wants) -> set[Span]:
    """List what the choices for several stays look at first."""
    wanted = []
    for stay in stays:
        wish = wants.of(stay, snapshot.bookings)
        if isinstance(wish, Wish) and not wishes.stays_at_desk(stay, wish.supply):
            wanted.append((stay, wish))
    looks = await first_looks(snapshot, [wish for _, wish in wanted])
    return {
        Span(automat_id, phase.window)
        for (stay, _), metres in zip(wanted, looks, strict=True)
        for phase in stay.phases
        for automat_id in metres
    }


async def _settled(
    work: Work, snapshot: Snapshot, stays: Sequence[Stay], wants: Wants
) -> list[Planned]:
    """Decide until what was decided on is locked and still as it was when it was looked at.

    Somebody else is nearly always first at one of the automats of a thousand stays. So only the
    stays whose automats are otherwise by then look anew, together; the others' looks still hold.
    """
    sure: set[Span] = set()
    doubts = Doubts({}, ())
    snapshot.homes = supplies.homes_of(wants.known)
    await prefetch(snapshot, stays, wants)
    for _ in range(LOOKS):
        claiming.take_what_is_held(snapshot, stays)
        planned = await _in_order(work, snapshot, stays, wants, doubts)
        spans = {one.stay: _spans(one) for one in planned.values() if isinstance(one, Plan)}
        unsure = set().union(*spans.values()) - sure
        otherwise = await snapshot.make_sure(unsure) if unsure else set()
        if not otherwise:
            return [planned[stay] for stay in stays]
        sure |= unsure
        again = [stay for stay, its_spans in spans.items() if its_spans & otherwise]
        snapshot.start_over()
        otherwise |= await snapshot.look_anew(await _first_spans(snapshot, again, wants))
        doubts = Doubts(planned, (span.automat_id for span in otherwise))
    raise NoFreeLocker("Too many others are taking the same lockers just now; send it again.")


async def _in_order(
    work: Work, snapshot: Snapshot, stays: Sequence[Stay], wants: Wants, doubts: Doubts
) -> dict[Stay, Planned]:
    """Plan stays one after the other, but for those whose former plan is not in doubt."""
    planned: dict[Stay, Planned] = {}
    for stay in stays:
        spared = doubts.spared(stay, (facts.key.id for facts in wants.known[stay]))
        if spared is not None:
            planned[stay] = claiming.note_taken(snapshot, spared)
        else:
            planned[stay] = await plan_one(work, snapshot, stay, wants)
            doubts.follow(stay, planned[stay])
    return planned


def _spans(plan: Plan) -> set[Span]:
    return {
        Span(claim.automat_id, phase.window) for claim in plan.claims for phase in plan.stay.phases
    }


async def plan_one(reading: Reading, snapshot: Snapshot, stay: Stay, wants: Wants) -> Planned:
    """Decide for one stay, against what the ones before it have taken."""
    snapshot.bookings.release(stay)
    wish = wants.of(stay, snapshot.bookings)
    if isinstance(wish, NoKeyForEntity):
        return Plan(stay, wishes.nothing(stay, wish))
    if isinstance(wish, LivionKeyError):
        claiming.take_what_is_held(snapshot, [stay])
        return await _with_free_time(reading, snapshot, stay, wants.known, wish)
    plan = await decided(snapshot, stay, wish)
    if isinstance(plan.waits_for, NoFreeLocker):
        found = await locker_free_from(reading, plan, list(wants.known), snapshot.bookings)
        return replace(plan, decision=plan.decision.free_from(found))
    return plan


async def decided(snapshot: Snapshot, stay: Stay, wish: Wish) -> Plan:
    """Choose an automat, then keys and lockers there."""
    decision = await wishes.decide(snapshot, stay, wish)
    return await claiming.claimed(snapshot, stay, wish, decision)


async def _with_free_time(
    reading: Reading, snapshot: Snapshot, stay: Stay, known: Known, refusal: LivionKeyError
) -> LivionKeyError:
    if not isinstance(refusal, KeyTaken):
        return refusal
    free_from = await keys_free_from(reading, stay, known, snapshot.bookings)
    until = "nobody knows until when" if free_from is None else f"free from {free_from.isoformat()}"
    message = f"{refusal.message} For as long as you asked it is {until}."
    return KeyTaken(message, path=refusal.path, free_from=free_from)
