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
    shared     of decisions that were made together: the first has the automats and the settings
               here, and all of them name those by their places; the others name the first by its id
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from geo.candidates import Candidate, Facts
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
from models.meanwhile import gently

VERSION = 1
MOST_AUTOMATS = 100
"""Of so many automats at most a record keeps all; of more only those that made the decision."""


Body = dict[str, Any]


class Shared(NamedTuple):
    """Something that many decisions saw: kept, and so its identity too."""

    thing: object
    number: int
    written: orjson.Fragment


class Records:
    """Writes the records of decisions that are made together.

    What many of them share, automats and settings, is kept with the first of them, and the others
    have its place in the list there.
    """

    def __init__(self, *, sharing: bool = False) -> None:
        self.areas: dict[str, str] = {}
        """The areas that the records name, by their digests."""
        self._sharing = sharing
        self._kept_with: tuple[UUID, Body] | None = None
        self._automats: dict[int, Shared] = {}
        self._settings: dict[int, Shared] = {}

    @classmethod
    async def of_all(
        cls, decisions: Mapping[UUID, Decision]
    ) -> tuple[dict[UUID, str], dict[str, str]]:
        """Write the records of decisions by their ids; gives also the areas that they name."""
        records, written = cls(sharing=len(decisions) > 1), {}
        async for id, one in gently(decisions.items()):
            written[id] = await records._written(id, one)
        return written | records._first(), records.areas

    async def _written(self, id: UUID, decision: Decision) -> str:
        """Write a record at once; but the first, which has what others share, comes last."""
        document = await self._document(decision)
        if not self._sharing:
            return _text(document)
        if self._kept_with is None:
            self._kept_with = id, document
            return ""
        return _text({**document, "shared": self._kept_with[0]})

    def _first(self) -> dict[UUID, str]:
        if self._kept_with is None:
            return {}
        id, document = self._kept_with
        shared = {
            "automats": [one.written for one in self._automats.values()],
            "settings": [one.written for one in self._settings.values()],
        }
        return {id: _text({**document, "shared": shared})}

    async def _document(self, decision: Decision) -> Body:
        """Write the record of a decision."""
        if decision.wish is None:
            nothing = {"notes": decision.notes, "origin": place_written(decision.origin)}
            return {"version": VERSION, "asked": "nothing", **nothing}
        if decision.seen is None:
            return {**self._head(decision.wish), "asked": "desk"}
        if len(decision.judged) <= MOST_AUTOMATS:
            return self._of(decision, decision.wish, decision.seen)
        alone = Records()
        document = await alone._cut(decision, decision.wish, decision.seen)
        self.areas |= alone.areas
        return document

    def _head(self, wish: Wish) -> Body:
        return {"version": VERSION, "wish": wish_written(wish), "settings": self._said(wish)}

    def _of(
        self, decision: Decision, wish: Wish, seen: Recording, kept: Collection[UUID] | None = None
    ) -> Body:
        again = decision.free_again
        judged = decision.judged if kept is not None else ()
        left_out = [one for one in judged if one.automat.id not in (kept or ())]
        return {
            **self._head(wish),
            "asked": "automat",
            "free_from": again and (again.automat_id, again.name, again.moment),
            "sights": self._sights(seen, kept),
            "left_out": _left_out(left_out),
        }

    async def _cut(self, decision: Decision, wish: Wish, seen: Recording) -> Body:
        """Leave out the automats without which the decision is the same, if it is."""
        kept = {candidate.automat.id for candidate in decision.candidates}
        kept |= {one.automat_id for one in decision.counterfactuals}
        cut = self._of(decision, wish, seen, kept)
        same = await replay(_text(cut), self.areas)
        is_same = canonical(same) == canonical(outcome_of(decision))
        return cut if is_same else self._of(decision, wish, seen)

    def _said(self, wish: Wish) -> orjson.Fragment | int:
        settings = wish.settings
        known = self._settings.get(id(settings))
        if known is None:
            self.areas |= areas_of(settings)
            written = orjson.Fragment(canonical(settings_written(settings)))
            known = self._settings[id(settings)] = Shared(settings, len(self._settings), written)
        return known.number if self._sharing else known.written

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

    def _automat(self, facts: Facts) -> orjson.Fragment | int:
        automat = facts.automat
        known = self._automats.get(id(automat))
        if known is None:
            row = (
                *(automat.id, automat.name, automat.model, automat.state, automat.last_seen_at),
                *(automat.installed_at, place_written(automat.position), facts.usable),
            )
            written = orjson.Fragment(canonical(row))
            known = self._automats[id(automat)] = Shared(automat, len(self._automats), written)
        return known.number if self._sharing else known.written


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
