"""Whether a request is let in, before anything of it is done: what it asks, and what it costs."""

from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import Any
from uuid import UUID

from graphql import GraphQLError

from models.accounts import Actor, Role
from models.errors import ErrorCode
from models.trusted_documents import document_digest
from resolvers.points import Buckets, Spent
from resolvers.trusted_documents import Shelves
from schema.answers import Refused
from schema.context import clock
from schema.guards.admitted import Account, Admitted
from schema.guards.asked import Asked
from schema.guards.guarded import NO_DOCUMENT, GuardedSchema, Operation
from schema.guards.limits import check_length, excess_rows
from schema.guards.masking import shown
from schema.guards.points import MOST_ITEMS, MOST_POINTS, REQUEST, items_beyond, items_in

NOT_FOUND = "PersistedQueryNotFound"
"""Apollo's clients know an unknown digest by this very message."""
TOO_MANY = "TOO_MANY_REQUESTS"


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets requests in.

    Args:
        buckets: Where clients pay; None where nobody has to.
        shelves: The documents that organizations trust; None where there are none.
        trusted_only: The roles that may ask for nothing else, in every organization.
        introspectors: The roles that may ask what the schema is.
        most_points: What one operation may cost, by role.
    """

    buckets: Buckets | None = None
    shelves: Shelves | None = None
    trusted_only: frozenset[Role] = frozenset()
    introspectors: frozenset[Role] = frozenset(Role)
    most_points: dict[Role, int] = field(default_factory=lambda: MOST_POINTS)

    async def admit(self, schema: GuardedSchema, asked: Asked, actor: Any) -> Admitted:
        """Let a request in, and let it be paid.

        Raises:
            Refused: The actor may not ask this, or not now.
        """
        query = await self._document(asked, actor)
        role = getattr(actor, "role", Role.ADMIN)
        operation, wrong = read_document(schema, query, asked.operation_name)
        may_introspect = role in self.introspectors
        if operation and operation.cost.introspects and not may_introspect:
            raise not_allowed(
                f"The role {role} may not ask for the schema here; it stands in the documentation."
            )
        admitted = Admitted(
            query,
            REQUEST,
            fixed=REQUEST,
            hides_names=not may_introspect,
            tells_cost=asked.tells_cost,
            account=self._account(actor),
            wrong=wrong,
        )
        if operation:
            price(admitted, operation, asked.variables or {})
        self._check(admitted, role)
        await paid(admitted)
        return admitted

    async def _document(self, asked: Asked, actor: Any) -> str:
        """Find the document that is asked for.

        Raises:
            Refused: It is not known, not what its digest says, or not trusted as it has to be.
        """
        query, digest = asked.query, asked.digest
        if query and digest and digest != document_digest(query):
            raise Refused(HTTPStatus.BAD_REQUEST, "The document is not the one of that digest.")
        if query and not await self._only_trusted(actor):
            return query
        text, digest = None, digest or (document_digest(query) if query else None)
        if digest is not None and self.shelves is not None:
            text = await self.shelves.text(actor.organization_id, digest, clock())
        if text is None:
            raise unknown_document(asked, actor)
        return text

    async def _only_trusted(self, actor: Any) -> bool:
        """Tell whether the actor may ask for nothing but trusted documents."""
        if self.shelves is None:
            return False
        shelf = await self.shelves.of(actor.organization_id, clock())
        return actor.role in self.trusted_only or actor.role in shelf.roles

    def _account(self, actor: Any) -> Account | None:
        whose = who_pays(actor)
        return Account(self.buckets, whose, clock()) if self.buckets and whose else None

    def _check(self, admitted: Admitted, role: Role) -> None:
        """Refuse what costs more than any request of that role may.

        Raises:
            Refused: It does.
        """
        most = self.most_points[role]
        if admitted.requested > most:
            raise Refused(
                HTTPStatus.BAD_REQUEST,
                f"The operation could cost {admitted.requested} points; the role {role} may spend "
                f"{most} on one. Ask for fewer with `first`, or for less of each row.",
                more={"cost": {"requested": admitted.requested, "most": most}},
            )


def unknown_document(asked: Asked, actor: Any) -> Refused:
    """Say why there is no document to be executed."""
    if asked.query:
        return not_allowed(
            f"The role {actor.role} may ask only for documents that your organization trusts; let "
            "an administrator add this one with trustedDocumentAdd."
        )
    if asked.digest is None:
        return Refused(HTTPStatus.BAD_REQUEST, "The request has no `query`.")
    return Refused(HTTPStatus.BAD_REQUEST, NOT_FOUND, code="PERSISTED_QUERY_NOT_FOUND")


def read_document(
    schema: GuardedSchema, query: str, name: str | None
) -> tuple[Operation | None, GraphQLError | None]:
    """Look an operation up; gives what is wrong with a document that cannot be read at all.

    Of what else is wrong with it execution tells; then there is no operation either.
    """
    try:
        check_length(query)
    except GraphQLError as error:
        return None, error
    prepared = schema.prepared(query)
    if prepared.document is NO_DOCUMENT:
        return None, shown(prepared.errors[0])
    return (None if prepared.errors else prepared.operation(name)), None


def price(admitted: Admitted, operation: Operation, variables: dict[str, Any]) -> None:
    """Work out what an operation costs with its variables; too many rows are told by execution.

    Raises:
        Refused: A list has too many items.
    """
    admitted.is_subscription = operation.is_subscription
    if excess_rows([operation.cost], variables):
        return
    items = 0
    for way, given in items_in(operation.lists, variables):
        count = len(given)
        if count > MOST_ITEMS:
            place = ".".join(way)
            raise Refused(
                HTTPStatus.BAD_REQUEST, f"`{place}` has {count} items; {MOST_ITEMS} are allowed."
            )
        items += count + items_beyond(given)
    admitted.fixed = REQUEST + items + operation.cost.dear
    admitted.requested = REQUEST + items + operation.cost.points(variables)


async def paid(admitted: Admitted) -> None:
    """Let a request be paid.

    Raises:
        Refused: There are too few points left; it says when there are enough again.
    """
    if admitted.account is None:
        return
    try:
        await admitted.account.pay(admitted.requested)
    except Spent as spent:
        raise spent_up(admitted, spent) from spent


def spent_up(admitted: Admitted, spent: Spent) -> Refused:
    """Say that there are too few points, and when there are enough again."""
    seconds = ceil(spent.wait.total_seconds()) if spent.wait else 3600
    seconds = max(seconds, 1)
    cost = {"requested": admitted.requested, "left": int(spent.left)}
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"This costs {admitted.requested} points and {int(spent.left)} are left; it can be asked "
        f"again in {seconds} s.",
        code=TOO_MANY,
        headers={"retry-after": str(seconds)},
        more={"cost": cost, "retryAfterSeconds": seconds},
    )


def who_pays(actor: Any) -> UUID | None:
    """Tell whose points are spent: a service account's, a person's, or those of a token."""
    if not isinstance(actor, Actor):
        return None
    return actor.service_account_id or actor.person_id or actor.token_id or actor.organization_id


def not_allowed(message: str) -> Refused:
    """Refuse what this actor may not ask."""
    return Refused(HTTPStatus.FORBIDDEN, message, code=ErrorCode.NOT_ALLOWED.name)
