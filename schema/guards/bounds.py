"""How much of everything is let in, put together from the settings."""

from dataclasses import dataclass, field

from models.accounts import Role
from models.database import Database
from resolvers.points import Buckets, Size
from resolvers.trusted_documents import Shelves
from schema.guards.admission import Admission
from schema.guards.crowds import Crowd
from schema.guards.limits import OPERATION_SECONDS
from schema.settings import Settings

STAFF = frozenset(set(Role) - {Role.PARTNER, Role.INSTALLER, Role.STATION})
INTROSPECTORS = {"everybody": frozenset(Role), "staff": STAFF, "nobody": frozenset[Role]()}
BODY_SECONDS = 20.0
SUBSCRIPTIONS = 200
PURSES_IN_A_BUCKET = 30
"""A process takes that part of a bucket at once: one statement for some hundred requests, and two
processes together grant a fifteenth more than a bucket holds at most."""


def operations_at_once(each: int = 100) -> Crowd:
    """Count operations over HTTP."""
    return Crowd("operations", each=each, together=20 * each)


def sockets_at_once(each: int = 50) -> Crowd:
    """Count WebSockets."""
    return Crowd("WebSockets", each=each, together=20 * each)


def subscriptions_at_once(each: int = SUBSCRIPTIONS) -> Crowd:
    """Count operations over WebSockets."""
    return Crowd("operations over WebSockets", each=each, together=20 * each)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is let in.

    Args:
        admission: Decides by what is asked.
        operation_seconds: How long an operation may take.
        body_seconds: How long the body of a request may take to come.
        shows_graphiql: Whether browsers are shown GraphiQL.
        operations: Counts operations over HTTP.
        sockets: Counts WebSockets.
        subscriptions: Counts operations over WebSockets.
    """

    admission: Admission = field(default_factory=Admission)
    operation_seconds: float = OPERATION_SECONDS
    body_seconds: float = BODY_SECONDS
    shows_graphiql: bool = True
    operations: Crowd = field(default_factory=operations_at_once)
    sockets: Crowd = field(default_factory=sockets_at_once)
    subscriptions: Crowd = field(default_factory=subscriptions_at_once)


def bounds_of(database: Database, current: Settings) -> Bounds:
    """Read from the settings how much is let in."""
    size = Size(
        most=current.points_most,
        per_second=current.points_per_second,
        purse=current.points_most / PURSES_IN_A_BUCKET,
    )
    return Bounds(
        admission=Admission(
            buckets=Buckets(database, size),
            shelves=Shelves(database),
            trusted_only=current.trusted_only_roles,
            introspectors=INTROSPECTORS[current.introspection],
        ),
        operation_seconds=current.operation_seconds,
        body_seconds=current.body_seconds,
        shows_graphiql=current.graphiql,
        operations=operations_at_once(current.operations_at_once),
        sockets=sockets_at_once(current.sockets_at_once),
    )
