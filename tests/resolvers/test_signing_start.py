"""Beginning to have a contract signed: which contracts, by whom, for how long, and where."""

from datetime import timedelta

import pytest
from agreeing import make_agreement, make_contract
from factories import DAY, HOUR, acting_as, later
from racing import at_once
from signing import RETURN, begun, fetched, offered, sign, waiting
from sqlalchemy import select
from talking import Client

from models.accounts import Role
from models.contracts import KeyAllocation, KeyContractStatus, Verification
from models.errors import (
    AlreadySigned,
    InvalidInput,
    NoAgreementText,
    NotAllowed,
    StillInUse,
)
from models.events import Event, EventKind
from models.jobs import Job, JobKind
from models.organizations import Contact, ContactDetails
from models.signing import SigningMethod, SigningProcess, SigningState
from resolvers.outside.secret import digest_of
from resolvers.signing import ending, expiring, starting
from resolvers.work import Work, system
from schema.context import clock

Method = SigningMethod


async def test_a_signing_holds_what_is_offered_and_its_document_is_made_at_once(
    work: Work,
) -> None:
    contract = await waiting(work, contacts=[ContactDetails("Aino"), ContactDetails("Veikko")])

    start = await begun(work, contract)

    process = start.process
    assert process.state is SigningState.PREPARING
    assert process.verification is Verification.SIGNATURE
    assert process.revision == contract.revision
    assert [one["name"] for one in process.content["agreements"]] == ["House rules"]
    assert [one["number"] for one in process.agreements] == [1]
    assert (await work.get(Contact, process.contact_id)).name == "Aino"
    assert process.secret_digest == digest_of(start.secret or "")
    await work.connection()
    events = await work.all(work.own(Event).where(Event.subject_id == process.id))
    assert [event.kind for event in events] == [EventKind.SIGNING_PREPARING]
    assert events[0].facts["revision"] == contract.revision


async def test_the_job_of_a_signing_is_due_at_once(client: Client) -> None:
    async with client.working() as work:
        process = (await begun(work)).process

    async with client.working() as work:
        (job,) = await work.all(select(Job).where(Job.subject_id == process.id))

    assert (job.kind, job.due_at) == (JobKind.SIGNING_PROCESS, process.created_at)


@pytest.mark.parametrize(
    ("method", "days", "lasts"),
    [
        (Method.LOCAL, 2, timedelta(minutes=30)),
        (Method.LINK, 30, timedelta(days=7)),
        (Method.LINK, None, timedelta(days=7)),
        (Method.LINK, 2, 3 * DAY),
    ],
)
async def test_a_signing_lasts_as_long_as_its_method_and_a_link_never_past_the_contract(
    work: Work, method: SigningMethod, days: int | None, lasts: timedelta
) -> None:
    contract = await waiting(work, days=days)

    process = (await begun(work, contract, method=method)).process

    assert process.expires_at == work.now + lasts


async def test_a_return_over_a_link_is_signed_also_after_the_end(work: Work) -> None:
    contract = await waiting(work)
    await fetched(work, contract)

    process = (await begun(later(work, 9 * DAY), contract, purpose=RETURN)).process

    assert process.expires_at == work.now + 16 * DAY
    assert process.content["agreements"] == []


@pytest.mark.parametrize(
    ("lasts", "is_allowed"),
    [
        (timedelta(0), False),
        (timedelta(seconds=59), False),
        (timedelta(minutes=1), True),
        (timedelta(days=30), True),
        (timedelta(days=30, seconds=1), False),
    ],
)
async def test_somebody_may_say_how_long_within_bounds(
    work: Work, lasts: timedelta, *, is_allowed: bool
) -> None:
    contract = await waiting(work)

    if is_allowed:
        process = (await begun(work, contract, lasts=lasts)).process
        assert process.expires_at == work.now + lasts
        return
    with pytest.raises(InvalidInput, match="30 days"):
        await begun(work, contract, lasts=lasts)


async def test_an_asked_language_comes_before_that_of_the_contract(work: Work) -> None:
    await make_agreement(work, mandatory=True, texts={"en": "Return it.", "fi": "Palauta se."})
    contract = await waiting(work, agrees=False, language="en")

    process = (await begun(work, contract, language="fi")).process

    assert process.language == "fi"
    assert [one["language"] for one in process.agreements] == ["fi"]


async def test_a_mandatory_agreement_without_a_text_is_not_offered(work: Work) -> None:
    await make_agreement(work, mandatory=True, texts={"sv": "Lämna tillbaka den."})
    contract = await waiting(work, agrees=False)

    with pytest.raises(NoAgreementText):
        await begun(work, contract)


async def test_without_verification_there_is_nothing_to_sign(work: Work) -> None:
    contract = await make_contract(work, verification=Verification.NONE)

    with pytest.raises(InvalidInput, match="without verification"):
        await begun(work, contract)


@pytest.mark.parametrize("status", [KeyContractStatus.DRAFT, KeyContractStatus.CANCELLED])
async def test_a_contract_that_does_not_wait_is_not_signed(
    work: Work, status: KeyContractStatus
) -> None:
    contract = await waiting(work)
    contract.status = status

    with pytest.raises(InvalidInput, match=status.name):
        await begun(work, contract)


async def test_a_signed_contract_is_not_signed_again(work: Work) -> None:
    contract = await waiting(work)
    process = (await begun(work, contract)).process
    await offered(work, process)
    await sign(work, process)

    assert contract.status is KeyContractStatus.UPCOMING
    with pytest.raises(AlreadySigned):
        await begun(work, contract)


async def test_what_was_changed_while_a_key_is_out_is_signed_anew(work: Work) -> None:
    contract = await waiting(work)
    await fetched(work, contract)
    contract.revision += 1
    process = (await begun(work, contract)).process
    await offered(work, process)

    await sign(work, process)

    assert process.revision == contract.signed_revision == contract.revision
    assert contract.status is KeyContractStatus.ACTIVE


async def test_a_return_is_not_signed_before_a_key_was_out(work: Work) -> None:
    with pytest.raises(InvalidInput, match="No key"):
        await begun(work, await waiting(work), purpose=RETURN)


async def test_a_return_is_signed_once_until_a_key_moves_again(work: Work) -> None:
    contract = await waiting(work)
    await fetched(work, contract)
    process = (await begun(work, contract, purpose=RETURN)).process
    await offered(work, process)
    await sign(work, process)

    with pytest.raises(AlreadySigned, match="return"):
        await begun(work, contract, purpose=RETURN)
    row = KeyAllocation
    (allocation,) = await work.all(work.own(row).where(row.key_contract_id == contract.id))
    allocation.returned_at = work.now + HOUR
    again = await begun(later(work, 2 * HOUR), contract, purpose=RETURN)

    assert again.process.state is SigningState.PREPARING


async def test_one_signing_of_a_contract_is_open_at_a_time_and_the_refusal_names_it(
    work: Work,
) -> None:
    contract = await waiting(work)
    process = (await begun(work, contract)).process

    with pytest.raises(StillInUse, match=process.id.hex):
        await begun(work, contract, method=Method.LOCAL)
    await ending.withdraw(work, process.id)

    assert (await begun(work, contract)).process.id != process.id


async def test_a_signing_whose_time_is_over_ends_before_the_next_one_begins(work: Work) -> None:
    contract = await waiting(work)
    process = (await begun(work, contract)).process
    then = later(work, process.expires_at - work.now)

    another = (await begun(then, contract)).process

    assert (process.state, another.state) == (SigningState.EXPIRED, SigningState.PREPARING)
    left = await then.all(select(Job).where(Job.subject_id == process.id))
    assert left == []


async def test_of_several_that_begin_at_the_same_moment_one_does(client: Client) -> None:
    async with client.working() as work:
        contract = await waiting(work)
    actor = system(client.organization_id)

    answers = await at_once(
        client.database, actor, *[lambda work: begun(work, contract)] * 5, at=clock()
    )

    assert len([one for one in answers if isinstance(one, StillInUse)]) == 4


async def test_the_database_itself_refuses_a_second_open_signing(work: Work) -> None:
    contract = await waiting(work)
    await begun(work, contract)
    (first,) = await work.all(work.own(SigningProcess))
    names = {column.name for column in SigningProcess.__table__.columns} - {"id"}
    values = {name: getattr(first, name) for name in names} | {"secret_digest": "another"}
    refusals = dict.fromkeys(starting.ONE_OF_A_CONTRACT, StillInUse("Only once."))

    with pytest.raises(StillInUse, match="once"):
        async with work.attempt():
            await work.add(SigningProcess(**values), refusals=refusals)


async def test_what_nobody_signs_in_time_expires_and_people_are_told(work: Work) -> None:
    contract = await waiting(work)
    process = (await begun(work, contract, method=Method.LOCAL)).process
    await offered(work, process)
    end = process.expires_at

    at_the_end = later(work, timedelta(minutes=30))
    assert await expiring.expire(work, process) == end
    assert await expiring.expire(at_the_end, process) is None
    assert await expiring.expire(later(work, DAY), process) is None

    assert process.state is SigningState.EXPIRED
    assert process.ended_at == end
    assert contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    (told,) = [one for one in at_the_end.recorded if one.notice]
    assert told.kind is EventKind.SIGNING_EXPIRED
    assert contract.reference in (told.notice or "")
    assert (await begun(later(work, DAY), contract)).secret is not None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSTALLER, Role.STATION])
async def test_those_who_may_not_have_contracts_signed_are_refused(work: Work, role: Role) -> None:
    contract = await waiting(work)
    process = (await begun(work, contract)).process

    with pytest.raises(NotAllowed):
        await begun(acting_as(work, role), contract)
    with pytest.raises(NotAllowed):
        await ending.withdraw(acting_as(work, role), process.id)
