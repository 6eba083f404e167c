"""Clocks of sandboxes: how far they go, and for what they wait on the way."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from clocked import clock_of, due_of, owner, plan, sandbox_in
from factories import DAY, HOUR, NOON, acting_as, make_automat, make_key
from sqlalchemy import delete

from models.accounts import Role
from models.automat_links import AutomatLink
from models.automats import Automat
from models.errors import InvalidInput, NotAllowed, NotASandbox
from models.jobs import Job, JobKind
from models.sandboxes import SandboxAdvance
from resolvers import clocks, sandboxes
from resolvers.work import Work, system

SECOND = timedelta(seconds=1)


async def at(work: Work, real: datetime) -> Work:
    """Go on in the same transaction at a moment of ours, as a worker would."""
    owner = await clocks.system_of(await work.connection(), work.actor.organization_id)
    return Work(work.session, owner, owner.time(real))


async def step(work: Work, running: SandboxAdvance, real: datetime) -> datetime | None:
    """Let the job that moves the clock look once; tells when it looks again, by our clock."""
    following = await sandboxes.step(await at(work, real), running.id)
    return None if following is None else following - ((await clock_of(work)) or timedelta())


async def test_a_clock_goes_to_what_is_due_next_and_waits_for_it(work: Work) -> None:
    here = await sandbox_in(work)
    first, second = await plan(here, NOON + HOUR), await plan(here, NOON + 5 * HOUR)
    running = await sandboxes.advance(here, by=DAY)

    assert await step(here, running, NOON) == NOON + sandboxes.SOON

    assert await clock_of(here) == HOUR
    assert (await due_of(here, first), await due_of(here, second)) == (NOON, NOON + 4 * HOUR)
    assert await step(here, running, NOON) == NOON + sandboxes.SOON  # the first is not done yet
    assert await clock_of(here) == HOUR


async def test_a_clock_arrives_when_nothing_is_due_before(work: Work) -> None:
    here = await sandbox_in(work)
    later = await plan(here, NOON + 2 * DAY)
    running = await sandboxes.advance(here, to=NOON + DAY)

    await step(here, running, NOON)
    assert await step(here, running, NOON + SECOND) is None

    assert await clock_of(here) == DAY
    assert await due_of(here, later) == NOON + DAY
    assert running.ended_at == NOON + DAY + SECOND
    assert await step(here, running, NOON + SECOND) is None


async def test_a_clock_waits_for_whoever_does_what_was_due(work: Work) -> None:
    here = await sandbox_in(work)
    await plan(here, NOON + 30 * SECOND, worker="somebody")
    running = await sandboxes.advance(here, by=DAY)

    await step(here, running, NOON)

    assert await clock_of(here) == timedelta()


async def test_a_clock_does_not_wait_for_what_fails(work: Work) -> None:
    here = await sandbox_in(work)
    failing = await plan(here, NOON + HOUR, failures=3)
    running = await sandboxes.advance(here, by=DAY)

    await step(here, running, NOON)

    assert await clock_of(here) == DAY
    assert await due_of(here, failing) < NOON


async def test_a_clock_goes_by_whole_seconds(work: Work) -> None:
    here = await sandbox_in(work)
    await plan(here, NOON + timedelta(seconds=10, milliseconds=1))
    running = await sandboxes.advance(here, by=DAY)

    await step(here, running, NOON)

    assert await clock_of(here) == 11 * SECOND


async def test_automats_that_are_there_stay_there(work: Work) -> None:
    here = await sandbox_in(work)
    automat = await make_automat(here)
    automat.last_seen_at = NOON - 20 * SECOND
    silence = await plan(here, NOON + 70 * SECOND, kind=JobKind.AUTOMAT_LINK)
    running = await sandboxes.advance(here, by=DAY)

    await step(here, running, NOON)

    seen = await here.get(Automat, automat.id)
    assert seen.last_seen_at == NOON + DAY - 20 * SECOND
    assert await due_of(here, silence) == NOON + 70 * SECOND


async def test_a_clock_stands_until_automats_know_their_codes_but_not_for_ever(
    work: Work,
) -> None:
    here = await sandbox_in(work)
    automat = await make_automat(here)
    await make_key(here, automat=automat)  # its backup codes are news
    await here.add(linked(automat))
    running = await sandboxes.advance(here, by=DAY)

    await step(here, running, NOON + SECOND)
    assert await clock_of(here) == timedelta()

    await step(here, running, NOON + sandboxes.AUTOMATS_GET)
    assert await clock_of(here) == DAY - sandboxes.AUTOMATS_GET


async def test_automats_are_behind_until_they_are_told_the_time(work: Work) -> None:
    here = await sandbox_in(work)
    automat = await make_automat(here)
    link = linked(automat)
    link.applied_revision, link.clock_ahead = 99, 2 * SECOND
    await here.add(link)
    await plan(here, NOON + HOUR, failures=1)
    silent = linked(await make_automat(here))
    silent.connected = False
    await here.add(silent)
    middle = await plan(here, NOON + 10 * HOUR)
    running = await sandboxes.advance(here, by=DAY)
    before = automat.code_revision

    await step(here, running, NOON)
    (heard,) = await here.locked(AutomatLink, [link.id])
    assert heard.clock_ahead == 2 * SECOND - 10 * HOUR
    assert (await here.get(Automat, automat.id)).code_revision == before
    await done(here, middle)
    await step(here, running, NOON)

    heard, other = sorted(
        await here.locked(AutomatLink, [link.id, silent.id]), key=lambda one: not one.connected
    )
    assert (heard.clock_ahead, other.clock_ahead) == (2 * SECOND - DAY, -DAY)
    assert (await here.get(Automat, automat.id)).code_revision == before + 1
    assert (await here.get(Automat, silent.automat_id)).code_revision == 0


async def done(work: Work, subject_id: UUID) -> None:
    await (await work.connection()).execute(delete(Job).where(Job.subject_id == subject_id))


def linked(automat: Automat) -> AutomatLink:
    return AutomatLink(
        organization_id=automat.organization_id,
        automat_id=automat.id,
        serial=str(automat.id),
        issued_at=NOON,
        expires_at=NOON + 900 * DAY,
        activated_at=NOON,
        codes_key="sealed",
        connected=True,
        applied_revision=0,
    )


async def test_only_one_organization_is_moved(work: Work) -> None:
    here, other = await sandbox_in(work), await sandbox_in(work)
    theirs, ours = await plan(other, NOON + 2 * DAY), await plan(work, NOON + 2 * DAY)
    running = await sandboxes.advance(here, by=DAY)

    await step(here, running, NOON)

    assert (await clock_of(other), await clock_of(work)) == (timedelta(), None)
    assert {await due_of(work, theirs), await due_of(work, ours)} == {NOON + 2 * DAY}


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"by": DAY, "to": NOON + DAY},
        {"by": timedelta()},
        {"by": -HOUR},
        {"to": NOON},
        {"to": NOON - DAY},
        {"by": 401 * DAY},
        {"to": NOON + 401 * DAY},
    ],
)
async def test_a_clock_goes_forward_and_not_too_far_at_once(work: Work, how: Any) -> None:
    here = await sandbox_in(work)

    with pytest.raises(InvalidInput):
        await sandboxes.advance(here, **how)


async def test_a_clock_never_goes_more_than_ten_years_ahead(work: Work) -> None:
    here = await sandbox_in(work, 3_600 * DAY)

    await sandboxes.advance(here, by=60 * DAY)

    other = await sandbox_in(work, 3_600 * DAY)
    with pytest.raises(InvalidInput, match="ten years"):
        await sandboxes.advance(other, by=61 * DAY)


async def test_one_advance_runs_at_a_time(work: Work) -> None:
    here = await sandbox_in(work)
    running = await sandboxes.advance(here, by=HOUR)

    with pytest.raises(InvalidInput, match="already"):
        await sandboxes.advance(here, by=HOUR)

    await step(here, running, NOON)
    await step(here, running, NOON + SECOND)
    assert await sandboxes.advance(await at(here, NOON + SECOND), by=HOUR)


async def test_an_organization_that_is_no_sandbox_has_no_clock_of_its_own(work: Work) -> None:
    with pytest.raises(NotASandbox):
        await sandboxes.advance(work, by=HOUR)

    assert await clocks.as_now(await work.connection(), work.actor) == work.actor
    assert system(owner(work)).time(NOON) == NOON


async def test_who_lets_partners_in_may_move_a_clock_others_not(work: Work) -> None:
    here = await sandbox_in(work)

    for role in set(Role) - {Role.ADMIN, Role.PARTNER}:
        with pytest.raises(NotAllowed):
            await sandboxes.advance(acting_as(here, role), by=HOUR)
