"""What belongs to a unit, by every column of the database that refers to units.

So whatever will refer to units one day blocks their removal from its first day on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, and_, delete, func, or_, select, update

from models.accounts import Token, TokenUnit
from models.agreements import Agreement
from models.attachments import Attachment
from models.automats import Automat
from models.base import Base, table_of
from models.contracts import KeyContract
from models.entities import ReservableEntity
from models.errors import ExternalIdInUse
from models.keys import ManualStorage
from models.organizations import OrganizationUnit
from models.placement_reviews import PlacementRun
from models.settings_versions import SettingsVersion
from models.stations import SignatureStation
from models.templates import ContractTemplate
from resolvers.work import Work, refusing

EXAMPLES = 3
CONTENTS: tuple[type[Base], ...] = (
    *(OrganizationUnit, ReservableEntity, Automat, ManualStorage, Agreement, ContractTemplate),
    *(SignatureStation, Attachment),
)
"""What can be moved to another unit together."""
STAYS: tuple[type[Base], ...] = (PlacementRun, SettingsVersion)
"""What only remembers the past of a unit."""
WORDS = {
    "organization_units": "units below it",
    "reservable_entities": "entities",
    "manual_storages": "desks",
    "contract_templates": "contract templates",
    "signature_stations": "signature stations",
    "person_units": "people who reach it",
    "token_units": "tokens that reach it",
}
"""What rows are called where the name of their table is not what people say."""
TEMPLATE_RULES = (
    "contract_templates_organization_unit_id_name_key",
    "one_standard_template_of_a_unit",
)


@dataclass(frozen=True, slots=True)
class Blocker:
    """What still belongs to a unit.

    Args:
        kind: What it is, in words, in the plural.
        count: How many there are.
        examples: The names of some, at most three; none where they have no names.
    """

    kind: str
    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        """Write it for people: `automats (4: A, B, C and 1 more)`."""
        if not self.examples:
            return f"{self.kind} ({self.count})"
        more = self.count - len(self.examples)
        names = ", ".join(self.examples) + (f" and {more} more" if more else "")
        return f"{self.kind} ({self.count}: {names})"


async def blockers_of(work: Work, unit_id: UUID) -> list[Blocker]:
    """List what belongs to a unit, kind by kind, or has access to it."""
    found = []
    for column in _columns(*STAYS):
        here = and_(column == unit_id, *_there(column.table))
        ((count,),) = await work.rows(select(func.count()).select_from(column.table).where(here))
        if count:
            kind = WORDS.get(column.table.name, column.table.name.replace("_", " "))
            found.append(Blocker(kind, count, await _examples(work, column, here)))
    return found


def _columns(*without: type[Base]) -> Iterator[Column[Any]]:
    """Walk through the columns by which rows belong to units."""
    units, left_out = table_of(OrganizationUnit), {table_of(model) for model in without}
    for table in Base.metadata.sorted_tables:
        for column in table.columns if table not in left_out else ():
            refers = any(key.column.table is units for key in column.foreign_keys)
            if refers and column.name != "organization_id":
                yield column


def _there(table: Table) -> list[Any]:
    return [table.c.removed_at.is_(None)] if table is table_of(OrganizationUnit) else []


async def _examples(work: Work, column: Column[Any], here: Any) -> tuple[str, ...]:
    """Name some rows, by what they link to where they have no name."""
    table = column.table
    if "name" in table.c:
        named = select(table.c.name).where(here)
        names = await work.rows(named.order_by(table.c.id).limit(EXAMPLES))
        return tuple(row.name for row in names)
    for key in table.foreign_keys:
        other = key.column.table
        if other is not table_of(OrganizationUnit) and "name" in other.c:
            named = select(other.c.name).join(table, key.parent == key.column).where(here)
            names = await work.rows(named.order_by(table.c.id).limit(EXAMPLES))
            return tuple(row.name for row in names)
    return ()


async def move_contents(work: Work, unit_id: UUID, target_id: UUID) -> dict[str, int]:
    """Let another unit take over all that belongs to a unit; tell how many rows of which table.

    Access is not moved: nobody shall reach further by it.

    Raises:
        ExternalIdInUse: A template of the same name belongs to the other unit, or both have a
            standard one.
    """
    tables = {table_of(model) for model in CONTENTS}
    taken = ExternalIdInUse(
        "Both units have a contract template of the same name, or a standard one; change one of "
        "them first.",
        path=("move_contents_to_id",),
    )
    moved = {}
    for column in [one for one in _columns() if one.table in tables]:
        here = and_(column == unit_id, *_there(column.table))
        statement = update(column.table).where(here).values({column.name: target_id})
        with refusing(dict.fromkeys(TEMPLATE_RULES, taken)):
            done: Any = await (await work.connection()).execute(statement)
        if done.rowcount:
            moved[str(column.table.name)] = done.rowcount
    return moved


async def forget_dead_tokens(work: Work, unit_id: UUID) -> None:
    """Let tokens that open nothing any more not stand in the way; they never will open again."""
    tokens, units = table_of(Token), table_of(TokenUnit)
    now = work.actor.real(work.now)
    over = or_(tokens.c.revoked_at.is_not(None), tokens.c.expires_at <= now)
    dead = select(units.c.token_id).join(tokens, tokens.c.id == units.c.token_id)
    dead = dead.where(units.c.unit_id == unit_id, over)
    ids = [row.token_id for row in await work.rows(dead)]
    connection = await work.connection()
    unrevoked = tokens.c.id.in_(ids), tokens.c.revoked_at.is_(None)
    await connection.execute(update(tokens).where(*unrevoked).values(revoked_at=work.now))
    await connection.execute(
        delete(units).where(units.c.unit_id == unit_id, units.c.token_id.in_(ids))
    )


async def hand_drafts_up(work: Work, unit_id: UUID, parent_id: UUID | None) -> None:
    """Let drafts that were made through a unit be reached through the one above it."""
    contracts = table_of(KeyContract)
    theirs = update(contracts).where(contracts.c.unit_id == unit_id)
    await (await work.connection()).execute(theirs.values(unit_id=parent_id))
