"""Refuses what an actor may not see, and costs nothing where they may see all that they ask for.

What an operation takes is known with its document. Before it is executed that is compared with
what its actor may, once. Only when something is lacking are its fields looked at one by one: those
that take it are refused, or null where they are meant to be, and the rest is answered.
"""

from functools import partial
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_non_null_type,
)
from graphql.pyutils import Path

from models.accounts import Permission
from models.errors import NotAllowed
from schema.columns import Column, write_constant
from schema.execution import ColumnExecutor, Details, is_plain
from schema.permissions import NOTHING, guard_of, is_hidden, need_of


class PermittingExecutor(ColumnExecutor):
    """The executor of operations whose actors may see all that is selected."""

    @classmethod
    def build(
        cls,
        schema: Any,
        document: Any,
        root_value: Any = None,
        context_value: Any = None,
        *rest: Any,
        **options: Any,
    ) -> Any:
        """Make an executor for an operation: a refusing one when its actor lacks something."""
        given = (schema, document, root_value, context_value, *rest)
        if lacking := context_value.needs - context_value.actor.permissions:
            return RefusingExecutor.build(*given, lacking=lacking, **options)
        return super().build(*given, **options)


class RefusingExecutor(ColumnExecutor):
    """The executor of operations whose actors lack some of what is selected.

    Mutations and subscriptions refuse by themselves, each in its own form.
    """

    def __init__(self, *args: Any, lacking: frozenset[Permission], **options: Any) -> None:
        super().__init__(*args, **options)
        self._lacking = lacking
        self._refuse_themselves = {self.schema.mutation_type, self.schema.subscription_type}

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: Details,
        path: Path,
        *rest: Any,
    ) -> Any:
        """Execute a field, or refuse it without asking its resolver."""
        field = self.schema.get_field(parent_type, field_details_list[0].node.name.value)
        lacking = self._lacking_for(parent_type, field)
        if field is None or not lacking:
            return super().execute_field(parent_type, source, field_details_list, path, *rest)
        if not is_hidden(field) and not is_empty(field, source):
            self.handle_field_error(self._refusal(lacking), field.type, field_details_list, path)
        return None

    def complete_object_value(
        self, return_type: GraphQLObjectType, field_details_list: Details, *rest: Any
    ) -> Any:
        """Complete an object, also one that was found behind an interface.

        Raises:
            NotAllowed: The actor may not see its kind.
        """
        found_behind_one = is_abstract_type(get_named_type(rest[0].return_type))
        lacking = self._lacking & (guard_of(return_type) or NOTHING)
        if found_behind_one and lacking:
            raise self._refusal(lacking)
        return super().complete_object_value(return_type, field_details_list, *rest)

    def _field(self, type_: GraphQLObjectType, details: Details) -> Column | None:
        """Plan a field of objects; one that is refused is left to the ordinary way."""
        field = self.schema.get_field(type_, details[0].node.name.value)
        if field is None or not self._lacking_for(type_, field):
            return super()._field(type_, details)
        return Column(partial(write_constant, None)) if is_hidden(field) else None

    def _lacking_for(
        self, type_: GraphQLObjectType, field: GraphQLField | None
    ) -> frozenset[Permission]:
        if field is None or type_ in self._refuse_themselves:
            return NOTHING
        return self._lacking & need_of(field)

    def _refusal(self, lacking: frozenset[Permission]) -> NotAllowed:
        refusal: NotAllowed = self.context_value.actor.refusal(min(lacking))
        return refusal


def is_empty(field: GraphQLField, source: Any) -> bool:
    """Tell whether there is nothing to refuse, as in the answer of a mutation that was refused."""
    definition = field.extensions.get("strawberry-definition")
    if definition is None or not is_plain(field, definition) or is_non_null_type(field.type):
        return False
    return getattr(source, definition.python_name) is None
