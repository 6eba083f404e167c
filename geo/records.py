"""The decision record: what a choice saw, written so that the choice can be made again.

A record is canonical JSON (keys sorted, no blanks), kept letter for letter. `geo.replaying.replay`
makes the choice again from the record alone and gives what `outcome_of` gave of the decision: the
same bytes, as long as automats are still chosen by the same rules.

    version    of this form
    asked      "automat"; "desk" where keys are handed over there, so that nothing was looked at;
               "nothing" where no automat could be wanted, of which only notes and origin are kept
    settings   see `geo.wish_records`
    wish       see `geo.wish_records`
    sights     automats [id, name, model, state, last seen, installed, place, usable lockers as
               bits], and by their places in that list: near, inside (those in the preferred area)
               and measures [place, [automat, metres]], groups [id, automats], nowhere [automat],
               facts [window, [automat, lockers held by contracts as bits, by keys, and how its
               distance was measured where it is no straight line]]
    left_out   how many automats were looked at beyond `MOST_AUTOMATS`, and what stood against them
    free_from  where a locker is free later [automat, name, moment]
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from geo.candidates import Candidate, Facts, Seen
from geo.decisions import Decision, Wish
from geo.look import Metres
from geo.recording import Recording
from geo.refusals import tally
from geo.replaying import canonical, outcome_of, replay
from geo.wish_records import (
    areas_of,
    place_written,
    settings_written,
    window_written,
    wish_written,
)
from models.distances import DistanceKind
from models.settings import UnitSettings

VERSION = 1
MOST_AUTOMATS = 100
"""Of so many automats at most a record keeps all; of more only those that made the decision."""


class Records:
    """Writes the records of decisions; what many of them share is written once."""

    def __init__(self) -> None:
        self.areas: dict[str, str] = {}
        """The areas that the records name, by their digests."""
        self._automats: dict[UUID, tuple[Seen, orjson.Fragment]] = {}
        self._settings: dict[int, tuple[UnitSettings, orjson.Fragment]] = {}

    async def of(self, decision: Decision) -> str:
        """Write the record of a decision."""
        wish, seen = decision.wish, decision.seen
        if wish is None:
            nothing = {"notes": decision.notes, "origin": place_written(decision.origin)}
            return _text({"version": VERSION, "asked": "nothing", **nothing})
        head = {"version": VERSION, "wish": wish_written(wish), "settings": self._said(wish)}
        if seen is None:
            return _text({**head, "asked": "desk"})
        again = decision.free_again
        body = {
            **head,
            "asked": "automat",
            "free_from": again and (again.automat_id, again.name, again.moment),
        }
        whole = _text({**body, "sights": self._sights(seen, None), "left_out": _left_out(())})
        if len(decision.judged) <= MOST_AUTOMATS:
            return whole
        return await self._cut(decision, seen, body, whole)

    async def _cut(
        self, decision: Decision, seen: Recording, body: dict[str, Any], whole: str
    ) -> str:
        """Leave out the automats without which the decision is the same, if it is."""
        kept = {candidate.automat.id for candidate in decision.candidates}
        kept |= {one.automat_id for one in decision.counterfactuals}
        left_out = [one for one in decision.judged if one.automat.id not in kept]
        cut = _text({**body, "sights": self._sights(seen, kept), "left_out": _left_out(left_out)})
        same = canonical(await replay(cut, self.areas)) == canonical(outcome_of(decision))
        return cut if same else whole

    def _said(self, wish: Wish) -> orjson.Fragment:
        settings = wish.settings
        if id(settings) not in self._settings:
            self.areas |= areas_of(settings)
            written = orjson.Fragment(canonical(settings_written(settings)))
            self._settings[id(settings)] = settings, written  # which keeps it, and so its id
        return self._settings[id(settings)][1]

    def _sights(self, seen: Recording, kept: Collection[UUID] | None) -> dict[str, Any]:
        known = {
            one.automat.id: one
            for facts in seen.facts_over.values()
            for one in facts
            if kept is None or one.automat.id in kept
        }
        at = {automat_id: number for number, automat_id in enumerate(known)}
        return {
            "automats": [self._automat(one) for one in known.values()],
            "near": _distances(seen.near, at),
            "inside": _distances(seen.inside, at),
            "measures": _distances(seen.measures, at),
            "groups": [
                (group_id, sorted(at[id] for id in members if id in at))
                for group_id, members in seen.groups.items()
            ],
            "nowhere": [at[id] for id in seen.nowhere if id in at],
            "facts": [
                (window_written(window), _bits(facts, at))
                for window, facts in seen.facts_over.items()
            ],
        }

    def _automat(self, facts: Facts) -> orjson.Fragment:
        automat = facts.automat
        known = self._automats.get(automat.id)
        if known is None or known[0] is not automat:
            row = (
                *(automat.id, automat.name, automat.model, automat.state, automat.last_seen_at),
                *(automat.installed_at, place_written(automat.position), facts.usable),
            )
            self._automats[automat.id] = known = automat, orjson.Fragment(canonical(row))
        return known[1]


def _text(document: dict[str, Any]) -> str:
    return canonical(document).decode()


def _distances(
    found: Mapping[Any, Metres], at: Mapping[UUID, int]
) -> list[tuple[Any, list[tuple[int, float | None]]]]:
    return [
        (place_written(place), [(at[id], far) for id, far in metres.items() if id in at])
        for place, metres in found.items()
    ]


def _bits(facts: Sequence[Facts], at: Mapping[UUID, int]) -> list[tuple[int | str, ...]]:
    known = {one.automat.id: one for one in facts}
    return [
        (at[id], one.by_contracts, one.by_keys, *_kind(one))
        for id, one in known.items()
        if id in at
    ]


def _kind(facts: Facts) -> tuple[str, ...]:
    is_straight = facts.distance_kind is DistanceKind.STRAIGHT_LINE
    return () if is_straight else (facts.distance_kind.value,)


def _left_out(judged: Sequence[Candidate]) -> dict[str, Any]:
    codes = {code.value: count for code, count in tally(judged).items()}
    return {"count": len(judged), "codes": codes}
