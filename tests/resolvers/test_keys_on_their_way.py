"""Stays that are changed while some of their keys are in the automat and others still at desks."""

import pytest
from factories import DAY, make_automat, make_entity, make_key, push
from handing import name
from lives import lockers_of
from promising import lockers_of as lockers_by_staff
from promising import promised

from models.entities import KeyRule
from models.keys import KeyKind
from resolvers import contract_changes
from resolvers.handover.desks import transfer
from resolvers.work import Work


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("days", [3, 40])
async def test_a_stay_can_be_extended_when_one_of_its_keys_was_brought(
    work: Work, kind: KeyKind, days: int
) -> None:
    automat, home = await make_automat(work), await make_entity(work, key_rule=KeyRule.ALL)
    one, other = [await make_key(work, home, kind=kind) for _ in range(2)]
    stay, _ = await push(work, home, external_id="stay")
    before = [held.pin for held in await lockers_of(work, stay)]
    await transfer(work, name(one), automat_id=automat.id)

    await push(work, home, external_id="stay", days=days)

    held = (await lockers_of(work, stay))[:2]
    assert {row.pin for row in held} == set(before)
    assert one.locker_id in {row.locker_id for row in held}
    assert other.target_automat_id == automat.id


async def test_a_contract_by_staff_can_be_extended_then_too(work: Work) -> None:
    automat = await make_automat(work)
    one, other = [await make_key(work) for _ in range(2)]
    contract = await promised(work, one, other, automat_id=automat.id)
    await transfer(work, name(one), automat_id=automat.id)
    assert contract.ends_at is not None

    await contract_changes.change_end(work, contract.id, ends_at=contract.ends_at + DAY)

    held = await lockers_by_staff(work, contract)
    assert {row.key_id for row in held} == {one.id, other.id}
    assert {row.ends_at for row in held} == {contract.ends_at}


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("days", [3, 40])
async def test_the_next_stay_can_be_pushed_when_one_of_the_keys_was_brought(
    work: Work, kind: KeyKind, days: int
) -> None:
    automat, home = await make_automat(work), await make_entity(work, key_rule=KeyRule.ALL)
    one, other = [await make_key(work, home, kind=kind) for _ in range(2)]
    stay, _ = await push(work, home, days=days)
    await transfer(work, name(one), automat_id=automat.id)

    after, _ = await push(work, home, starts_at=stay.ends_at)

    held = await lockers_of(work, after)
    assert {row.automat_id for row in held} == {automat.id}
    assert len({row.locker_id for row in held}) == 2
    assert other.target_automat_id == automat.id
