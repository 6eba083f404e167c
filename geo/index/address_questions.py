"""One address on its way through the embedded geocoder: what it asks, and what fits it."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from geo.index.address_index import NamedStreet
from geo.index.house_finding import Spot
from geo.wording.addresses import ParsedAddress
from geo.wording.name_likeness import are_numbered_apart
from geo.wording.readings import Reading
from geo.wording.street_names import as_written, key, parts_of_name, spelling, spellings
from geo.wording.towns import TownDirectory
from models.errors import LivionKeyError

NAMELESS_CERTAINTY = 0.7


class Likeness(IntEnum):
    """How a street's name fits what was written, best first."""

    WRITTEN = 0
    SPELT = 1
    WRITTEN_OUT = 2
    FOLDED = 3
    SHORTENED = 4
    SIMILAR = 5


SURE = {
    Likeness.WRITTEN: 1.0,
    Likeness.SPELT: 1.0,
    Likeness.WRITTEN_OUT: 0.97,
    Likeness.FOLDED: 0.99,
    Likeness.SHORTENED: 0.96,
}
"""How sure a likeness is; that of similar names depends on their edits."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a street may lie.

    Args:
        town_ids: These towns; None for anywhere in the country.
        certainty: How sure the towns are, from 0 to 1.
        is_named: Whether the address names a town, be it known or not.
    """

    town_ids: frozenset[int] | None
    certainty: float
    is_named: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A street that fits a reading."""

    order: int
    reading: Reading
    scope: Scope
    street: NamedStreet
    likeness: Likeness
    score: float


@dataclass(frozen=True, slots=True)
class Option:
    """A place that fits, under a street that fits."""

    candidate: Candidate
    spot: Spot


@dataclass(slots=True)
class AddressQuestion:
    """An address, its readings with their scopes, and the streets found so far."""

    parsed: ParsedAddress
    directory: TownDirectory
    code_rows: list[Any] = field(default_factory=list)
    scoped: list[tuple[Reading, Scope]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    known_elsewhere: list[int] = field(default_factory=list)
    refusal: LivionKeyError | None = None
    is_fuzzy: bool = False

    def settle_scopes(self) -> None:
        """Find out for each reading where its street may lie."""
        towns, certainty = self.named_towns()
        for reading in self.parsed.readings:
            self.scoped.append((reading, self._scope(reading, towns, certainty)))

    def named_towns(self) -> tuple[frozenset[int], float]:
        """Give the towns that the address names; misspelt ones count when none is spelt right."""
        for places in (self.parsed.towns, self.parsed.unknown_places):
            found = [self.directory.find(place) for place in places]
            if any(certainty for _, certainty in found):
                certainty = max(certainty for _, certainty in found)
                return frozenset().union(*(ids for ids, _ in found)), certainty
        return frozenset(), 0.0

    def _scope(self, reading: Reading, towns: frozenset[int], certainty: float) -> Scope:
        if towns:
            return Scope(towns, certainty, is_named=True)
        place, sure = self.directory.find(reading.place) if reading.place else (frozenset(), 0.0)
        if place:
            return Scope(place, sure, is_named=True)
        if reading.place or self.parsed.unknown_places:
            if self.directory.is_nameless:  # the data names no towns at all
                return Scope(frozenset(self.directory.nameless), NAMELESS_CERTAINTY, is_named=True)
            return Scope(frozenset(), 0.0, is_named=True)
        if self.code_rows:
            codes = frozenset(row.town_id for row in self.code_rows)
            return Scope(codes, 1.0, is_named=False)
        return Scope(None, 1.0, is_named=False)

    def add(self, order: int, street: NamedStreet, score: float) -> None:
        """Note a street that fits a reading.

        Args:
            order: The place of the reading.
            street: The street, under the name that fits.
            score: How well the key fits, see `geo.wording.street_names`.
        """
        reading, scope = self.scoped[order]
        if scope.town_ids is not None and street.town_id not in scope.town_ids:
            return
        if self.is_fuzzy and are_numbered_apart(reading.street, street.name):
            return
        likeness = Likeness.SIMILAR if self.is_fuzzy else _likeness(reading, street, score)
        sure = SURE.get(likeness, score)
        self.candidates.append(Candidate(order, reading, scope, street, likeness, sure))

    def keys(self, *, fuzzy: bool) -> list[tuple[int, str, float]]:
        """Give the keys to look for: the reading's place, the key, and how sure it is."""
        return [
            (order, key, score)
            for order, (reading, scope) in enumerate(self.scoped)
            if not (fuzzy and reading.exact_only) and scope.town_ids != frozenset()
            for key, score in spellings(reading.street)[: 4 if fuzzy else None]
        ]


def _likeness(reading: Reading, street: NamedStreet, score: float) -> Likeness:
    """Compare a street that was found by its key with what was written."""
    if score < 1.0:
        return Likeness.SHORTENED if score < 0.97 else Likeness.WRITTEN_OUT
    if as_written(reading.street) == street.name:
        return Likeness.WRITTEN
    if spelling(reading.street) == spelling(street.name):
        return Likeness.SPELT
    written, known = key(reading.street), key(street.name)
    if written == known:
        return Likeness.FOLDED
    is_part = written in {key(part) for part in parts_of_name(street.name)}
    return Likeness.WRITTEN_OUT if is_part or known.endswith("str") else Likeness.SHORTENED
