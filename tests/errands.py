"""A small API with one mutation that does whatever a test asks for, on a real database."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from talking import Client

from models.accounts import Actor, Permission, Role
from models.organizations import Contact as ContactRow
from models.organizations import UnitKind
from resolvers.work import Work
from schema.api import Query
from schema.contacts import Contact
from schema.context import Context, clock
from schema.errors import UserError
from schema.guards.guarded import GuardedSchema
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.operating.geocoders import geocoder_for
from schema.repeating import shown_once
from schema.scalars import CONFIG
from schema.settings import Settings


@strawberry.input
class ErrandInput(Repeatable):
    name: str | None = strawberry.UNSET
    ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    at: datetime | None = strawberry.UNSET


@strawberry.type
class ErrandRow:
    contact: Contact | None
    at: datetime
    kinds: list[UnitKind]
    share: float = 0.5
    is_last: bool = False
    refused: UserError | None = None

    @strawberry.field
    def initial(self) -> str | None:
        return self.contact.name[0] if self.contact else None


@strawberry.type
class ErrandPayload:
    rows: list[ErrandRow] = strawberry.field(default_factory=list)
    main: Contact | None = None
    number: int | None = None
    token: str | None = shown_once(description="Shown once.")
    user_errors: list[UserError] = strawberry.field(default_factory=list)


Errand = Callable[[Work, ErrandInput], Awaitable[ErrandPayload]]


class Counted:
    """An errand that counts how often it was run."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self, work: Work, input: ErrandInput) -> ErrandPayload:
        self.times += 1
        return ErrandPayload(number=self.times)


@dataclass(slots=True, kw_only=True)
class ErrandContext(Context):
    """What the small API's mutations get: also what a test asks for."""

    errand: Errand
    before: Callable[[], Awaitable[Any]] | None = None


async def before(info: Any, _input: ErrandInput) -> Any:
    context: ErrandContext = info.context
    return await context.before() if context.before else None


@strawberry.type
class Mutation:
    @mutation(permission=Permission.EDIT_KEYS, before=before, description="Run an errand.")
    async def run(self, info: Any, work: Work, input: ErrandInput, found: Any) -> ErrandPayload:
        payload: ErrandPayload = await info.context.errand(work, input)
        if found is not None:
            payload.number = found
        return payload

    @mutation(permission=Permission.EDIT_KEYS, description="Run another errand.")
    async def walk(self, info: Any, work: Work, input: ErrandInput) -> ErrandPayload:
        payload: ErrandPayload = await info.context.errand(work, input)
        return payload


SCHEMA = GuardedSchema(query=Query, mutation=Mutation, config=CONFIG)
ANSWER = """{
  number token main { name } userErrors { code message path freeFrom }
  rows {
    contact { id name } at kinds share isLast initial refused { code message path freeFrom }
  }
}"""


async def run(
    client: Client,
    errand: Errand,
    *,
    mutation: str = "run",
    before: Callable[[], Awaitable[Any]] | None = None,
    role: Role = Role.ADMIN,
    source: str = "default",
    **input: Any,
) -> dict[str, Any]:
    """Run an errand as a request of its own, and give the answer."""
    context = ErrandContext(
        client.database,
        geocoder_for(client.database, Settings(_env_file=None))[0],
        client.outside,
        Actor(client.organization_id, role, source=source),
        clock(),
        errand=errand,
        before=before,
    )
    document = f"mutation($input: ErrandInput!) {{ {mutation}(input: $input) {ANSWER} }}"
    result = await SCHEMA.execute(document, {"input": input}, context_value=context)
    assert result.errors is None, result.errors
    assert result.data is not None
    payload: dict[str, Any] = result.data[mutation]
    return payload


async def make_contacts(client: Client, count: int) -> list[ContactRow]:
    """Make things that errands can be about."""
    async with client.working() as work:
        owner = client.organization_id
        rows = [
            ContactRow(organization_id=owner, name=f"Aino {number}", language="fi")
            for number in range(count)
        ]
        await work.add(*rows)
    return rows
