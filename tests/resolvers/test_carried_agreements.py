"""Which agreements a contract carries: by unit, by publication and by its keys."""

from agreeing import (
    content_for,
    make_agreement,
    make_contract,
    names_carried,
)
from factories import make_automat, make_entity, make_key, make_unit, push
from sqlalchemy import Select, select

from models.contracts import KeyAllocation, KeyContract, Verification
from resolvers.agreements import editing
from resolvers.work import Work


async def test_a_mandatory_agreement_is_carried_where_the_contract_is_verified(work: Work) -> None:
    await make_agreement(work, mandatory=True, name="Rules")
    verified = await make_contract(work, verification=Verification.STRONG)
    plain = await make_contract(work, verification=Verification.NONE)

    assert await names_carried(work, verified) == ["Rules"]
    assert await names_carried(work, plain) == []


async def test_agreements_of_units_above_are_inherited_if_they_may_be(work: Work) -> None:
    area = await make_unit(work)
    house = await make_unit(work, parent_id=area.id)
    await make_agreement(work, house, mandatory=True, name="House")
    await make_agreement(work, area, mandatory=True, name="Area")
    await make_agreement(work, area, mandatory=True, name="Area alone", inherited=False)
    await make_agreement(work, mandatory=True, name="Everywhere")
    await make_agreement(work, await make_unit(work), mandatory=True, name="Elsewhere")

    at_the_house = await names_carried(work, await make_contract(work, house))
    in_the_area = await names_carried(work, await make_contract(work, area))

    assert at_the_house == ["Everywhere", "Area", "House"]
    assert in_the_area == ["Everywhere", "Area", "Area alone"]


async def test_the_unit_where_the_key_lives_counts_as_well(work: Work) -> None:
    unit = await make_unit(work)
    await make_agreement(work, unit, mandatory=True, name="Where it lies")
    automat = await make_automat(work, unit_id=unit.id)
    home = await make_entity(work)
    await make_key(work, home, automat=automat)
    reservation, _ = await push(work, home)
    (contract,) = await work.all(
        work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    )
    contract.verification = Verification.SIGNATURE
    await work.save()

    assert await names_carried(work, contract) == ["Where it lies"]


async def test_neither_retired_nor_unpublished_agreements_are_carried(work: Work) -> None:
    retired = await make_agreement(work, mandatory=True)
    await editing.retire(work, retired.id)
    await editing.create(work, unit_id=None, name="Not yet", mandatory=True)

    assert await names_carried(work, await make_contract(work)) == []


async def test_a_key_that_was_taken_out_counts_no_more(work: Work) -> None:
    unit = await make_unit(work)
    await make_agreement(work, unit, mandatory=True)
    contract = await make_contract(work, unit)
    (allocation,) = await work.all(_allocations(contract))
    allocation.removed_at = work.now
    await work.save()

    document = (await content_for(work, contract)).document

    assert (document["contract"]["keys"], document["agreements"]) == ([], [])


def _allocations(contract: KeyContract) -> Select[KeyAllocation]:
    return select(KeyAllocation).where(KeyAllocation.key_contract_id == contract.id)
