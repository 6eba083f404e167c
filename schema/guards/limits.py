"""How much one request may ask for.

A document is bounded in length, tokens, depth, aliases and fields; a request also in the rows that
its nested pages could bring, see `schema.guards.row_limits`. Fragments count wherever they are
spread, but each is looked at once, so that checking never costs more than the text is long.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from models.errors import ErrorCode
from schema.guards.row_limits import Page, page_of

MAX_BODY_BYTES = 1_000_000
"""A thousand reservations in one push are half of that, all of it in the variables."""
LARGE_BODY_BYTES = 50_000
"""A request so large that is refused unread ends its connection."""
MAX_DOCUMENT_BYTES = 100_000
MAX_TOKENS = 1_000
MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_FIELDS = 400
MAX_ROWS = 10_000
MAX_SUBSCRIPTIONS = 20
CONNECTION_INIT_SECONDS = 10
OPERATION_SECONDS = 30
REMEMBERED_DOCUMENTS = 256
INTROSPECTION = {"__schema", "__type"}
NOTHING_DEAR: Mapping[str, int] = {}


def too_much(message: str) -> GraphQLError:
    """Refuse a request for what it would cost."""
    return GraphQLError(message, extensions={"code": ErrorCode.INVALID_INPUT.name})


def check_length(document: str) -> None:
    """Refuse a document that is too long, before anything is made of it.

    Raises:
        GraphQLError: It is.
    """
    length = len(document.encode(errors="surrogatepass"))
    if length > MAX_DOCUMENT_BYTES:
        raise too_much(
            f"The document has {length} bytes; {MAX_DOCUMENT_BYTES} are allowed. Put values into "
            "variables."
        )


class Cost(NamedTuple):
    """What a selection costs."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    pages: tuple[Page, ...] = ()
    is_page: bool = False
    objects: int = 0
    dear: int = 0
    introspects: bool = False

    def points(self, variables: Mapping[str, Any]) -> int:
        """Tell what it costs with these variables, without the request itself."""
        return self.dear + self.objects + sum(page.points(variables) for page in self.pages)

    def excess(self) -> Iterator[GraphQLError]:
        """Say which bounds are passed."""
        for asked, allowed, what in (
            (self.depth, MAX_DEPTH, "levels of fields"),
            (self.aliases, MAX_ALIASES, "aliases"),
            (self.fields, MAX_FIELDS, "fields"),
        ):
            if asked > allowed:
                yield too_much(f"The document has {asked} {what}; {allowed} are allowed.")


def excess_rows(costs: Iterable[Cost], variables: Mapping[str, Any]) -> list[GraphQLError]:
    """Refuse nested pages that could bring too many rows with these variables."""
    rows = max((sum(page.rows(variables) for page in cost.pages) for cost in costs), default=0)
    if rows <= MAX_ROWS:
        return []
    return [
        too_much(
            f"The nested pages could bring {rows} rows; {MAX_ROWS} are allowed. "
            "Ask for fewer with `first`, or for less of each row."
        )
    ]


def costs_of(document: DocumentNode, dear: Mapping[str, int] = NOTHING_DEAR) -> tuple[Cost, ...]:
    """Measure each operation of a document.

    Args:
        document: What is asked.
        dear: Fields that cost more than what they bring, and how much.

    Raises:
        GraphQLError: It is nested too deeply to be measured.
    """
    meter = Meter(document, dear)
    try:
        return tuple(
            meter.all(definition.selection_set)
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        )
    except RecursionError as error:
        raise too_much("The document is nested too deeply.") from error


class Meter:
    """Measures selections, each fragment once."""

    def __init__(self, document: DocumentNode, dear: Mapping[str, int]) -> None:
        self._dear = dear
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Cost] = {}

    def all(self, selections: SelectionSetNode | None) -> Cost:
        """Add up what the selections cost."""
        if selections is None:
            return Cost()
        parts = [self.one(selection) for selection in selections.selections]
        return Cost(
            depth=max(part.depth for part in parts),
            aliases=sum(part.aliases for part in parts),
            fields=sum(part.fields for part in parts),
            pages=tuple(page for part in parts for page in part.pages),
            is_page=any(part.is_page for part in parts),
            objects=sum(part.objects for part in parts),
            dear=sum(part.dear for part in parts),
            introspects=any(part.introspects for part in parts),
        )

    def one(self, selection: SelectionNode) -> Cost:
        """Measure a field, or what a fragment brings in its place."""
        match selection:
            case FieldNode():
                return self.field(selection)
            case FragmentSpreadNode():
                return self.fragment(selection.name.value)
            case InlineFragmentNode():
                return self.all(selection.selection_set)
        raise TypeError(selection.kind)

    def fragment(self, name: str) -> Cost:
        """Measure a fragment; one that is unknown or spreads itself is left to validation."""
        if name not in self._measured:
            self._measured[name] = Cost()
            self._measured[name] = self.all(self._fragments.get(name))
        return self._measured[name]

    def field(self, node: FieldNode) -> Cost:
        """Measure a field; introspection has a rule of its own for its depth."""
        below, name = self.all(node.selection_set), node.name.value
        page = page_of(node, below.pages, below.objects, is_page=below.is_page)
        own = 1 if node.selection_set is not None and name != "pageInfo" else 0
        return Cost(
            depth=0 if name.startswith("__") else below.depth + 1,
            aliases=below.aliases + (node.alias is not None),
            fields=below.fields + 1,
            pages=below.pages if page is None else (page,),
            is_page=name == "edges",
            objects=own + (below.objects if page is None else 1),
            dear=below.dear + self._dear.get(name, 0),
            introspects=below.introspects or name in INTROSPECTION,
        )
