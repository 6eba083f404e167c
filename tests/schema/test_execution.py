"""The short cut for plain selections answers exactly what the ordinary executor answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar, cast

import pytest
import strawberry

from schema.execution import ColumnExecutor, batched

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)


@strawberry.enum
class Model(StrEnum):
    SMALL = "small"
    LARGE = "large"


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Desk(Node):
    name: str = "Desk"


@dataclass
class Context:
    """What the resolvers of a request share; here it counts what was loaded."""

    loads: list[int] = field(default_factory=list)


async def load_units(lockers: list["Locker"], context: Context) -> Iterable["Desk"]:
    context.loads.append(len(lockers))
    return [Desk(id=strawberry.ID(f"unit-{locker.index}")) for locker in lockers]


async def load_badly(lockers: list["Locker"], context: Context) -> Iterable[int]:
    context.loads.append(len(lockers))
    message = "The database is gone"
    raise ConnectionError(message)


async def load_missing(lockers: list["Locker"], context: Context) -> Iterable[int | None]:
    context.loads.append(len(lockers))
    return [locker.index if locker.index % 2 else None for locker in lockers]


@strawberry.type
class Locker(Node):
    index: int
    opened_at: datetime | None = None
    unit: Desk = batched(load_units, description="Whose locker it is.")
    broken: int = batched(load_badly, description="Cannot be loaded.")
    odd: int = batched(load_missing, description="Null for even lockers, though it may not be.")
    perhaps: int | None = batched(load_missing, description="Null for even lockers.")


@strawberry.type
class Automat(Node):
    name: str
    model: Model = Model.LARGE
    lockers: list[Locker] = strawberry.field(default_factory=list)
    desk: Desk | None = None
    shelves: list[list[int]] = strawberry.field(default_factory=list)
    distance: float = 1.5
    online: bool = True

    @strawberry.field
    async def greeting(self, name: str = "you") -> str:
        return f"{self.name} greets {name}"

    @strawberry.field
    def faulty(self) -> int:
        message = f"No {self.name}"
        raise ValueError(message)


Row = TypeVar("Row")


@strawberry.type
class Page(Generic[Row]):
    rows: list[Row]


@strawberry.type
class Other:
    title: str = "other"


def automats() -> list[Automat]:
    """Make a few automats, one without lockers and one with a desk."""
    lockers = [
        Locker(id=strawberry.ID(f"l{index}"), index=index, opened_at=NOON if index else None)
        for index in range(3)
    ]
    return [
        Automat(id=strawberry.ID("a"), name="Asema", lockers=lockers, shelves=[[1, 2], [], [3]]),
        Automat(id=strawberry.ID("b"), name="Pasila", model=Model.SMALL),
        Automat(
            id=strawberry.ID("c"),
            name="Kallio",
            lockers=lockers[:1],
            desk=Desk(id=strawberry.ID("d")),
        ),
    ]


@strawberry.type
class Query:
    @strawberry.field
    async def automats(self) -> list[Automat]:
        return automats()

    @strawberry.field
    def automat(self, missing: bool = False) -> Automat | None:  # noqa: FBT002 - a field with an argument
        return None if missing else automats()[0]

    @strawberry.field
    def nodes(self) -> list[Node]:
        return [*automats(), Desk(id=strawberry.ID("d"))]

    @strawberry.field
    def anything(self) -> list[Annotated[Automat | Other, strawberry.union("Anything")]]:
        return [automats()[0], Other()]

    @strawberry.field
    def page(self) -> Page[Automat]:
        return Page(rows=automats())

    @strawberry.field
    def unnamed(self) -> list[Automat | None]:
        nameless: Any = None
        return [automats()[1], Automat(id=strawberry.ID("x"), name=nameless), None]

    @strawberry.field
    def strange(self) -> list[Automat]:
        wrong: Any = [Other(), ValueError("no automat"), None]
        return [*automats(), *wrong]

    @strawberry.field
    def unfit(self) -> list[Automat]:
        wrong: Any = "no number"
        return [Automat(id=strawberry.ID("x"), name="Unfit", distance=wrong)]

    @strawberry.field
    def generated(self) -> list[Automat]:
        return cast("list[Automat]", (each for each in automats()))


ORDINARY = strawberry.Schema(Query, types=[Desk])
BY_COLUMNS = strawberry.Schema(Query, types=[Desk], execution_context_class=ColumnExecutor)

QUERIES = [
    "{ automats { id name model distance online } }",
    "{ automats { id } automat { name } missing: automat(missing: true) { name } }",
    "{ automats { key: id id label: name __typename } __typename }",
    "{ automats { lockers { index openedAt } shelves desk { id name } } }",
    (
        "{ automats { ...A ... on Automat { model } ... on Node { id } } } "
        "fragment A on Automat { id lockers { ...L } } fragment L on Locker { index __typename }"
    ),
    "query($no: Boolean = false) { automats { id name @include(if: $no) model @skip(if: $no) } }",
    (
        "query($no: Boolean = true) { automats { id ...A @include(if: $no) } } "
        "fragment A on Automat { name }"
    ),
    "{ automats { lockers { index } lockers { id } } }",
    '{ automats { name greeting(name: "me") lockers { index } } }',
    "{ automats { name faulty } }",
    "{ automat { name faulty } automats { id } }",
    "{ nodes { id __typename ... on Automat { name lockers { index } } ... on Desk { name } } }",
    "{ anything { __typename ... on Automat { name lockers { id } } ... on Other { title } } }",
    "{ unnamed { id name } }",
    "{ unnamed { id } }",
    "{ strange { id name } }",
    "{ unfit { name distance } }",
    "{ page { rows { name lockers { index unit { name } } } } }",
    "{ automat { lockers { index unit { name } broken odd } } }",
    "{ unfit { name } }",
    "{ generated { name } }",
    "{ automats { lockers { index unit { id name } } } }",
    "{ automat { lockers { index unit { name } broken } } }",
    "{ automats { lockers { odd } } }",
    "{ automats { name lockers { perhaps index } } }",
    "{ automats { greeting lockers { unit { id } perhaps } } }",
    "{ anything { ... on Automat { lockers { unit { id } } } } }",
    "{ __schema { types { name fields { name type { name } } } } }",
    '{ __type(name: "Automat") { name } automats { id } }',
]


@pytest.mark.parametrize("query", QUERIES)
async def test_both_executors_give_the_same_answer(query: str) -> None:
    ordinary = await ORDINARY.execute(query, context_value=Context())
    by_columns = await BY_COLUMNS.execute(query, context_value=Context())

    assert by_columns.data == ordinary.data
    assert told(by_columns.errors) == told(ordinary.errors)


def told(errors: list[Any] | None) -> list[dict[str, Any]]:
    """List errors in an order that does not depend on which of them came first."""
    return sorted((error.formatted for error in errors or ()), key=str)


@pytest.mark.parametrize("query", QUERIES[:3])
async def test_a_plain_selection_has_the_order_that_was_asked_for(query: str) -> None:
    ordinary = await ORDINARY.execute(query)
    by_columns = await BY_COLUMNS.execute(query)

    assert str(by_columns.data) == str(ordinary.data)


async def test_a_batched_field_is_loaded_once_for_a_whole_list_of_lists() -> None:
    context = Context()

    answer = await BY_COLUMNS.execute(
        "{ automats { name lockers { index unit { name } } } }", context_value=context
    )

    assert answer.errors is None
    assert context.loads == [4]


async def test_a_batched_field_beside_a_resolver_is_loaded_for_each_list() -> None:
    context = Context()

    answer = await BY_COLUMNS.execute(
        "{ automats { greeting lockers { unit { name } } } }", context_value=context
    )

    assert answer.errors is None
    assert context.loads == [3, 1]


@pytest.mark.parametrize(
    "query",
    [
        "{ automats { name lockers { index } desk { name } } }",
        "{ page { rows { name lockers { index unit { name } perhaps } } } }",
        "{ automat { name lockers { unit { name } } } }",
    ],
)
async def test_a_plain_selection_calls_no_resolver(query: str) -> None:
    calls: list[str] = []

    class Counting(ColumnExecutor):
        def execute_field(self, *arguments: Any) -> Any:
            calls.append(str(arguments[0]))
            return super().execute_field(*arguments)

    counted = strawberry.Schema(Query, types=[Desk], execution_context_class=Counting)

    await counted.execute(query, context_value=Context())

    assert calls == ["Query"]
