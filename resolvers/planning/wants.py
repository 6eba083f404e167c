"""What stays want of automats, worked out once for as long as nobody takes their keys."""

from geo.bookings import Bookings
from geo.decisions import Wish
from models.errors import LivionKeyError
from resolvers.planning.stays import Stay
from resolvers.planning.supplies import Known, supply_of
from resolvers.planning.wishes import wish_of
from resolvers.work import Reading

Wanting = Wish | LivionKeyError
"""A wish, or why there is none: see `supplies.supply_of`."""


class Wants:
    """What stays want, against what those before them have taken.

    Args:
        reading: The moment and the organization.
        known: The keys of the stays, and what is known of them.
    """

    def __init__(self, reading: Reading, known: Known) -> None:
        self._reading = reading
        self.known = known
        self._untouched: dict[Stay, Wanting] = {}
        """What is wanted while none of the keys has been taken by another stay."""

    def of(self, stay: Stay, bookings: Bookings) -> Wanting:
        """Say what a stay wants."""
        known = self.known[stay]
        if any(bookings.has_taken(facts.key.id) for facts in known):
            return self._worked_out(stay, bookings)
        wanting = self._untouched.get(stay)
        if wanting is None:
            wanting = self._untouched[stay] = self._worked_out(stay, bookings)
        return wanting

    def _worked_out(self, stay: Stay, bookings: Bookings) -> Wanting:
        try:
            supply = supply_of(stay, self.known[stay], bookings)
        except LivionKeyError as refusal:
            return refusal
        return wish_of(self._reading, stay, supply)
