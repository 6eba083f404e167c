"""What an operation takes: the permissions of all fields that it selects, added up once."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from models.accounts import Permission
from schema.permissions import NOTHING, guard_of, need_of

Needs = Mapping[str | None, frozenset[Permission]]


def needs_of(schema: GraphQLSchema, document: DocumentNode) -> Needs:
    """Tell what each operation of a valid document takes at most, by its name.

    It may take less: a field may be skipped, and of an interface only what is found counts. None
    stands for whichever operation there is.
    """
    adder = Adder(schema, document)
    needs: dict[str | None, frozenset[Permission]] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            name = definition.name.value if definition.name else None
            needs[name] = adder.all(root, definition.selection_set)
    return {None: NOTHING.union(*needs.values()), **needs}


class Adder:
    """Adds up what selections take, each fragment once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, frozenset[Permission]] = {}

    def all(self, parent: Any, selections: SelectionSetNode | None) -> frozenset[Permission]:
        """Add up what the selections of a type take."""
        if selections is None:
            return NOTHING
        return NOTHING.union(*(self.one(parent, each) for each in selections.selections))

    def one(self, parent: Any, selection: SelectionNode) -> frozenset[Permission]:
        """Tell what a field takes with all below it, or a fragment."""
        match selection:
            case FieldNode():
                return self.field(parent, selection)
            case FragmentSpreadNode():
                return self.fragment(selection.name.value)
            case InlineFragmentNode(type_condition=None):
                return self.all(parent, selection.selection_set)
            case InlineFragmentNode():
                return self.part(selection)
        raise TypeError(selection.kind)

    def field(self, parent: Any, node: FieldNode) -> frozenset[Permission]:
        """Tell what a field takes with all below it; introspection takes nothing."""
        field = self._schema.get_field(parent, node.name.value)
        if field is None or node.name.value.startswith("__"):
            return NOTHING
        type_ = get_named_type(field.type)
        return need_of(field) | self.kinds(type_) | self.all(type_, node.selection_set)

    def kinds(self, type_: GraphQLNamedType) -> frozenset[Permission]:
        """Tell what all that takes which may stand behind an interface or a union."""
        if not is_abstract_type(type_):
            return NOTHING
        kinds = self._schema.get_possible_types(type_)
        return NOTHING.union(*(guard_of(kind) or NOTHING for kind in kinds))

    def fragment(self, name: str) -> frozenset[Permission]:
        """Tell what a fragment takes that has a name."""
        if name not in self._known:
            self._known[name] = self.part(self._fragments[name])
        return self._known[name]

    def part(self, node: FragmentDefinitionNode | InlineFragmentNode) -> frozenset[Permission]:
        """Tell what a fragment takes: its type, and what is selected of it."""
        condition: Any = node.type_condition
        type_ = self._schema.type_map[condition.name.value]
        return (guard_of(type_) or NOTHING) | self.all(type_, node.selection_set)
