"""Key contracts that staff cannot make, and why."""

import pytest
from factories import DAY, HOUR, acting_as, make_automat, make_key
from outcomes import everything, undone
from promising import promised

from models.accounts import Role
from models.automats import AutomatModel
from models.errors import (
    ExternalIdInUse,
    InvalidInput,
    KeyTaken,
    MixedStorage,
    NoFreeLocker,
    NotAllowed,
    NotFound,
    StartsInPast,
)
from models.keys import KeyStatus
from resolvers import contract_changes, contracts, keys
from resolvers.work import Work


async def test_keys_in_automats_and_at_desks_are_not_promised_together(work: Work) -> None:
    both = await make_key(work, automat=await make_automat(work)), await make_key(work)
    before = await everything(work)

    refusal = await undone(work, promised(work, *both))

    assert isinstance(refusal, MixedStorage)
    assert await everything(work) == before


@pytest.mark.parametrize(
    ("reference", "is_good"),
    [("Päärakennus/12_a.3-b", True), ("A 1", False), ("A#1", False), ("A\n", True)],
)
async def test_a_reference_has_letters_digits_and_four_signs(
    work: Work, reference: str, *, is_good: bool
) -> None:
    key = await make_key(work)
    wish = promised(work, key, reference=reference)

    if is_good:
        assert (await wish).reference == reference.strip()
        return
    refusal = await undone(work, wish)
    assert (type(refusal), refusal.path) == (InvalidInput, ("reference",))


async def test_a_reference_means_one_contract(work: Work) -> None:
    key, other = await make_key(work), await make_key(work)
    await promised(work, key, reference="A-1")

    refusal = await undone(work, promised(work, other, reference="A-1"))

    assert (type(refusal), refusal.path) == (ExternalIdInUse, ("reference",))


async def test_what_cannot_be_promised_is_refused_by_name(work: Work) -> None:
    key, retired = await make_key(work), await make_key(work)
    await keys.update(work, retired.id, {"status": KeyStatus.RETIRED})
    await promised(work, key)
    old = work.now - HOUR

    for wish, wrong in (
        (promised(work, key), KeyTaken),
        (promised(work, retired), InvalidInput),
        (promised(work), InvalidInput),
        (promised(work, await make_key(work), contacts=[]), InvalidInput),
        (promised(work, await make_key(work), starts_at=old), StartsInPast),
        (promised(work, await make_key(work), key_ids=[work.actor.organization_id]), NotFound),
    ):
        assert isinstance(await undone(work, wish), wrong)


async def test_a_contract_at_a_full_automat_is_refused(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, automat=automat)

    refusal = await undone(work, promised(work, await make_key(work), automat_id=automat.id))

    assert isinstance(refusal, NoFreeLocker)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSTALLER])
async def test_not_everybody_makes_contracts(work: Work, role: Role) -> None:
    key = await make_key(work)
    contract = await promised(work, key)
    clerk = acting_as(work, role)

    for action in (
        promised(clerk, key, starts_at=work.now + 9 * DAY),
        contracts.cancel(clerk, contract.id),
        contract_changes.change_end(clerk, contract.id, ends_at=None),
        contract_changes.describe_pick_up(clerk, contract.id, None),
    ):
        assert isinstance(await undone(clerk, action), NotAllowed)
