"""How an entity fares if the nearest automat serves it instead of its device group's."""

from enum import StrEnum


class ComparisonOutcome(StrEnum):
    """What the nearest automat is to somebody who walks from the entity to its automat today.

    SAME is the same automat, or one that is no more than a millimetre nearer or farther. EXCEPTION
    is what cannot be compared, because one of the two is missing or its distance is not known.
    """

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    EXCEPTION = "exception"


class ComparisonException(StrEnum):
    """Why an entity cannot be compared; several of them may hold at once."""

    NO_ADDRESS = "no_address"
    NOT_PLACED = "not_placed"
    COARSE_PLACEMENT = "coarse_placement"
    TOO_FAR = "too_far"
    FULL = "full"
    NO_NEAREST = "no_nearest"
    NO_GROUP = "no_group"
    NO_AUTOMAT_IN_GROUP = "no_automat_in_group"
    GROUP_AUTOMAT_NOT_PLACED = "group_automat_not_placed"
