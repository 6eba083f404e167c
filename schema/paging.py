"""Connections: lists that can grow, page by page, in the order in which things were made."""

import base64
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import strawberry

from models.errors import InvalidInput
from resolvers.looking import Slice, checked_count
from resolvers.relations import Relation
from schema.context import Info
from schema.guards.row_limits import DEFAULT_PAGE
from schema.loaders import PageKey
from schema.permissions import reached

Node = TypeVar("Node")

First = Annotated[int | None, strawberry.argument(description="How many at most; from 0 to 100.")]
After = Annotated[
    str | None, strawberry.argument(description="The cursor behind which the page begins.")
]
FIRST = DEFAULT_PAGE


@reached
@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more come after it.")
    has_previous_page: bool = strawberry.field(description="Whether it began behind a cursor.")
    start_cursor: str | None = strawberry.field(description="The first one's cursor.")
    end_cursor: str | None = strawberry.field(
        description="The last one's cursor; give it as `after` for the next page."
    )


@reached
@strawberry.type(description="One thing of a page.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(description="Its place in the list.")
    node: Node = strawberry.field(description="The thing itself.")


@reached
@strawberry.type(description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The things of this page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in its list.")


def to_cursor(id: UUID) -> str:
    """Write a place in a list."""
    return base64.urlsafe_b64encode(id.bytes).decode().rstrip("=")


def from_cursor(cursor: str | None) -> UUID | None:
    """Read a place in a list.

    Raises:
        InvalidInput: It is not one of our cursors.
    """
    if cursor is None or cursor is strawberry.UNSET:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError as error:
        raise InvalidInput("`after` is not a cursor of this list.", path=("after",)) from error


def connection(part: Slice, make: Callable[[Any], Node], after: UUID | None) -> Connection[Node]:
    """Write a page."""
    cursors = [to_cursor(row.id) for row in part.rows]
    return Connection(
        edges=[
            Edge(cursor=cursor, node=make(row))
            for cursor, row in zip(cursors, part.rows, strict=True)
        ],
        page_info=PageInfo(
            has_next_page=part.has_more,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
    )


def pages_of(
    relation: Relation, make: Callable[[Any], Node]
) -> Callable[[UUID, Info, int | None, str | None], Awaitable[Connection[Node]]]:
    """Make the reading of a page of what belongs to a thing."""

    async def load(
        parent_id: UUID, info: Info, first: int | None, after: str | None
    ) -> Connection[Node]:
        behind = from_cursor(after)
        key = PageKey(parent_id, checked_count(first), behind)
        return connection(await info.context.loaders.pages(relation).load(key), make, behind)

    return load
