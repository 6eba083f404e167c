"""How many rows the nested lists of a request could bring, which depends on its variables."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphql import (
    ArgumentNode,
    FieldNode,
    IntValueNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
)

from geo.decisions import MOST_CANDIDATES
from models.settings import SETTING_NAMES
from resolvers.agreements.versions import MOST_LANGUAGES
from resolvers.pushing.batches import LARGEST

MAX_PAGE = 100
DEFAULT_PAGE = 20
WHOLE_LISTS = {
    "effectiveSettings": len(SETTING_NAMES),
    "candidates": MOST_CANDIDATES,
    "texts": MOST_LANGUAGES,
    "capacities": 50,
}
"""Lists that come whole and lead to much more, so that nesting them multiplies."""
ROWS_OF_INPUTS = {"reservationsUpsert": "reservations", "keyContractsCreate": "contracts"}
"""Mutations that answer with a row for each item of a list in their input, and that list."""


class Page(NamedTuple):
    """A list that is asked for in pages, and the pages asked for with each of its rows.

    Args:
        size: How many rows it can bring where no variable says it.
        way: To the number in the variables, or to the list of which each item brings a row.
        below: The pages asked for with each row.
        objects: How many objects each row brings beside those.
    """

    size: int
    way: tuple[str, ...]
    below: tuple["Page", ...]
    objects: int = 1

    def rows(self, variables: Mapping[str, Any]) -> int:
        """Count the rows that this page can bring at most."""
        return max(self.told(variables), 0) * (1 + sum(page.rows(variables) for page in self.below))

    def points(self, variables: Mapping[str, Any]) -> int:
        """Count the objects that this page can bring at most."""
        each = self.objects + sum(page.points(variables) for page in self.below)
        return max(self.told(variables), 0) * each

    def told(self, variables: Mapping[str, Any]) -> int:
        """Find out how many rows the variables ask for."""
        given: Any = variables
        for name in self.way:
            given = given.get(name) if isinstance(given, Mapping) else None
        if isinstance(given, list):
            return len(given)
        return given if self.way and isinstance(given, int) else self.size


def page_of(
    node: FieldNode, below: tuple[Page, ...], objects: int, *, is_page: bool
) -> Page | None:
    """Tell a page by its argument `first` or by its `edges`; None for what is no page.

    Args:
        node: A field.
        below: The pages that are asked for below it.
        objects: How many objects are asked for below it beside those.
        is_page: Whether its rows are in `edges`, which are among those objects.
    """
    name = node.name.value
    each = objects if is_page or name in ROWS_OF_INPUTS else objects + 1
    if name in WHOLE_LISTS:
        return Page(WHOLE_LISTS[name], (), below, each)
    if name in ROWS_OF_INPUTS:
        size, way = rows_of_input(node, ROWS_OF_INPUTS[name])
        return Page(size, way, below, each)
    first = argument(node.arguments, "first")
    if isinstance(first, IntValueNode):
        return Page(int(first.value), (), below, each)
    if isinstance(first, VariableNode):
        return Page(MAX_PAGE, (first.name.value,), below, each)
    return Page(DEFAULT_PAGE, (), below, each) if is_page else None


def rows_of_input(node: FieldNode, name: str) -> tuple[int, tuple[str, ...]]:
    """Tell how many rows a mutation answers with: written in the document, or in a variable."""
    way: tuple[str, ...] = ()
    value: ValueNode | None = argument(node.arguments, "input")
    if isinstance(value, VariableNode):
        way = (value.name.value, name)
    elif isinstance(value, ObjectValueNode):
        value = argument(value.fields, name)
        way = (value.name.value,) if isinstance(value, VariableNode) else ()
    size = len(value.values) if isinstance(value, ListValueNode) else LARGEST
    return size, way


def argument(given: Iterable[ArgumentNode | ObjectFieldNode] | None, name: str) -> ValueNode | None:
    """Find the value of an argument, or of a field of an input, by its name."""
    return next((each.value for each in given or () if each.name.value == name), None)
