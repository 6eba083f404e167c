"""Checking a trail piece by piece, wherever the pieces come from: the database, or a file.

It keeps in mind where it is, and which contacts were erased: no more, however long the trail is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.changes import digest_of
from models.events import EventKind
from models.seals import BEFORE_ALL, each_leaf, leaf_of, seal_digest
from resolvers.trail.documents import Document


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was sealed.

    Args:
        seal: The number of the seal; None for what was not sealed yet.
        event: The id of the event; None where it is the seal itself.
        what: What is wrong.
    """

    seal: int | None
    event: str | None
    what: str

    def __str__(self) -> str:
        """Say it in one line."""
        if self.event is not None:
            seal = "not sealed yet" if self.seal is None else f"seal {self.seal}"
            return f"event {self.event} ({seal}): {self.what}"
        return f"{'the trail' if self.seal is None else f'seal {self.seal}'}: {self.what}"


@dataclass(slots=True)
class Chain:
    """What was seen of a trail so far.

    Args:
        number: The last seal that was checked.
        digest: What it hashes to, as it says.
        sealed: How many events were checked against seals.
        loose: How many are not sealed yet.
        removed: Up to which seal the events are gone by rule.
        whose: The id of the organization that it is said to be of, in hexadecimal digits; that of
            the first seal when nobody said it.
        noted: The digest of a seal that somebody noted elsewhere; None when nobody did.
    """

    noted: str | None = None
    number: int = 0
    digest: str = BEFORE_ALL
    sealed: int = 0
    loose: int = 0
    removed: int = 0
    whose: str | None = None
    _removal_told: int = 0
    _is_noted_seen: bool = False
    _emptied: dict[str, Problem] = field(default_factory=dict)
    _erased: set[str] = field(default_factory=set)

    def check_seal(self, seal: Document, leaves: bytes) -> Iterator[Problem]:
        """Check that a seal holds on to the one before, and is as it was made."""
        number, owner = seal["number"], seal["organizationId"]
        self.whose = self.whose or owner
        if owner != self.whose:
            yield Problem(number, None, "it is of another organization")
        if number != self.number + 1:
            yield Problem(number, None, f"it follows seal {self.number}; what is between is gone")
        elif seal["previous"] != self.digest:
            yield Problem(number, None, f"it does not hold on to seal {self.number}")
        if seal_digest(seal, leaves) != seal["digest"]:
            yield Problem(number, None, "it was changed: it hashes to something else")
        if seal["removedAt"] is not None:
            if number != self.removed + 1:
                yield Problem(number, None, "its events were removed, and not those before it")
            self.removed = number
        self.number, self.digest = number, seal["digest"]
        self._is_noted_seen |= self.digest == self.noted

    def check_events(self, leaves: bytes, events: Iterable[Document]) -> Iterator[Problem]:
        """Check the events of the seal that was checked last."""
        is_removed = self.removed == self.number
        left = {id.hex: digest for id, digest in each_leaf(leaves)}
        for event in events:
            digest = left.pop(event["id"], None)
            self.sealed += 1
            if digest is None:
                yield Problem(self.number, event["id"], "it was slipped in after the seal")
            elif leaf_of(event) != digest:
                yield Problem(self.number, event["id"], "it was changed after it was sealed")
            yield from self._look(event, self.number)
        if not is_removed:
            yield from (Problem(self.number, id, "it is missing") for id in left)

    def add_loose(self, event: Document) -> Iterator[Problem]:
        """Look at an event that is not sealed yet."""
        self.loose += 1
        yield from self._look(event, None)

    def _look(self, event: Document, seal: int | None) -> Iterator[Problem]:
        """See what an event says of others, and whether what it says of a contact is its own."""
        digest, personal, subject = event["personalDigest"], event["personal"], event["subjectId"]
        if personal is not None and digest_of(personal) != digest:
            yield Problem(seal, event["id"], "what it says of a contact was changed")
        if personal is None and digest is not None:
            what = "what it says of a contact is gone, and the contact was not erased"
            self._emptied.setdefault(subject, Problem(seal, event["id"], what))
        if event["kind"] == EventKind.CONTACT_ERASED:
            self._erased.add(subject)
        if event["kind"] == EventKind.EVENTS_REMOVED:
            self._removal_told = max(self._removal_told, event["facts"]["up_to_seal"])

    def end(self) -> Iterator[Problem]:
        """Check what only the whole trail shows."""
        yield from (
            problem for subject, problem in self._emptied.items() if subject not in self._erased
        )
        if self.removed > self._removal_told:
            what = "its events are gone, and no event says that they were removed"
            yield Problem(self.removed, None, what)
        if self.noted is not None and not self._is_noted_seen:
            what = "no seal has the digest that was noted: the trail was cut off, or made anew"
            yield Problem(None, None, what)
