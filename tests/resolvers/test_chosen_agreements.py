"""Agreements that are chosen for contracts, and what that means for their signatures."""

import pytest
from agreeing import (
    make_agreement,
    make_contract,
    make_version,
    names_carried,
)
from factories import acting_as, make_key, make_unit
from promising import asked
from signing import begun, waiting
from templating import Value, template

from models.accounts import Role
from models.agreements import Agreement
from models.contracts import KeyContractStatus
from models.errors import Enforced, InvalidInput, NotAllowed
from models.events import EventKind
from models.signing import SigningProcess, SigningState
from resolvers import contracts
from resolvers.agreements import choosing, editing
from resolvers.agreements.content import digest_of_document
from resolvers.signed import effects
from resolvers.staff_contracts import drafts
from resolvers.work import Work


def kinds(work: Work) -> list[EventKind]:
    return [one.kind for one in work.recorded]


async def test_optional_agreements_are_carried_as_they_were_chosen(work: Work) -> None:
    one, other = [await make_agreement(work, name=name) for name in ("One", "Other")]
    await make_agreement(work, name="Everybody's", mandatory=True)
    contract = await make_contract(work)
    work.recorded.clear()

    await choosing.choose(work, contract.id, [other.id, one.id])
    assert await names_carried(work, contract) == ["Everybody's", "Other", "One"]
    await choosing.choose(work, contract.id, [other.id, one.id])
    await choosing.choose(work, contract.id, [one.id])

    assert await names_carried(work, contract) == ["Everybody's", "One"]
    assert kinds(work).count(EventKind.CONTRACT_AGREEMENTS_CHANGED) == 2
    assert contract.revision == 3


async def test_what_was_offered_is_withdrawn_when_other_agreements_are_chosen(work: Work) -> None:
    optional = await make_agreement(work)
    contract = await waiting(work)
    process = (await begun(work, contract)).process

    await choosing.choose(work, contract.id, [optional.id])

    assert process.state is SigningState.WITHDRAWN
    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE


async def test_a_contract_that_was_signed_is_signed_anew_under_other_agreements(
    work: Work,
) -> None:
    optional = await make_agreement(work)
    contract = await waiting(work)
    await effects.signed(work, contract)
    assert contract.status is KeyContractStatus.UPCOMING

    await choosing.choose(work, contract.id, [optional.id])

    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    assert contract.signed_revision != contract.revision


async def test_what_is_offered_stays_when_its_agreement_is_worded_anew(work: Work) -> None:
    contract = await waiting(work)
    process = (await begun(work, contract)).process
    offered = (process.content, process.content_digest, process.agreements)
    (agreement,) = await work.all(work.own(Agreement))

    await make_version(work, agreement, {"en": "Something else."})

    kept = await work.get(SigningProcess, process.id)
    assert (kept.content, kept.content_digest, kept.agreements) == offered
    assert digest_of_document(kept.content) == kept.content_digest
    assert kept.state is SigningState.PREPARING


async def test_a_chosen_agreement_that_is_mandatory_is_carried_once(work: Work) -> None:
    made = await make_agreement(work, mandatory=True, name="Rules")
    contract = await make_contract(work)

    await choosing.choose(work, contract.id, [made.id])

    assert await names_carried(work, contract) == ["Rules"]


async def unsuitable(work: Work, why: str) -> Agreement:
    """Make an agreement that cannot be chosen."""
    if why == "elsewhere":
        return await make_agreement(work, await make_unit(work))
    if why == "unpublished":
        return await editing.create(work, unit_id=None, name="Draft")
    made = await make_agreement(work)
    await editing.retire(work, made.id)
    return made


@pytest.mark.parametrize("why", ["elsewhere", "unpublished", "retired"])
async def test_an_agreement_that_does_not_hold_cannot_be_chosen(work: Work, why: str) -> None:
    contract = await make_contract(work)
    agreement = await unsuitable(work, why)

    with pytest.raises(InvalidInput, match="cannot be chosen"):
        await choosing.choose(work, contract.id, [agreement.id])


async def test_an_agreement_is_not_chosen_twice(work: Work) -> None:
    made = await make_agreement(work)
    contract = await make_contract(work)

    with pytest.raises(InvalidInput, match="named twice"):
        await choosing.choose(work, contract.id, [made.id, made.id])


async def test_nothing_is_chosen_for_a_contract_that_is_over(work: Work) -> None:
    made = await make_agreement(work)
    contract = await make_contract(work)
    await contracts.cancel(work, contract.id)

    with pytest.raises(InvalidInput, match="is over"):
        await choosing.choose(work, contract.id, [made.id])


async def test_a_draft_changes_its_agreements_with_itself(work: Work) -> None:
    made = await make_agreement(work)
    draft = await drafts.create(work, asked(work, await make_key(work)))

    with pytest.raises(InvalidInput, match="`keyContractUpdate`"):
        await choosing.choose(work, draft.id, [made.id])


async def test_agreements_that_a_template_insists_on_stay(work: Work) -> None:
    first, other = await make_agreement(work), await make_agreement(work)
    contract = await make_contract(work)
    await template(work, None, Value.AGREEMENTS, agreement_ids=[first.id.hex])

    with pytest.raises(Enforced):
        await choosing.choose(work, contract.id, [first.id, other.id])
    await choosing.choose(work, contract.id, [first.id])

    assert len(await names_carried(work, contract)) == 1


async def test_a_viewer_chooses_nothing(work: Work) -> None:
    contract = await make_contract(work)

    with pytest.raises(NotAllowed):
        await choosing.choose(acting_as(work, Role.VIEWER), contract.id, [])
