"""The enums of the review of placements; see `schema.enums`."""

from geo.neighbours import LEAST_METRES, LEAST_NEIGHBOURS, TIMES_MEDIAN
from models.placement_reviews import ReviewReason
from resolvers.placements.findings import ELSEWHERE_METRES
from schema.enums import describe

__all__ = ["ReviewReason"]

describe(
    ReviewReason,
    "Why somebody should look at where something was placed.",
    MISSING="It has an address but no place: the address was not found, or nobody could be asked.",
    AMBIGUOUS="Its address fits several places.",
    COARSE="It was placed less exactly than the settings of its unit ask for (leastPrecision).",
    FAR_FROM_NEIGHBOURS="Of all placed entities and automats of the organization, or of the unit "
    "that was asked for, with the same postal code, or in the same town where an address has no "
    "code, the centre is the median of their latitudes and of their longitudes. Where it has at "
    f"least {LEAST_NEIGHBOURS} such neighbours it is far if it is farther from the centre than "
    f"{LEAST_METRES:.0f} m and farther than {TIMES_MEDIAN:.0f} times the median distance of them "
    "all. What was put by hand with a reason is not.",
    REPORTED_ELSEWHERE="The automat says itself that it stands more than "
    f"{ELSEWHERE_METRES:.0f} m from its place.",
)
