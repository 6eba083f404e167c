"""Which automat a reservation gets, by looking at everything: plain loops over plain numbers.

This shares no code with the product. It says each rule in the simplest way there is, however slow,
so that what the product answers can be held against it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from plain_areas import Area, Point
from plain_places import crosses, measure, within
from plain_spans import overlap, spans_of
from plain_towns import Case, Home, Span, Town

TIE = 0.001
Way = tuple[str, set[int]]


@dataclass(slots=True)
class Answer:
    """What a reservation gets.

    Args:
        method: By which rule; None when none applies.
        chosen: Which automat, by number.
        refused: Why none: `no_free_locker` or `no_suitable_automat`.
        against: What stands against each automat that came into question.
        shadow: What the nearest would have been, where that is watched.
        back: Where the key comes back to, where a locker is held apart for that; None: nowhere.
    """

    method: str | None
    chosen: int | None
    refused: str | None
    against: dict[int, frozenset[str]]
    shadow: "Answer | None" = None
    back: int | None = None


class BruteForce:
    """Searches one town; distances are measured once."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.numbers = range(len(town.cabinets))
        self._metres: dict[Point | None, list[float | None]] = {}

    def metres(self, here: Point | None) -> list[float | None]:
        """Measure from a place to all."""
        if here not in self._metres:
            self._metres[here] = [measure(here, one.point) for one in self.town.cabinets]
        return self._metres[here]

    def open_lockers(self, number: int, span: Span) -> set[int]:
        """Give those in order that nobody has promised."""
        cabinet = self.town.cabinets[number]
        held = {at for at, start, end in cabinet.holds if overlap((start, end), span)}
        return cabinet.usable - held

    def free(self, number: int, span: Span, gone: Iterable[int] = ()) -> set[int]:
        """Give those that are open and in which no key lies, but for keys that have gone."""
        lying = {
            at
            for at, out in self.town.cabinets[number].keys.items()
            if (out is None or out > span[0]) and at not in gone
        }
        return self.open_lockers(number, span) - lying

    # ------------------------------------------------------------ the choice

    def answer(self, case: Case) -> Answer:
        """Decide."""
        home = self.town.homes[case.home]
        spans = spans_of(case.span, home.policy)
        answer = self._answer(case, home, spans)
        if answer.chosen is not None and len(spans) > 1:
            answer.back = self._back(case, home, spans, answer)
        return answer

    def _answer(self, case: Case, home: Home, spans: Sequence[Span]) -> Answer:
        group = case.group
        if home.policy.mode == "nearest" and home.point is not None:
            group = None
        if case.named is not None:
            return self._search("named_automat", {case.named}, home, spans)
        if home.lying and not home.any_will_do:
            only = None if group is None else self.town.groups[group]
            there = {number for number, _ in home.lying}
            found = self._search("key_location", there, home, spans, only=only)
            if found.chosen is not None or home.at_desk < home.needed:
                return found
            home = without_lying(home)
        method, scope = self._way(group, home)
        if method is None:
            return Answer(None, None, "no_suitable_automat", {})
        found = self._search(method, scope, home, spans)
        if method == "device_group" and home.policy.mode == "shadow" and home.point is not None:
            found.shadow = self._search("nearest", set(self.numbers), home, spans)
        return found

    def _way(self, named: int | None, home: Home) -> tuple[str | None, set[int]]:
        everything, group = set(self.numbers), named
        by_distance = home.point is not None
        mode = home.policy.mode
        if by_distance and (mode == "nearest" or (mode == "by_reservation" and named is None)):
            return "nearest", everything
        if group is None:
            group = home.group
        if group is not None:
            return "device_group", set(self.town.groups[group])
        return ("nearest", everything) if by_distance else (None, set())

    def _search(
        self,
        method: str,
        scope: set[int],
        home: Home,
        spans: Sequence[Span],
        *,
        only: frozenset[int] | None = None,
    ) -> Answer:
        against = {
            number: frozenset(self.reasons(number, method, home, spans, only)) for number in scope
        }
        order = self.order(scope, home.point)
        if method == "device_group" and home.point is None:
            order.sort(key=lambda number: -self.share(number, spans[0]))
        good = [number for number in order if not against[number]]
        if good:
            rule = method in {"nearest", "device_group"}
            chosen = self._liked(good, home, spans[0]) if rule else good[0]
            return Answer(method, chosen, None, against)
        full = frozenset(["full_in_window"]) in against.values()
        return Answer(method, None, "no_free_locker" if full else "no_suitable_automat", against)

    def share(self, number: int, span: Span) -> float:
        """Give the free share."""
        return len(self.free(number, span)) / self.town.cabinets[number].lockers

    def order(self, scope: Iterable[int], here: Point | None) -> list[int]:
        """Sort by distance; those within 1 mm of the nearest that is left by age, then by id."""
        metres, ordered = self.metres(here), []
        known = [(far, number) for number in scope if (far := metres[number]) is not None]
        while known:
            nearest = min(known)[0]
            tie = [number for far, number in known if far - nearest <= TIE]
            ordered += sorted(tie, key=self._age)
            known = [pair for pair in known if pair[1] not in tie]
        return ordered + sorted((one for one in scope if metres[one] is None), key=self._age)

    def _age(self, number: int) -> tuple[int, str]:
        cabinet = self.town.cabinets[number]
        return -cabinet.installed, str(cabinet.id)

    def _liked(self, good: list[int], home: Home, span: Span) -> int:
        """Choose among those that can serve, in their order."""
        policy, metres = home.policy, self.metres(home.point)
        if policy.preferred is not None:
            liked = [one for one in good if self._is_in(policy.preferred, one)]
            good = [one for one in liked if not is_beyond(metres[one], policy.limit)] or good
        first = metres[good[0]]
        best = good[0]
        for number in good:
            far = metres[number]
            if far is None or first is None or far > first + policy.spreading:
                continue
            if policy.spreading and self.share(number, span) > self.share(best, span):
                best = number
        return best

    def _is_in(self, area: Area, number: int) -> bool:
        point = self.town.cabinets[number].point
        return point is not None and within(area, point)

    # ------------------------------------------------------------ reasons

    def reasons(
        self,
        number: int,
        method: str,
        home: Home,
        spans: Sequence[Span],
        only: frozenset[int] | None = None,
    ) -> set[str]:
        """Collect what stands against an automat."""
        found = self.in_general(number, home)
        if only is not None and number not in only:
            found.add("not_in_group")
        found |= self._place(number, method, home)
        found |= self._keys(number, method, home, spans[0])
        if len(spans) > 1 and not home.policy.elsewhere:
            found |= self._return_here(number, home, spans[1])
        return found

    def in_general(self, number: int, home: Home) -> set[str]:
        """Collect what stands against an automat whatever the place and the time."""
        cabinet, policy, found = self.town.cabinets[number], home.policy, set()
        if not cabinet.in_service or number in policy.excluded:
            found.add("not_in_service")
        silent = cabinet.silent is not None and cabinet.silent > policy.tolerated
        if silent and not policy.offline:
            found.add("offline")
        if home.needed > cabinet.lockers or cabinet.lockers in policy.without:
            found.add("wrong_model")
        return found

    def _place(self, number: int, method: str, home: Home) -> set[str]:
        if method not in {"nearest", "device_group"}:
            return set()
        point, policy, found = self.town.cabinets[number].point, home.policy, set()
        far = self.metres(home.point)[number]
        if method == "nearest" and far is None:
            found.add("position_unknown")
        if method == "nearest" and is_beyond(far, policy.limit):
            found.add("too_far")
        if point is None:
            return found
        outside = policy.served is not None and not within(policy.served, point)
        avoided = policy.avoided is not None and (
            within(policy.avoided, point)
            or (home.point is not None and crosses(policy.avoided, home.point, point))
        )
        return found | ({"outside_area"} if outside or avoided else set())

    def _keys(self, number: int, method: str, home: Home, span: Span) -> set[str]:
        full = {"full_in_window"}
        if not home.lying:
            return set() if len(self.free(number, span)) >= home.needed else full
        here = [index for at, index in home.lying if at == number]
        if len(here) >= home.needed:
            ready = [index for index in here if index in self.open_lockers(number, span)]
            return set() if len(ready) >= home.needed else full
        if home.any_will_do:
            return {"no_free_key"}
        if method == "named_automat" and home.at_desk >= home.needed:
            return set() if len(self.free(number, span)) >= home.needed else full
        return {"key_elsewhere"}

    def _return_here(self, number: int, home: Home, span: Span) -> set[str]:
        """Look whether whichever keys go find lockers when they come back."""
        here = [index for at, index in home.lying if at == number]
        goes = list(combinations(here, home.needed)) or [()]
        rooms = [len(self.free(number, span, gone)) for gone in goes]
        return set() if min(rooms) >= home.needed else {"full_in_window"}

    # ------------------------------------------------------------ the return

    def _back(self, case: Case, home: Home, spans: Sequence[Span], answer: Answer) -> int | None:
        chosen, policy = answer.chosen, home.policy
        assert chosen is not None
        gone = self.fetched(chosen, home, spans[0])
        room = self.free(chosen, spans[1], gone)
        if not self.in_general(chosen, home) and len(room) >= home.needed:
            return chosen
        if case.named is not None or not policy.elsewhere:
            return None
        group = case.group if case.group is not None else home.group
        method, scope = self._back_way(case, home, group)
        here = self.town.cabinets[chosen].point
        good = []
        for number in self.order(scope, home.point):
            against = self.in_general(number, home) | self._place(number, method, home)
            too_few = len(self.free(number, spans[1])) < home.needed
            from_here = self.metres(here)[number] if policy.elsewhere_metres is not None else 0.0
            too_far = from_here is None or is_beyond(from_here, policy.elsewhere_metres)
            if not against and not too_few and not too_far:
                good.append(number)
        if good and all(self.metres(home.point)[one] is None for one in scope):
            good.sort(key=lambda number: -self.share(number, spans[1]))
        return good[0] if good else None

    def _back_way(self, case: Case, home: Home, group: int | None) -> Way:
        method, scope = self._way(case.group, home)
        if home.point is not None and not (method == "device_group" and home.policy.one_group):
            return "nearest", set(self.numbers)
        return "device_group", scope if group is not None else set()

    def fetched(self, number: int, home: Home, span: Span) -> list[int]:
        """Give the lockers of the keys that are fetched: the first ones that can be."""
        here = sorted(index for at, index in home.lying if at == number)
        if len(here) < home.needed:
            return []
        return [one for one in here if one in self.open_lockers(number, span)][: home.needed]


def is_beyond(metres: float | None, limit: float | None) -> bool:
    """Tell whether a limit is exceeded."""
    return metres is not None and limit is not None and metres > limit


def without_lying(home: Home) -> Home:
    """Look only at the keys of a home at the desk."""
    return Home(home.point, home.group, home.policy, home.needed, home.at_desk)
