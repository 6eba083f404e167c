"""What the product decides, held against the brute force: every difference in words."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from brute_force import Answer, BruteForce
from plain_towns import Span, Town, make_town
from towns_in_memory import Memory, settings_of, supply_of, wish_of

from geo.candidates import Candidate
from geo.decisions import Decision, Wish
from geo.look import Look
from geo.returning import choose_return
from geo.selection import choose
from models.settings import UnitSettings

MICROMETRE = 1e-6


class Holding:
    """Holds decisions about one town against answers.

    Args:
        town: The town.
        numbers: Which of its automats an id means.
    """

    def __init__(self, town: Town, numbers: dict[UUID, int]) -> None:
        self.town, self.numbers, self.brute = town, numbers, BruteForce(town)

    def differences(self, decision: Decision, answer: Answer, back: int | None) -> Iterator[str]:
        """Say what the product says otherwise."""
        yield from self._choices(decision, answer)
        if decision.chosen is not None and back != answer.back:
            yield f"it comes back to {back}, and should to {answer.back}"
        shadow = decision.shadow
        if (shadow is None) != (answer.shadow is None):
            yield f"the shadow is {shadow}, and should be {answer.shadow}"
        elif shadow is not None and answer.shadow is not None:
            yield from (f"shadow: {one}" for one in self._choices(shadow, answer.shadow))

    def _choices(self, decision: Decision, answer: Answer) -> Iterator[str]:
        chosen = None if decision.chosen is None else self.number(decision.chosen)
        refused = None if decision.refusal is None else decision.refusal.code.value.lower()
        got = (decision.method and decision.method.value, chosen, refused)
        wanted = (answer.method, answer.chosen, answer.refused)
        if got != wanted:
            yield f"it is {got}, and should be {wanted}"
        for candidate in decision.candidates:
            number = self.number(candidate)
            codes = frozenset(one.code.value for one in candidate.rejections)
            if codes != answer.against.get(number):
                should = answer.against.get(number)
                yield f"against {number} stands {set(codes)}, and should {should}"

    def number(self, candidate: Candidate) -> int:
        """Say which automat it is."""
        return self.numbers[candidate.automat.id]

    def numbers_differ(self, decision: Decision, wish: Wish, home: int) -> Iterator[str]:
        """Say which distances and free lockers are otherwise."""
        span = hours_of(wish)
        metres = self.brute.metres(self.town.homes[home].point)
        for candidate in decision.candidates:
            number = self.number(candidate)
            free = len(self.brute.free(number, span))
            if candidate.facts.free_lockers != free:
                yield f"{number} has {candidate.facts.free_lockers} free, and should have {free}"
            got, should = candidate.metres, metres[number]
            if (got is None) != (should is None) or abs((got or 0) - (should or 0)) > MICROMETRE:
                yield f"{number} is {got} m away, and should be {should}"


async def returns_to(look: Look, wish: Wish, decision: Decision, gone: list[int]) -> UUID | None:
    """Choose where the keys come back to, as whoever plans a stay does."""
    if decision.chosen is None or wish.return_window is None:
        return None
    found = await choose_return(
        look,
        wish,
        decision.chosen.automat.id,
        wish.return_window,
        lockers=wish.supply.needed,
        own=sum(1 << index for index in gone),
    )
    return None if found is None else found.automat.id


async def hold_a_town(seed: int, cases: int, kinds: Counter[str]) -> list[str]:
    """Ask the pure function in a town in memory, and give all that differs."""
    town = make_town(seed)
    look = Memory(town)
    holding, found = Holding(town, look.numbers), []
    policies = [UnitSettings(**settings_of(home.policy, town)) for home in town.homes]
    supplies = [supply_of(home, town) for home in town.homes]
    for number in range(cases):
        case = town.case()
        wish = wish_of(case, town, policies[case.home], supplies[case.home])
        answer = holding.brute.answer(case)
        decision = await choose(look, wish)
        gone: list[int] = []
        if decision.chosen is not None:
            chosen = look.numbers[decision.chosen.automat.id]
            lying = decision.supply.inside.get(decision.chosen.automat.id)
            span = hours_of(wish)
            gone = holding.brute.fetched(chosen, town.homes[case.home], span) if lying else []
        back = await returns_to(look, wish, decision, gone)
        back_to = None if back is None else look.numbers[back]
        told = list(holding.differences(decision, answer, back_to))
        told += holding.numbers_differ(decision, wish, case.home)
        found += [f"town {seed}, case {number}, {case}: {one}" for one in told]
        count(kinds, answer)
    return found


def hours_of(wish: Wish) -> Span:
    """Say the window of a wish in plain hours."""
    start, end = (
        None if at is None else round((at - wish.now).total_seconds() / 3600)
        for at in (wish.window.starts_at, wish.window.ends_at)
    )
    return start or 0, end


def count(kinds: Counter[str], answer: Answer) -> None:
    """Count what a case was about."""
    kinds[answer.method or "no method"] += 1
    kinds[answer.refused or "chosen"] += 1
    kinds["shadow"] += answer.shadow is not None
    kinds["comes back elsewhere"] += answer.back not in {None, answer.chosen}
    for code in frozenset[str]().union(*answer.against.values()):
        kinds[code] += 1
