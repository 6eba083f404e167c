"""A schema that is within limits and masked for every operation, over HTTP and WebSocket alike.

The text of a document is parsed and checked once and remembered with its errors.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, parse, specified_rules
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext

from schema.execution import ColumnExecutor
from schema.limits import (
    MAX_TOKENS,
    REMEMBERED_DOCUMENTS,
    Cost,
    check_length,
    costs_of,
    excess_rows,
)
from schema.masking import shown
from schema.needs import Needs, needs_of


class GuardedSchema(strawberry.Schema):
    """A schema with limits, with a memory of documents, and with errors that clients may read."""

    def __init__(self, *args: Any, **options: Any) -> None:
        prepare = lru_cache(REMEMBERED_DOCUMENTS)(self.prepare)
        options.setdefault("execution_context_class", ColumnExecutor)
        options["extensions"] = [*options.get("extensions", ()), lambda: Documents(prepare)]
        super().__init__(*args, **options)

    def prepare(self, text: str) -> "Prepared":
        """Parse and check a document; one that is too dear is not looked at any further.

        Raises:
            GraphQLError: It cannot be parsed.
        """
        document = parse(text, max_tokens=MAX_TOKENS)
        try:
            costs = costs_of(document)
        except GraphQLError as error:
            return Prepared(document, (), (error,))
        errors = [error for cost in costs for error in cost.excess()]
        errors = errors or validate_document(self._schema, document, tuple(specified_rules))
        needs = {} if errors else needs_of(self._schema, document)
        return Prepared(document, costs, tuple(errors), needs)

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002  # Strawberry's name
    ) -> None:
        """Replace errors by what a client may read of them; this list goes into the answer."""
        errors[:] = map(shown, errors)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that need not be parsed and checked again."""

    document: DocumentNode
    costs: tuple[Cost, ...]
    errors: tuple[GraphQLError, ...]
    needs: Needs = field(default_factory=dict)


class Documents(SchemaExtension):
    """Takes a document out of the memory instead of parsing and checking it again."""

    def __init__(self, prepare: Callable[[str], Prepared]) -> None:
        self._prepare = prepare

    def on_parse(self) -> Iterator[None]:
        """Look the document up; one that cannot be parsed is left to Strawberry, which says why.

        Raises:
            GraphQLError: It is too long to be looked at.
        """
        self.execution_context.parse_options["max_tokens"] = MAX_TOKENS
        check_length(self.execution_context.query or "")
        with suppress(GraphQLError):
            self._prepared = self._prepare(self.execution_context.query or "")
            self.execution_context.graphql_document = self._prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Report what was wrong with the document, or with the size of this request."""
        self.execution_context.pre_execution_errors = list(self._prepared.errors) or excess_rows(
            self._prepared.costs, self.execution_context.variables or {}
        )
        yield

    def on_execute(self) -> Iterator[None]:
        """Let the executor know what the operation takes."""
        if needs := self._prepared.needs.get(self.execution_context.operation_name):
            self.execution_context.context.needs |= needs
        yield
