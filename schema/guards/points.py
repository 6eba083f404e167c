"""What a request costs, in points, before anything of it is done.

A request costs points whatever it asks, each object that its answer can bring costs one, each item
of a list in its input one, and what takes the database longer than looking rows up costs more. All
of it follows from the document and the variables alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    type_from_ast,
)

from models.accounts import Role

REQUEST = 50
"""What every request costs: to find out who asks, and to read and answer it."""
MUTATION = 50
"""What each change costs beside it: a transaction."""
DEAR = {
    "addressChangePreview": 500,
    "agreementPreview": 100,
    "automatSelection": 100,
    "failoverPlan": 500,
    "keyTransferSuggestions": 500,
    "missingAutomats": 2_000,
    "nearestAutomats": 50,
    "nearestAutomatsGeoJson": 200,
    "placement": 100,
    "placementReviews": 500,
    "selectionComparison": 2_000,
    "selectionReplay": 200,
    "selectionShadow": 500,
}
"""Queries that look further than at the rows that they answer with."""

MOST_POINTS = dict.fromkeys(Role, 50_000) | {
    Role.ADMIN: 100_000,
    Role.VIEWER: 20_000,
    Role.INSTALLER: 20_000,
    Role.STATION: 5_000,
}
"""What one operation may cost at most, by the role of who asks."""
MOST_ITEMS = 5_000
"""How many items a list in an input may have; most have a lower bound of their own."""
BROUGHT_BY_EACH = 10
"""How many items of lists of its own, such as contacts, an item in an input brings for nothing."""
DEEPEST = 5
"""So deep items have lists of their own at most; what lies deeper fits no input."""
WORTH_COUNTING = 500
"""From so many points on what did not come is given back."""

Way = tuple[str, ...]


def dear_fields(schema: GraphQLSchema) -> dict[str, int]:
    """Tell which fields cost more than the objects that they bring."""
    changes = schema.mutation_type.fields if schema.mutation_type else {}
    return {**DEAR, **dict.fromkeys(changes, MUTATION)}


def lists_of(operation: OperationDefinitionNode, schema: GraphQLSchema) -> tuple[Way, ...]:
    """Find the ways to all lists in an operation's variables that are in no other list."""
    ways: list[Way] = []
    for definition in operation.variable_definitions or ():
        type_ = type_from_ast(schema, definition.type)
        ways.extend(ways_of(type_, (definition.variable.name.value,)))
    return tuple(ways)


def ways_of(type_: Any, way: Way) -> Iterator[Way]:
    """Find the lists in a type of input; inputs are three deep at most until a list."""
    if type_ is None or len(way) > 4:
        return
    if is_list_type(get_nullable_type(type_)):
        yield way
        return
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from ways_of(field.type, (*way, name))


def items_in(
    ways: tuple[Way, ...], variables: Mapping[str, Any]
) -> Iterator[tuple[Way, list[Any]]]:
    """Find the items of lists."""
    for way in ways:
        given: Any = variables
        for name in way:
            given = given.get(name) if isinstance(given, Mapping) else None
        if isinstance(given, list):
            yield way, given


def items_beyond(items: list[Any]) -> int:
    """Count what lists in the items of a list hold, beyond what each of them brings for nothing."""
    inside = sum(_items_inside(one, DEEPEST) for one in items)
    return max(inside - BROUGHT_BY_EACH * len(items), 0)


def _items_inside(value: Any, levels: int) -> int:
    if not isinstance(value, dict) or not levels:
        return 0
    found = 0
    for one in value.values():
        if isinstance(one, list):
            found += len(one) + sum([_items_inside(each, levels - 1) for each in one])
        elif isinstance(one, dict):
            found += _items_inside(one, levels - 1)
    return found


def objects_in(data: Any) -> int:
    """Count the objects of an answer."""
    if isinstance(data, dict):
        inside = (value for value in data.values() if isinstance(value, dict | list))
        return 1 + sum(map(objects_in, inside))
    return sum(map(objects_in, data)) if isinstance(data, list) else 0
