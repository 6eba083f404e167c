"""What standard templates say of the key contracts of reservations that partners push."""

from batches import asked, pushed, reservation_of
from counting import statements_of
from factories import DAY, make_automat, make_entity, make_key, make_unit, push
from outcomes import key_contract
from templating import template

from models.agreements import Agreement, ContractAgreement
from models.contracts import KeyContractStatus, Verification
from models.database import Database
from resolvers.work import Work


async def test_a_reservation_is_confirmed_as_the_template_of_its_unit_says(work: Work) -> None:
    owner = work.actor.organization_id
    rules = Agreement(organization_id=owner, organization_unit_id=owner, name="Rules")
    await work.add(rules)
    unit = await make_unit(work)
    await template(work, verification="signature", language="fi", agreement_ids=[rules.id])
    await template(work, unit, language="sv", duration_seconds=60, free_locker_after_fetch=True)
    home, elsewhere = await make_entity(work, unit_id=unit.id), await make_entity(work)
    for entity in (home, elsewhere):
        await make_key(work, entity, automat=await make_automat(work))

    contract = await key_contract(work, (await push(work, home))[0])
    other = await key_contract(work, (await push(work, elsewhere))[0])

    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    assert (contract.verification, contract.language) == (Verification.SIGNATURE, "sv")
    assert (other.verification, other.language) == (Verification.SIGNATURE, "fi")
    assert contract.ends_at == contract.starts_at + 2 * DAY
    assert not contract.free_locker_after_fetch
    carried = await work.all(work.own(ContractAgreement))
    assert {(one.key_contract_id, one.agreement_id) for one in carried} == {
        (contract.id, rules.id),
        (other.id, rules.id),
    }


async def test_strong_authentication_becomes_a_signature_where_the_unit_does_not_let_it(
    work: Work,
) -> None:
    lets = await make_unit(work, strong_authentication=True)
    await template(work, verification="strong")
    homes = [await make_entity(work, unit_id=lets.id), await make_entity(work)]
    for home in homes:
        await make_key(work, home, automat=await make_automat(work))

    contracts = [await key_contract(work, (await push(work, home))[0]) for home in homes]

    said = [contract.verification for contract in contracts]
    assert said == [Verification.STRONG, Verification.SIGNATURE]


async def test_templates_cost_the_same_for_one_push_and_for_many(
    work: Work, database: Database
) -> None:
    owner = work.actor.organization_id
    rules = Agreement(organization_id=owner, organization_unit_id=owner, name="Rules")
    await work.add(rules)
    await template(work, language="fi", agreement_ids=[rules.id])
    homes = [await make_entity(work) for _ in range(12)]
    automat = await make_automat(work)
    for home in homes:
        await make_key(work, home, automat=automat)
    begins = work.now + DAY
    costs = []

    for part in (homes[:2], homes[2:]):
        requests = [asked(home, home.id.hex, starts_at=begins) for home in part]
        with statements_of(database) as seen:
            done = await pushed(work, *requests)
            await work.connection()
        costs.append(len(seen))
        for one in done:
            assert (await key_contract(work, reservation_of(one))).language == "fi"

    assert costs[1] <= costs[0]
