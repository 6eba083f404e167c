"""A schema that is within limits and masked for every operation, over HTTP and WebSocket alike.

The text of a document is parsed and checked once and remembered with its errors.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext

from schema.execution import ColumnExecutor
from schema.guards.admitted import Admitted
from schema.guards.limits import (
    MAX_TOKENS,
    REMEMBERED_DOCUMENTS,
    Cost,
    check_length,
    costs_of,
    excess_rows,
)
from schema.guards.masking import shown
from schema.guards.needs import Needs, needs_of
from schema.guards.points import Way, dear_fields, lists_of
from schema.guards.suggestions import without_suggestions

NO_DOCUMENT = DocumentNode(definitions=())
"""What a text is that cannot be parsed."""
MOST_ERRORS = 20
"""So many of what is wrong with a document are told at once."""


def operations_in(document: DocumentNode) -> list[OperationDefinitionNode]:
    """List the operations of a document."""
    return [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]


class Operation(NamedTuple):
    """One operation of a document.

    Args:
        name: Its name, where it has one.
        is_subscription: Whether it goes on until somebody ends it.
        cost: What it costs.
        lists: The ways to the lists in its variables.
    """

    name: str | None
    is_subscription: bool
    cost: Cost
    lists: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that need not be parsed and checked again.

    Args:
        document: As it was parsed.
        operations: What it may be asked for.
        errors: What is wrong with it.
        needs: What each of its operations takes, by its name.
    """

    document: DocumentNode
    operations: tuple[Operation, ...]
    errors: tuple[GraphQLError, ...]
    needs: Needs = field(default_factory=dict)

    def operation(self, name: object) -> Operation | None:
        """Find the operation of a name; the first one where none has it, None where none is."""
        named = (one for one in self.operations if one.name == name)
        return next(named, self.operations[0] if self.operations else None)


class GuardedSchema(strawberry.Schema):
    """A schema with limits, with a memory of documents, and with errors that clients may read."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.prepared = lru_cache(REMEMBERED_DOCUMENTS)(self.prepare)
        """A document as `prepare` made it, the last time that it was asked for."""
        options.setdefault("execution_context_class", ColumnExecutor)
        options["extensions"] = [*options.get("extensions", ()), lambda: Documents(self.prepared)]
        super().__init__(*args, **options)

    @cached_property
    def _dear(self) -> dict[str, int]:
        return dear_fields(self._schema)

    def prepare(self, text: str) -> Prepared:
        """Parse and check a document; one that is too dear is not looked at any further."""
        try:
            document = parse(text, max_tokens=MAX_TOKENS)
        except GraphQLError as error:
            return Prepared(NO_DOCUMENT, (), (error,))
        try:
            costs = costs_of(document, self._dear)
        except GraphQLError as error:
            return Prepared(document, (), (error,))
        errors = [error for cost in costs for error in cost.excess()]
        errors = errors or validate_document(self._schema, document, tuple(specified_rules))
        needs = {} if errors else needs_of(self._schema, document)
        operations = tuple(map(self._operation, operations_in(document), costs))
        return Prepared(document, operations, tuple(errors)[:MOST_ERRORS], needs)

    def _operation(self, node: OperationDefinitionNode, cost: Cost) -> Operation:
        return Operation(
            name=node.name.value if node.name else None,
            is_subscription=node.operation is OperationType.SUBSCRIPTION,
            cost=cost,
            lists=lists_of(node, self._schema),
        )

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002  # Strawberry's name
    ) -> None:
        """Replace errors by what a client may read of them; this list goes into the answer."""
        errors[:] = map(shown, errors)


class Documents(SchemaExtension):
    """Takes a document out of the memory instead of parsing and checking it again."""

    def __init__(self, prepare: Callable[[str], Prepared]) -> None:
        self._prepare = prepare

    def on_parse(self) -> Iterator[None]:
        """Look the document up.

        Raises:
            GraphQLError: It is too long to be looked at, or cannot be parsed.
        """
        check_length(self.execution_context.query or "")
        self._prepared = self._prepare(self.execution_context.query or "")
        if self._prepared.document is NO_DOCUMENT:
            raise self._prepared.errors[0].with_traceback(None)  # it would grow with each raise
        self.execution_context.graphql_document = self._prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Report what was wrong with the document, or with the size of this request."""
        self.execution_context.pre_execution_errors = self._errors()
        self._tell_needs()
        yield

    def _tell_needs(self) -> None:
        """Let the executor know what the operation takes."""
        if needs := self._prepared.needs.get(self.execution_context.operation_name):
            self.execution_context.context.needs |= needs

    def _errors(self) -> list[GraphQLError]:
        if not self._prepared.errors:
            costs = (operation.cost for operation in self._prepared.operations)
            return excess_rows(costs, self.execution_context.variables or {})
        if self._admitted is not None and self._admitted.hides_names:
            return [without_suggestions(error) for error in self._prepared.errors]
        return list(self._prepared.errors)

    def get_results(self) -> dict[str, Any]:
        """Say what the operation cost, to those who ask for that; called when it is answered."""
        if self._admitted is None:
            return {}
        result = self.execution_context.result
        if result is None:
            return self._admitted.settled(None)
        has_failed = any(error.path for error in result.errors or ())
        return self._admitted.settled(result.data, has_failed=has_failed)

    @property
    def _admitted(self) -> Admitted | None:
        return getattr(self.execution_context.context, "admitted", None)


def check_document(schema: GuardedSchema, text: str) -> str | None:
    """Say what is wrong with a document, without a value of it; None when it can be executed."""
    try:
        check_length(text)
    except GraphQLError as error:
        return shown(error).message
    prepared = schema.prepared(text)
    errors = prepared.errors or excess_rows((one.cost for one in prepared.operations), {})
    if not errors and not prepared.operations:
        return "It has no operation."
    return shown(errors[0]).message if errors else None
