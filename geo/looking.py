"""Looking at near automats, a few at first and then more, until it is known which is chosen."""

from collections.abc import Awaitable, Callable

from geo.candidates import Candidate, Facts
from geo.decisions import NEXT_AFTER_CHOSEN, Wish
from geo.judging import Judge
from geo.look import Look, Metres
from geo.policies import is_too_far

FIRST_LOOK = 12
"""How many near automats are looked at first."""
MORE = 4
"""By how much more each time."""


class Looking:
    """Judges the automats near to where somebody is.

    Args:
        look: The automats.
        wish: What is wanted.
        judge: Who judges them.
    """

    def __init__(self, look: Look, wish: Wish, judge: Judge) -> None:
        self._look, self._wish, self._judge = look, wish, judge
        self.judged: list[Candidate] = []
        """All that were looked at, each once, in the order in which they were."""
        self.is_settled = False
        """Whether one that can serve was found, so that no others have to be looked through."""

    async def through(self, nearest: Callable[[int], Awaitable[Metres]]) -> bool:
        """Look through automats by distance; tell whether all there are have been looked at.

        Args:
            nearest: Gives so many of them, the nearest first; fewer when there are no more.
        """
        count, before = FIRST_LOOK, len(self.judged)
        while True:
            near = await nearest(count)
            await self.at(near)
            here = self.judged[before:]
            self.is_settled = any(one.is_suitable for one in here)
            if len(near) < count:
                return True
            farthest = list(near.values())[-1]
            if is_too_far(farthest, self._wish.settings) or self._has_enough(here, farthest):
                return False
            count *= MORE

    async def at(self, metres: Metres) -> None:
        """Look at certain automats, but for those that were looked at already."""
        known = {one.automat.id for one in self.judged}
        new = {id: far for id, far in metres.items() if id not in known}
        facts = await facts_of(self._look, self._wish, new)
        self.judged += [self._judge.judged(one) for one in facts]

    def _has_enough(self, judged: list[Candidate], farthest: float | None) -> bool:
        """Tell whether the first that can serve is known, all that may be taken instead, and more.

        What lies within the policy's spreading of the nearest may be taken instead.
        """
        at = next((at for at, one in enumerate(judged) if one.is_suitable), None)
        if at is None or len(judged) <= at + NEXT_AFTER_CHOSEN:
            return False
        nearest, spreading = judged[at].metres, self._wish.settings.spreading_metres
        if not spreading or nearest is None or farthest is None:
            return True
        return farthest > nearest + spreading


async def facts_of(look: Look, wish: Wish, metres: Metres) -> list[Facts]:
    """Give what is known of automats, also over the return where that has to be at the same one."""
    known = await look.facts(metres, wish.window)
    if wish.return_here is None:
        return known
    back = {one.automat.id: one for one in await look.facts(metres, wish.return_here)}
    return [one._replace(back=back[one.automat.id]) for one in known]
