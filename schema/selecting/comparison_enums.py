"""The enums of distances and of the fleet comparison; see `schema.enums`."""

from models.comparisons import ComparisonException, ComparisonOutcome
from models.distances import DistanceKind
from schema.enums import describe

__all__ = ["ComparisonException", "ComparisonOutcome", "DistanceKind"]

describe(
    DistanceKind,
    "What a distance is a distance of.",
    STRAIGHT_LINE="The geodesic on the WGS 84 ellipsoid: no way on foot is shorter.",
    WALK_NETWORK="The shortest way on foot through a network of streets and paths.",
    WALK_ESTIMATE="A guess of the way on foot, from the straight line.",
)
describe(
    ComparisonOutcome,
    "What the nearest automat is to the guests of an entity, beside that of its device group.",
    BETTER="It is nearer.",
    SAME="It is the same automat, or as far away to the millimetre.",
    WORSE="It is farther away: settings keep the nearer one out.",
    EXCEPTION="The two cannot be compared; the exceptions say why.",
)
describe(
    ComparisonException,
    "Why an entity cannot be compared.",
    NO_ADDRESS="The entity has no address.",
    NOT_PLACED="The entity's address could not be placed.",
    COARSE_PLACEMENT="The entity's place is not known as exactly as its unit's settings ask for.",
    TOO_FAR="All automats that could serve are farther than its unit's settings allow.",
    FULL="The nearest automat that could serve otherwise has too few free lockers.",
    NO_NEAREST="No automat can serve, for other reasons.",
    NO_GROUP="The entity has no device group.",
    NO_AUTOMAT_IN_GROUP="No automat of its device group can serve.",
    GROUP_AUTOMAT_NOT_PLACED="The address of its device group's automat could not be placed.",
)
