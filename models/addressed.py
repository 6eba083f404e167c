"""Rows that stand somewhere: an address as it was given, and where it was placed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Mapped

from models.errors import (
    AddressAmbiguous,
    AddressNotFound,
    ErrorCode,
    GeocoderUnavailable,
    LivionKeyError,
)
from models.places import Coordinates, Placement, PlacementPrecision, PostalAddress


@dataclass(frozen=True, slots=True)
class PlacementProblem:
    """Why an address has no place yet."""

    code: ErrorCode
    message: str

    @classmethod
    def of(cls, refusal: LivionKeyError) -> "PlacementProblem":
        """Keep what a geocoder said."""
        return cls(refusal.code, refusal.message)

    def as_error(self) -> LivionKeyError:
        """Say it again to somebody who needs the place now."""
        return _REFUSALS[self.code](self.message, path=("address",))


_REFUSALS: dict[ErrorCode, type[LivionKeyError]] = {
    ErrorCode.ADDRESS_AMBIGUOUS: AddressAmbiguous,
    ErrorCode.ADDRESS_NOT_FOUND: AddressNotFound,
    ErrorCode.GEOCODER_UNAVAILABLE: GeocoderUnavailable,
}


class Addressed:
    """Columns for an address; `address` puts them together."""

    address_text: Mapped[str | None]
    street: Mapped[str | None]
    postal_code: Mapped[str | None]
    city: Mapped[str | None]
    country_code: Mapped[str | None]

    @property
    def address(self) -> PostalAddress | None:
        """The address as it was given."""
        return address_of(self)

    @address.setter
    def address(self, given: PostalAddress | None) -> None:
        self.address_text = given.text if given else None
        self.street = given.street if given else None
        self.postal_code = given.postal_code if given else None
        self.city = given.city if given else None
        self.country_code = given.country_code if given else None


class Placed(Addressed):
    """Columns for an address and its place; `placement` puts the latter together."""

    position: Mapped[Coordinates | None]
    placement_precision: Mapped[PlacementPrecision | None]
    placement_confidence: Mapped[float | None]
    placement_source: Mapped[str | None]
    matched_address: Mapped[str | None]
    placed_at: Mapped[datetime | None]
    placement_problem_code: Mapped[ErrorCode | None]
    placement_problem_message: Mapped[str | None]
    placement_reason: Mapped[str | None]
    """Why somebody put it there by hand, in their words."""
    placement_accepted_at: Mapped[datetime | None]
    """When somebody said that its place is right as it is; forgotten when the place changes."""
    placement_accepted_reason: Mapped[str | None]

    @property
    def placement(self) -> Placement | None:
        """Where it stands and how we know; None while it could not be placed."""
        return placement_of(self)

    def place(
        self, found: Placement | PlacementProblem | None, *, reason: str | None = None
    ) -> None:
        """Keep where the address lies, or why that is not known.

        Args:
            found: The place, or the problem with it.
            reason: Why somebody put it there by hand.
        """
        placement = found if isinstance(found, Placement) else None
        problem = found if isinstance(found, PlacementProblem) else None
        if self._would_change(placement, problem):
            self.review_again()
        self.placement_reason = reason
        self.position = placement.coordinates if placement else None
        self.placement_precision = placement.precision if placement else None
        self.placement_confidence = placement.confidence if placement else None
        self.placement_source = placement.source if placement else None
        self.matched_address = placement.matched_address if placement else None
        self.placed_at = placement.placed_at if placement else None
        self.placement_problem_code = problem.code if problem else None
        self.placement_problem_message = problem.message if problem else None

    def accept_place(self, reason: str, now: datetime) -> None:
        """Keep that somebody looked at its place and found it right as it is."""
        self.placement_accepted_at = now
        self.placement_accepted_reason = reason

    def review_again(self) -> None:
        """Forget that somebody found its place right."""
        self.placement_accepted_at = None
        self.placement_accepted_reason = None

    def _would_change(self, placement: Placement | None, problem: PlacementProblem | None) -> bool:
        before = self.position, self.placement_precision, self.placement_problem_code
        return before != (
            placement.coordinates if placement else None,
            placement.precision if placement else None,
            problem.code if problem else None,
        )

    @property
    def placement_problem(self) -> PlacementProblem | None:
        """Why it has no place, when somebody looked and did not find one."""
        if self.placement_problem_code is None:
            return None
        return PlacementProblem(self.placement_problem_code, self.placement_problem_message or "")


def address_of(row: Addressed) -> PostalAddress | None:
    """Put the columns of an address together; also for plain rows, which have no methods."""
    if row.address_text is None:
        return None
    return PostalAddress(
        text=row.address_text,
        street=row.street,
        postal_code=row.postal_code,
        city=row.city,
        country_code=row.country_code or "FI",
    )


def placement_of(row: Placed) -> Placement | None:
    """Put the columns of a placement together; also for plain rows, which have no methods."""
    if row.position is None:
        return None
    assert row.placement_precision is not None  # noqa: S101 - a check constraint says so
    assert row.placed_at is not None  # noqa: S101 - a check constraint says so
    return Placement(
        coordinates=row.position,
        precision=row.placement_precision,
        confidence=row.placement_confidence or 0.0,
        source=row.placement_source or "",
        matched_address=row.matched_address or "",
        placed_at=row.placed_at,
    )
