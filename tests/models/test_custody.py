"""Chains of custody: the database itself refuses changes, removals, gaps and forks."""

from typing import Any

import pytest
from factories import make_key
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.base import new_id
from models.custody import CustodyEntry, CustodyKind, CustodySource
from models.dialects.overlaps import broken_constraint
from models.keys import Key
from models.tables import metadata
from resolvers.work import Work

APPEND_ONLY = "custody_entries_append_only"
WITHOUT_GAPS = "custody_entries_have_no_gap"


async def refused(work: Work, statement: str) -> str | None:
    """Send SQL past all our own code, and give the name of the rule that refuses it."""
    with pytest.raises(IntegrityError) as refusal:
        async with work.attempt():
            await (await work.connection()).execute(text(statement))
    return broken_constraint(refusal.value)


async def added(work: Work, key: Key, number: int, **given: Any) -> None:
    async with work.attempt():
        await work.add(entry(work, key, number, **given))


def entry(work: Work, key: Key, number: int, **given: Any) -> CustodyEntry:
    usual = {
        "id": new_id(),
        "organization_id": key.organization_id,
        "kind": CustodyKind.FOUND,
        "source": CustodySource.STAFF,
        "happened_at": work.now,
        "reported_at": work.now,
        "recorded_at": work.now,
    }
    return CustodyEntry(key_id=key.id, number=number, **(usual | given))


async def test_no_link_is_changed_or_removed(work: Work) -> None:
    await make_key(work)

    for statement in (
        "update custody_entries set contradiction = 'None of it is true.'",
        "delete from custody_entries",
    ):
        assert await refused(work, statement) == APPEND_ONLY


async def test_no_event_is_changed_or_removed(work: Work) -> None:
    await make_key(work)

    for statement in ("update events set kind = 'key_updated'", "delete from events"):
        assert await refused(work, statement) == "events_append_only"


@pytest.mark.parametrize("number", [0, 3, -1])
async def test_a_chain_has_no_gap(work: Work, number: int) -> None:
    key = await make_key(work)

    with pytest.raises(IntegrityError) as refusal:
        await added(work, key, number)

    assert broken_constraint(refusal.value) == WITHOUT_GAPS
    await added(work, key, 2)


async def test_a_chain_does_not_fork(work: Work) -> None:
    key, other = await make_key(work), await make_key(work)
    await added(work, key, 2)

    with pytest.raises(IntegrityError) as refusal:
        await added(work, key, 2)

    assert broken_constraint(refusal.value) == WITHOUT_GAPS
    await added(work, other, 2)
    unique = {constraint.name for constraint in metadata.tables["custody_entries"].constraints}
    assert "custody_entries_key_id_number_key" in unique


async def test_a_key_is_in_one_place(work: Work) -> None:
    key = await make_key(work)

    with pytest.raises(IntegrityError) as refusal:
        await added(work, key, 2, manual_storage_id=key.manual_storage_id, automat_id=new_id())

    assert broken_constraint(refusal.value) == "custody_entries_place_is_one"
    with pytest.raises(IntegrityError) as refusal:
        await added(work, key, 2, locker_id=new_id())
    assert broken_constraint(refusal.value) == "custody_entries_locker_in_automat"
