"""Documents that nobody would write, for every field there is, and what may never come of them.

schemathesis makes them of the schema itself; ids in them are put in place of its own, as nothing is
found by made-up ones.
"""

import io
import logging
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from bounding import bounded
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes
from talking import Client, new_client
from things import one_of_everything

from models.accounts import Role
from models.database import Database
from resolvers.points import Size
from schema.api import schema

ENDLESS = Size(most=1e12, per_second=1e6, purse=1e11)
ID = re.compile(r'\b(id|\w+Ids?): (\[?)("(?:[^"\\]|\\.)*"|-?\d+)')
TELLING = re.compile(
    r"Traceback|INTERNAL|Reference:|psycopg|sqlite3|sqlalchemy|/site-packages/|lk_[\w-]{20}",
)
MOMENTS = (
    "2026-11-26T10:00:00Z",
    "1970-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01",
)
LOCAL = ("2026-11-26T10:00:00", "0001-01-01T00:00:00", "x")
JSONS = ("{}", "[]", "1", '"x"', "{a: {b: [1, null]}}", "null")


def register_scalars() -> None:
    """Say what values of our own scalars look like."""
    quoted = st.sampled_from(MOMENTS).map(nodes.String)
    schemathesis.graphql.scalar("DateTime", quoted)
    schemathesis.graphql.scalar("LocalDateTime", st.sampled_from(LOCAL).map(nodes.String))
    objects = st.builds(nodes.Object, st.just([]))
    schemathesis.graphql.scalar("JSON", objects | st.text().map(nodes.String))
    schemathesis.graphql.scalar("GeoJSON", objects)


def operations() -> dict[str, Any]:
    """List every query and mutation by its name, such as `Query.entities`."""
    register_scalars()
    loaded = schemathesis.graphql.from_file(io.StringIO(schema.as_str()))
    return {one.ok().label: one.ok() for one in loaded.get_all_operations()}


def documents(operation: Any, count: int, seed: int) -> list[str]:
    """Make documents for one field; the same ones for a seed."""
    made: list[str] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def make(case: Any) -> None:
        made.append(case.body)

    make()
    return made


@dataclass
class Fuzz:
    """One organization with one of everything, and what was answered there.

    Args:
        client: Sends.
        ids: The id of each thing.
        chance: Chooses.
        codes: How often each code was answered; `None` for no error.
        faults: What should never be answered or logged, with the document.
    """

    client: Client
    ids: dict[str, str]
    chance: random.Random
    codes: Counter[str | None] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def send(self, document: str) -> None:
        """Send a document as somebody, and look at what comes of it."""
        text = ID.sub(self._put_id, document)
        role = self.chance.choice([Role.ADMIN, Role.ADMIN, *Role])
        with logged() as lines:
            answer = await self.client.post(text, role)
        body = answer.json()
        for error in body.get("errors", ()):
            self.codes[error["extensions"].get("code", "none")] += 1
        if "errors" not in body:
            self.codes[None] += 1
        told = "\n".join([str(body.get("errors", "")), *lines])
        if answer.status_code >= 500 or TELLING.search(told) or self._has_secret(told):
            self.faults.append(f"{role}: {text}\n{answer.status_code} {told[:2_000]}")

    def _has_secret(self, told: str) -> bool:
        return any(token in told for token in self.client.tokens.values())

    def _put_id(self, found: re.Match[str]) -> str:
        """Put the id of a thing in place of a made-up one: of such a thing, of another, or none."""
        name, bracket, made_up = found.groups()
        kind = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower().removesuffix("s").removesuffix("_id")
        chosen = self.chance.random()
        if chosen < 0.2:
            return f"{name}: {bracket}{made_up}"
        alike = self.ids.get(kind) if chosen < 0.8 else None
        return f'{name}: {bracket}"{alike or self.chance.choice(sorted(self.ids.values()))}"'


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def logged() -> Iterator[list[str]]:
    """Keep what is logged in the block."""
    handler = Lines()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.lines
    finally:
        logging.getLogger().removeHandler(handler)


@asynccontextmanager
async def fuzzing(database: Database, seed: int) -> AsyncIterator[Fuzz]:
    """Make an organization with one of everything, behind an API with its limits."""
    async with new_client(database) as owner, bounded(owner, ENDLESS) as client:
        yield Fuzz(client, await one_of_everything(owner), random.Random(seed))


def some(names: Sequence[str], every: int) -> list[str]:
    """Choose every so manieth name, always the same ones."""
    return sorted(names)[::every]
