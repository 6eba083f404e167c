"""Answers plain selections column by column: each field of all objects of a list at once.

graphql-core calls a resolver for each field of each object, though most fields only read an
attribute. Here a plan is made of a selection: which attributes, and how their values are written.
A field made by `batched` is loaded by one call for all objects of the list.

Whatever else there is (a resolver, an argument, an interface, a null where none may be, any
exception) is left to the ordinary executor, which begins again with the same objects. So an
answer never depends on the way it was made; nor does an error.
"""

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

from schema.columns import (
    Column,
    Load,
    load_and_write,
    read_and_write,
    without_waiting,
    write_constant,
    write_leaves,
    write_lists,
    write_nullable,
    write_objects,
    write_required,
)

BATCH = "batch"

Details = list[FieldDetails]


def batched(load: Load, *, description: str, metadata: Mapping[str, Any] | None = None) -> Any:
    """Make a field that is loaded for all objects of a list by one call.

    Args:
        load: Called with objects and the context; answers with a value for each, in their order.
        description: For the schema.
        metadata: What more there is to say of it, such as what it takes.
    """

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        (value,) = await load([root], info.context)
        return value

    del resolve.__annotations__["return"]  # the class that holds the field says its type
    return strawberry.field(
        resolver=resolve, description=description, metadata={**(metadata or {}), BATCH: load}
    )


class ColumnExecutor(StrawberryGraphQLCoreExecutionContext):
    """The ordinary executor with a short cut for plain selections."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._columns: dict[tuple[GraphQLOutputType, int], Column | None] = {}
        self._middleware = bool(self.middleware_manager and self.middleware_manager.middlewares)

    def complete_list_value(
        self, return_type: GraphQLList[Any], field_details_list: Details, *rest: Any
    ) -> Any:
        """Complete a list, by columns when it can be."""
        ordinary = partial(super().complete_list_value, return_type, field_details_list, *rest)
        return self._completed(return_type, field_details_list, rest[2], ordinary)

    def complete_object_value(
        self, return_type: GraphQLObjectType, field_details_list: Details, *rest: Any
    ) -> Any:
        """Complete a lone object, by columns when it can be."""
        ordinary = partial(super().complete_object_value, return_type, field_details_list, *rest)
        return self._completed(return_type, field_details_list, rest[2], ordinary)

    def _completed(
        self,
        type_: GraphQLOutputType,
        details: Details,
        value: Any,
        ordinary: Callable[[], Any],
    ) -> Any:
        """Complete a value by columns; without them, or when they fail, the ordinary way."""
        key = (type_, id(details))
        if key not in self._columns:
            self._columns[key] = None if self._middleware else self._column(type_, details)
        column = self._columns[key]
        if column is None:
            return ordinary()
        if column.waits:
            return self._completed_later(column, value, ordinary)
        try:
            return without_waiting(column.write([value]))[0]
        except Exception:  # noqa: BLE001  # the ordinary executor meets and reports the same
            return ordinary()

    async def _completed_later(
        self, column: Column, value: Any, ordinary: Callable[[], Any]
    ) -> Any:
        """Complete a value whose columns have to be loaded first."""
        try:
            return (await column.write([value]))[0]
        except Exception:  # noqa: BLE001  # the ordinary executor meets and reports the same
            completed = ordinary()
            return await completed if self.is_awaitable(completed) else completed

    def _column(self, type_: GraphQLOutputType, details: Details) -> Column | None:
        """Plan how values of a type are written; None when that is not plain."""
        if isinstance(type_, GraphQLNonNull):
            column = self._column_of_present(type_.of_type, details)
            return column and Column(partial(write_required, column), column.waits)
        column = self._column_of_present(type_, details)
        return column and Column(partial(write_nullable, column), column.waits)

    def _column_of_present(self, type_: GraphQLOutputType, details: Details) -> Column | None:
        """Plan how values of a type are written when none of them is null."""
        if isinstance(type_, GraphQLList):
            items = self._column(type_.of_type, details)
            return items and Column(partial(write_lists, items), items.waits)
        if is_leaf_type(type_):
            return Column(partial(write_leaves, type_))
        if isinstance(type_, GraphQLObjectType):
            return self._column_of_objects(type_, details)
        return None

    def _column_of_objects(self, type_: GraphQLObjectType, details: Details) -> Column | None:
        """Plan how objects are written: the selected fields, each a column."""
        selected, deferred, _ = self.collect_subfields(type_, details)
        definition = type_.extensions.get("strawberry-definition")
        if deferred or definition is None:
            return None
        fields = {}
        for key, field_details in selected.items():
            field = self._field(type_, field_details)
            if field is None:
                return None
            fields[key] = field
        generic = {definition.concrete_of.origin} if definition.concrete_of else set()
        write = partial(write_objects, {definition.origin, *generic}, fields)
        return Column(write, any(field.waits for field in fields.values()))

    def _field(self, type_: GraphQLObjectType, details: Details) -> Column | None:
        """Plan a field of objects: read or load its values, then write them."""
        name = details[0].node.name.value
        if name == "__typename":
            return Column(partial(write_constant, type_.name))
        field = self.schema.get_field(type_, name)
        definition = field and field.extensions.get("strawberry-definition")
        if field is None or not isinstance(definition, StrawberryField):
            return None
        column = self._column(field.type, details)
        if column is None:
            return None
        if load := definition.metadata.get(BATCH):
            return Column(partial(load_and_write, load, self.context_value, column), waits=True)
        if is_plain(field, definition):
            return Column(
                partial(read_and_write, attrgetter(definition.python_name), column), column.waits
            )
        return None


def is_plain(field: GraphQLField, definition: StrawberryField) -> bool:
    """Whether a field only reads an attribute."""
    return definition.is_basic_field and not field.args and definition.default_resolver is getattr
