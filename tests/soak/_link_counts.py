"""What the database knows of what was done at the doors."""

from collections import Counter
from uuid import UUID

from linked_fleet import Stand
from sqlalchemy import func, select

from models.automat_reports import AutomatReport
from models.base import table_of
from models.custody import CustodyEntry, CustodyKind
from models.database import Database

GIVEN_UP = "It was not applied%"


async def compared(
    database: Database, taken: dict[UUID, int], stands: list[Stand]
) -> tuple[int, int]:
    """Count what the database does not know of, and what it knows of twice.

    Args:
        database: The database.
        taken: How often each key was taken out and brought back, by its id.
        stands: The automats.
    """
    reports, entries = await _known(database)
    lost = twice = 0
    for stand in stands:
        numbers = reports.get(stand.firmware.link_id, Counter())
        last = stand.firmware.cabinet.log.last_number
        lost += sum(numbers[one] == 0 for one in range(1, last + 1))
        twice += sum(count - 1 for count in numbers.values())
        for kind in (CustodyKind.FETCHED, CustodyKind.RETURNED):
            told = entries[stand.key_id, kind] - taken[stand.key_id]
            lost, twice = lost + max(0, -told), twice + max(0, told)
    return lost, twice


async def _known(
    database: Database,
) -> tuple[dict[UUID, Counter[int]], Counter[tuple[UUID, CustodyKind]]]:
    """Read which reports took effect, and what became of each key."""
    report, entry = table_of(AutomatReport).c, table_of(CustodyEntry).c
    applied = select(report.link_id, report.number).where(
        report.applied_at.is_not(None), func.coalesce(report.problem, "").not_like(GIVEN_UP)
    )
    reports: dict[UUID, Counter[int]] = {}
    async with database.reading() as connection:
        for link_id, number in await connection.execute(applied):
            reports.setdefault(link_id, Counter())[number] += 1
        found = await connection.execute(select(entry.key_id, entry.kind))
        return reports, Counter((key_id, kind) for key_id, kind in found)


async def strange(database: Database) -> dict[str, int]:
    """Count what was flagged as strange, of reports and of custody, by its words."""
    report, entry = table_of(AutomatReport).c, table_of(CustodyEntry).c
    counted: Counter[str] = Counter()
    async with database.reading() as connection:
        for words in (report.problem, entry.contradiction):
            found = select(words, func.count()).where(words.is_not(None)).group_by(words)
            for text, count in await connection.execute(found):
                counted[f"{words.table.name}: {text}"] += count
    return dict(counted)
