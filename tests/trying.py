"""Asking what a reservation would get and then making it, many times over."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from factories import AINO
from otherwise import untrue
from outcomes import decision as newest
from towns import Town, make_town, stretch, wanted

from geo.replaying import OUTCOME, canonical, outcome_of
from models.errors import LivionKeyError
from models.reservations import Reservation
from resolvers import reservations, selections
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Request, Times
from resolvers.replays import replayed
from resolvers.work import Reading, Work

CASES_OF_A_TOWN = 20


@dataclass
class Tried:
    """What came of it.

    Args:
        cases: How many were asked for and made.
        kinds: How often each rule decided, each refusal stood, and what else is rare.
        differences: What was otherwise than was said before, or than it is when made again.
    """

    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


async def try_a_town(work: Work, seed: int, cases: int = CASES_OF_A_TOWN) -> Tried:
    """Build a town and make reservations in it, one after the other."""
    town, tried = await make_town(work, seed), Tried()
    made: list[Reservation] = []
    for number in range(cases):
        await _try(work, town, made, tried, f"town {seed}, case {number}")
    return tried


async def _try(work: Work, town: Town, made: list[Reservation], tried: Tried, name: str) -> None:
    before = town.dice.choice(made) if made and town.chance(0.25) else None
    home = town.dice.choice(town.homes)
    if before is not None:
        home = next(one for one in town.homes if one.id == before.entity_id)
    when, wants = stretch(town, work), Wanted(**wanted(town, home))
    external_id = name if before is None else before.external_id
    said = await _would_get(work, home.id, when, wants, before)
    request = Request(
        external_id=str(external_id),
        entity_id=home.id,
        contacts=[AINO],
        times=Times(**when),
        wanted=wants,
    )
    got = await _gets(work, request, made)
    tried.cases += 1
    _count(tried.kinds, said)
    if said != got:
        tried.differences.append(f"{name}: it would get {said}, and got {got}")


async def _would_get(
    work: Work, home_id: Any, when: Any, wants: Wanted, before: Reservation | None
) -> str:
    await work.save()
    reading = Reading(await work.connection(), work.actor, work.now)
    asked = {"entity_id": home_id, "entity_external_id": None, **when, "wanted": wants}
    try:
        decision = await selections.preview(
            reading, **asked, reservation_id=before.id if before else None
        )
    except LivionKeyError as refusal:
        return f"{refusal.code}: {refusal.message}"
    told = [f"untrue: {message}" for message in await untrue(decision)]
    return "".join([*told, canonical(outcome_of(decision)).decode()])


async def _gets(work: Work, request: Request, made: list[Reservation]) -> str:
    try:
        async with work.attempt():
            reservation = (await reservations.push(work, request)).kept()
    except LivionKeyError as refusal:
        return f"{refusal.code}: {refusal.message}"
    if reservation not in made:
        made.append(reservation)
    row = await newest(work, reservation)
    stored = canonical({name: getattr(row, name) for name in OUTCOME}).decode()
    again = await replayed(Reading(await work.connection(), work.actor, work.now), reservation.id)
    return stored if again.outcome == stored else f"{again.differences} when made again"


def _count(kinds: Counter[str], said: str) -> None:
    if not said.startswith("{"):
        kinds[said.partition(":")[0]] += 1
        return
    for word in (
        *('"nearest"', '"device_group"', '"key_location"', '"named_automat"', '"method":null'),
        *("too_far", "offline", "not_in_service", "full_in_window", "wrong_model"),
        *("outside_area", "position_unknown", "key_elsewhere", "no_free_key", "not_in_group"),
        *('"kind":"full"', '"kind":"limit"', '"shadow":{', "for the return", "has a free locker"),
    ):
        kinds[word.strip('"{:')] += word in said
