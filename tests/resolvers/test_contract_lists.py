"""Key contracts by where they stand: the list agrees with the rule of the thing at any moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from factories import AINO, DAY, HOUR, make_entity, make_key, make_stranger, make_unit, push
from outcomes import key_contract, undone
from promising import asked, made

from models.contracts import (
    MOVING,
    ContractTime,
    KeyAllocation,
    KeyContract,
    KeyContractStatus,
    Verification,
    key_contract_status_at,
)
from models.errors import InvalidInput, NotFound
from models.organizations import ContactDetails
from resolvers import contract_lists, contracts, desks
from resolvers.contract_lists import Filter
from resolvers.handover.desks import KeyName, hand_over, take_back
from resolvers.signed import effects
from resolvers.staff_contracts import drafts
from resolvers.staff_contracts.keys import change_keys
from resolvers.work import Work

Status, Time = KeyContractStatus, ContractTime


async def listed(work: Work, **wanted: Any) -> list[str]:
    part = await contract_lists.page(work, Filter(**wanted), first=100, after=None)
    return [row.reference for row in part.rows]


async def one_of_each(work: Work) -> None:
    """Make contracts of every sort, some with keys out, whose stored status lags behind."""
    unit = await make_unit(work, overdue_delay=HOUR)
    desk = await desks.create(work, name="Desk", unit_id=unit.id)

    async def key() -> Any:
        return await make_key(work, desk=desk)

    await made(work, await key(), reference="later", starts_at=work.now + 5 * DAY)
    await made(work, await key(), reference="running", starts_at=work.now, days=1)
    await made(work, await key(), reference="endless", starts_at=work.now, days=None)
    for name, days in (("out", 1), ("out-for-ever", None)):
        await hand_out(work, await key(), reference=name, days=days)
    back = await key()
    contract = await hand_out(work, back, reference="back", days=1)
    await take_back(work, KeyName(id=back.id), manual_storage_id=desk.id)
    signing = {"verification": Verification.SIGNATURE}
    await made(work, await key(), reference="waits", starts_at=work.now, days=1, **signing)
    await made(work, await key(), reference="waits-later", starts_at=work.now + DAY, **signing)
    await drafts.create(work, asked(work, await key(), reference="draft"))
    cancelled = await made(work, await key(), reference="cancelled")
    await contracts.cancel(work, cancelled.id)
    assert contract.reference == "back"


async def hand_out(work: Work, key: Any, **given: Any) -> KeyContract:
    contract = await made(work, key, starts_at=work.now, **given)
    await hand_over(work, [KeyName(id=key.id)], key_contract_id=contract.id)
    return contract


async def standing(work: Work, now: datetime) -> dict[str, KeyContractStatus]:
    """Say of each contract where it stands by the rule of the thing itself."""
    row = KeyAllocation
    out = work.own(row).where(row.fetched_at.is_not(None), row.returned_at.is_(None))
    ids = {one.key_contract_id for one in await work.all(out)}
    return {
        one.reference: key_contract_status_at(one, now, key_is_out=one.id in ids)
        for one in await work.all(work.own(KeyContract))
    }


MOMENTS = [
    timedelta(0),
    HOUR,
    DAY - timedelta(microseconds=1),
    DAY,
    DAY + HOUR - timedelta(microseconds=1),
    DAY + HOUR,
    5 * DAY,
    99 * DAY,
]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_every_status_is_found_as_it_stands_at_that_moment(
    work: Work, moment: timedelta
) -> None:
    await one_of_each(work)
    then = Work(work.session, work.actor, work.now + moment)
    by_rule = await standing(work, then.now)

    for status in Status:
        expected = {name for name, one in by_rule.items() if one is status}
        assert set(await listed(then, status=status)) == expected, status


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_times_part_all_contracts_that_hold_or_wait(
    work: Work, moment: timedelta
) -> None:
    await one_of_each(work)
    then = Work(work.session, work.actor, work.now + moment)
    by_rule = await standing(work, then.now)

    found = [await listed(then, when=when) for when in Time]

    names = [name for each in found for name in each]
    holding = {n for n, one in by_rule.items() if one not in {Status.DRAFT, Status.CANCELLED}}
    assert sorted(names) == sorted(holding)


async def test_contracts_are_found_by_where_they_stand_in_time(work: Work) -> None:
    await one_of_each(work)
    then = Work(work.session, work.actor, work.now + 2 * DAY)

    found = {when: await listed(then, when=when) for when in Time}

    assert found == {
        Time.FUTURE: ["later"],
        Time.ONGOING: ["endless", "out-for-ever", "waits-later"],
        Time.OVERDUE: ["out"],
        Time.ENDED: ["running", "back", "waits"],
    }


async def test_a_stored_end_counts_whatever_the_clock_says(work: Work) -> None:
    contract = await made(work, await make_key(work), reference="A")
    contract.status = Status.ENDED
    await work.save()
    assert Status.ENDED not in MOVING

    assert await listed(work, when=Time.ENDED) == ["A"]
    assert await listed(work, status=Status.ENDED) == ["A"]
    assert await listed(work, when=Time.FUTURE) == []


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("aino", ["A/1", "B-2", "R"]),
        ("VEIKKO", ["A/1"]),
        ("a/", ["A/1"]),
        ("-2", ["B-2"]),
        ("%", []),
        ("_", []),
        ("", ["A/1", "B-2", "R"]),
    ],
)
async def test_contracts_are_found_by_reference_and_by_any_contact(
    work: Work, search: str, names: Sequence[str]
) -> None:
    people = [AINO, ContactDetails("Veikko")]
    await made(work, await make_key(work), reference="A/1", contacts=people)
    await drafts.create(work, asked(work, reference="B-2"))
    unit = await make_unit(work, uses_automats=False)
    home = await make_entity(work, unit_id=unit.id)
    await make_key(work, home)
    (await key_contract(work, (await push(work, home))[0])).reference = "R"
    await work.save()

    assert await listed(work, search=search) == names


async def test_contracts_are_found_by_the_unit_where_a_key_lives_and_those_above(
    work: Work,
) -> None:
    north = await make_unit(work)
    house = await make_unit(work, parent_id=north.id)
    south = await make_unit(work)
    for name, unit in (("house", house), ("south", south)):
        desk = await desks.create(work, name=name, unit_id=unit.id)
        await made(work, await make_key(work, desk=desk), reference=name)

    assert await listed(work, unit_id=house.id) == ["house"]
    assert await listed(work, unit_id=north.id) == ["house"]
    assert await listed(work, unit_id=south.id) == ["south"]
    assert await listed(work, unit_id=work.actor.organization_id) == ["house", "south"]
    assert isinstance(await undone(work, listed(work, unit_id=desk.id)), NotFound)


async def test_contracts_are_found_by_a_key_unless_it_was_removed(work: Work) -> None:
    key, other, third = [await make_key(work) for _ in range(3)]
    contract = await made(work, key, other, reference="A")
    await made(work, third, reference="B")
    await change_keys(work, contract.id, remove_ids=[key.id])

    assert await listed(work, key_id=key.id) == []
    assert await listed(work, key_id=other.id) == ["A"]
    assert isinstance(await undone(work, listed(work, key_id=contract.id)), NotFound)


async def test_filters_come_together_and_pages_lead_through(work: Work) -> None:
    stranger = await make_stranger(work)
    await made(stranger, await make_key(stranger), reference="theirs")
    key = await make_key(work)
    for number in range(3):
        begins = work.now + (10 * number + 1) * DAY
        await made(work, key, reference=f"A{number}", starts_at=begins)
    wanted = Filter(when=Time.FUTURE, status=Status.UPCOMING, search="a", key_id=key.id)

    first = await contract_lists.page(work, wanted, first=2, after=None)
    rest = await contract_lists.page(work, wanted, first=2, after=first.rows[-1].id)

    assert [one.reference for one in (*first.rows, *rest.rows)] == ["A0", "A1", "A2"]
    assert (first.has_more, rest.has_more) == (True, False)
    too_many = contract_lists.page(work, wanted, first=101, after=None)
    assert isinstance(await undone(work, too_many), InvalidInput)


async def test_what_was_signed_as_it_is_now_is_told_from_what_was_not(work: Work) -> None:
    signing = {"verification": Verification.SIGNATURE}
    for name in ("signed", "changed", "waits"):
        contract = await made(work, await make_key(work), reference=name, **signing)
        if name != "waits":
            await effects.signed(work, contract)
        if name == "changed":
            await effects.changed(work, contract)
    await made(work, await make_key(work), reference="plain")

    assert await listed(work, signed=True) == ["signed"]
    assert await listed(work, signed=False) == ["changed", "waits"]
