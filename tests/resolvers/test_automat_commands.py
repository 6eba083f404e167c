"""Commands to automats: one at a time, each sent until it is answered, and no later."""

from datetime import timedelta

import pytest
from commanding import SECOND, answer, claimed, events_of, make_link, make_linked, sent
from factories import acting_as, later, make_automat, make_key, make_stranger
from outcomes import undone

from models.accounts import Role
from models.automat_commands import CommandKind, CommandRefusal, CommandState
from models.errors import AutomatBusy, AutomatOffline, InvalidInput, NotAllowed, NotFound
from models.events import EventKind
from models.jobs import Job
from models.keys import KeyKind
from resolvers.automat_commands import answering, asking, expiring
from resolvers.work import Work

WHY = "The guest stands in front of it."


async def test_a_door_is_opened_for_a_reason_that_is_kept(work: Work) -> None:
    automat = await make_linked(work)

    command = await asking.open_locker(work, automat_id=automat.id, locker_index=3, reason=WHY)

    assert (command.kind, command.state) == (CommandKind.OPEN_LOCKER, CommandState.WAITING)
    assert command.facts == {"lockerIndex": 3}
    assert command.expires_at == work.now + timedelta(seconds=30)
    (event,) = await events_of(work, command)
    assert event.kind is EventKind.AUTOMAT_COMMAND_REQUESTED
    assert event.facts["reason"] == WHY
    assert event.subject_id == automat.id


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
async def test_a_door_is_not_opened_without_a_reason(work: Work, reason: str) -> None:
    automat = await make_linked(work)

    refusal = await undone(
        work, asking.open_locker(work, automat_id=automat.id, locker_index=3, reason=reason)
    )

    assert isinstance(refusal, InvalidInput)
    assert refusal.path == ("reason",)


@pytest.mark.parametrize("seconds", [0, 4.9, 601, 86_400])
async def test_a_deadline_is_5_seconds_to_10_minutes_away(work: Work, seconds: float) -> None:
    automat = await make_linked(work)
    deadline = timedelta(seconds=seconds)

    refusal = await undone(work, asking.restart(work, automat_id=automat.id, deadline=deadline))

    assert isinstance(refusal, InvalidInput)
    assert refusal.path == ("deadline_seconds",)


async def test_only_who_may_operate_automats_tells_them_what_to_do(work: Work) -> None:
    automat = await make_linked(work)

    refusal = await undone(
        work, asking.resync(acting_as(work, Role.PARTNER), automat_id=automat.id)
    )

    assert isinstance(refusal, NotAllowed)


async def test_somebody_elses_automat_is_not_there(work: Work) -> None:
    automat = await make_linked(await make_stranger(work))

    refusal = await undone(work, asking.restart(work, automat_id=automat.id))

    assert isinstance(refusal, NotFound)


async def test_an_automat_that_is_run_by_hand_is_told_nothing(work: Work) -> None:
    automat = await make_automat(work)

    refusal = await undone(work, asking.restart(work, automat_id=automat.id))

    assert isinstance(refusal, AutomatOffline)
    assert "by hand" in refusal.message


async def test_credentials_that_wait_or_were_revoked_are_no_link(work: Work) -> None:
    waiting, revoked = await make_automat(work), await make_automat(work)
    await make_link(work, waiting, activated_at=None)
    await make_link(work, revoked, revoked_at=work.now)

    for automat in (waiting, revoked):
        refusal = await undone(work, asking.restart(work, automat_id=automat.id))
        assert isinstance(refusal, AutomatOffline)


async def test_an_automat_that_is_offline_says_so_at_once(work: Work) -> None:
    silent, gone = await make_linked(work), await make_automat(work)
    await make_link(work, gone, connected=False)

    after_silence = later(work, timedelta(seconds=91))
    for refusal in (
        await undone(work, asking.restart(after_silence, automat_id=silent.id)),
        await undone(work, asking.restart(work, automat_id=gone.id)),
    ):
        assert isinstance(refusal, AutomatOffline)


async def test_an_automat_does_one_thing_at_a_time(work: Work) -> None:
    automat, other = await make_linked(work), await make_linked(work, "Other")
    first = await asking.restart(work, automat_id=automat.id)

    refusal = await undone(work, asking.resync(work, automat_id=automat.id))
    assert isinstance(refusal, AutomatBusy)
    await asking.resync(work, automat_id=other.id)

    link = await sent(work, first)
    assert isinstance(await undone(work, asking.resync(work, automat_id=automat.id)), AutomatBusy)
    await answer(work, link, first)
    assert (await asking.resync(work, automat_id=automat.id)).state is CommandState.WAITING


async def test_nobody_is_busy_with_what_should_have_ended(work: Work) -> None:
    automat = await make_linked(work)
    first = await asking.restart(work, automat_id=automat.id)

    soon, after = later(work, 32 * SECOND), later(work, 33 * SECOND)
    assert isinstance(await undone(soon, asking.resync(soon, automat_id=automat.id)), AutomatBusy)
    await asking.resync(after, automat_id=automat.id)

    await work.session.refresh(first)
    assert first.state is CommandState.EXPIRED


async def test_what_waits_is_claimed_once_and_sent_again_until_it_is_answered(work: Work) -> None:
    automat = await make_linked(work)
    command = await asking.open_locker(work, automat_id=automat.id, locker_index=7, reason=WHY)

    (outgoing,) = await claimed(work)

    assert (outgoing.command_id, outgoing.kind) == (command.id, CommandKind.OPEN_LOCKER)
    assert outgoing.facts == {"lockerIndex": 7}
    assert outgoing.expires_at == command.expires_at
    assert await claimed(work, work.now + 4 * SECOND) == []
    assert [one.command_id for one in await claimed(work, work.now + 5 * SECOND)] == [command.id]
    await work.session.refresh(command)
    assert (command.state, command.sent_at) == (CommandState.SENT, work.now + 5 * SECOND)


async def test_nothing_is_sent_after_its_deadline(work: Work) -> None:
    automat = await make_linked(work)
    await asking.restart(work, automat_id=automat.id)

    assert await claimed(work, work.now + 30 * SECOND) == []


async def test_revoked_credentials_are_told_nothing_and_not_believed(work: Work) -> None:
    automat = await make_automat(work)
    link = await make_link(work, automat)
    command = await asking.restart(work, automat_id=automat.id)
    await sent(work, command)
    link.revoked_at = work.now
    await work.save()

    assert await answer(work, link, command) is None
    assert await claimed(work, work.now + 5 * SECOND) == []

    successor = await make_link(work, automat)
    (again,) = await claimed(work, work.now + 5 * SECOND)
    assert again.link_id == successor.id
    assert await answer(work, successor, command) is command


async def test_an_answer_counts_once(work: Work) -> None:
    automat = await make_linked(work)
    command = await asking.restart(work, automat_id=automat.id)
    link = await sent(work, command)

    kept = await answer(work, link, command, CommandRefusal.BUSY)
    again = await answer(later(work, SECOND), link, command)

    assert (kept, again) == (command, None)
    assert (command.state, command.refusal) == (CommandState.REFUSED, CommandRefusal.BUSY)
    assert command.answered_at == work.now
    kinds = [event.kind for event in await events_of(work, command)]
    assert kinds == [EventKind.AUTOMAT_COMMAND_REQUESTED, EventKind.AUTOMAT_COMMAND_ANSWERED]


async def test_an_answer_of_another_automat_changes_nothing(work: Work) -> None:
    automat = await make_linked(work)
    command = await asking.restart(work, automat_id=automat.id)
    await sent(work, command)
    other = await make_link(work, await make_automat(work, "Other"))
    stranger = await make_stranger(work)
    theirs = await make_link(stranger, await make_automat(stranger))

    assert await answer(work, other, command) is None
    assert await answer(stranger, theirs, command) is None
    assert command.state is CommandState.SENT


async def test_a_command_that_was_never_sent_is_not_answered(work: Work) -> None:
    automat = await make_automat(work)
    link = await make_link(work, automat)
    command = await asking.restart(work, automat_id=automat.id)

    assert await answer(work, link, command) is None
    assert command.state is CommandState.WAITING


async def test_a_refusal_without_a_reason_is_one(work: Work) -> None:
    automat = await make_linked(work)
    command = await asking.restart(work, automat_id=automat.id)
    link = await sent(work, command)

    await answering.answered(work, link, command.id, done=False, at=work.now)

    assert command.refusal is CommandRefusal.NOT_UNDERSTOOD


async def test_what_is_not_answered_expires_whether_it_was_sent_or_not(work: Work) -> None:
    unsent = await asking.restart(work, automat_id=(await make_linked(work)).id)
    other = await asking.restart(work, automat_id=(await make_linked(work, "Other")).id)
    await sent(work, other)
    unsent.state = CommandState.WAITING
    await work.save()

    for command in (unsent, other):
        too_early = later(work, 31 * SECOND)
        over_at = command.expires_at + expiring.GRACE
        assert await expiring.look_after(too_early, command.id) == over_at
        assert await expiring.look_after(later(work, 33 * SECOND), command.id) is None
        assert (command.state, command.answered_at) == (CommandState.EXPIRED, over_at)
        last = (await events_of(work, command))[-1]
        assert last.kind is EventKind.AUTOMAT_COMMAND_EXPIRED
    assert await expiring.look_after(later(work, 40 * SECOND), other.id) is None


async def test_what_was_answered_does_not_expire(work: Work) -> None:
    command = await asking.restart(work, automat_id=(await make_linked(work)).id)
    await answer(work, await sent(work, command), command)

    assert await expiring.look_after(later(work, 60 * SECOND), command.id) is None
    assert command.state is CommandState.DONE


async def test_what_an_automat_did_is_believed_after_the_deadline_too(work: Work) -> None:
    command = await asking.restart(work, automat_id=(await make_linked(work)).id)
    link = await sent(work, command)
    await expiring.look_after(later(work, 33 * SECOND), command.id)

    late = later(work, 60 * SECOND)
    await answer(late, link, command, at=work.now + 29 * SECOND)

    assert (command.state, command.answered_at) == (CommandState.DONE, late.now)
    last = (await events_of(work, command))[-1]
    assert last.facts["late"] is True
    assert last.notice is not None
    assert "after the deadline" in last.notice


async def test_a_late_refusal_is_no_news_for_people(work: Work) -> None:
    command = await asking.restart(work, automat_id=(await make_linked(work)).id)
    link = await sent(work, command)
    await expiring.look_after(later(work, 33 * SECOND), command.id)

    await answer(later(work, 60 * SECOND), link, command, CommandRefusal.TOO_LATE)

    assert (command.state, command.refusal) == (CommandState.REFUSED, CommandRefusal.TOO_LATE)
    assert (await events_of(work, command))[-1].notice is None


async def test_missing_reports_are_asked_for_beside_what_people_ask(work: Work) -> None:
    automat = await make_automat(work)
    link = await make_link(work, automat)
    await asking.restart(work, automat_id=automat.id)

    asked = await asking.replay(work, link, 17)
    again = await asking.replay(later(work, SECOND), link, 17)
    other = await asking.replay(work, link, 18)

    assert (again.id, asked.facts) == (asked.id, {"fromNumber": 17})
    assert other.id != asked.id
    assert len(await claimed(work)) == 3
    assert await events_of(work, asked) == []


async def test_missing_reports_are_asked_of_the_credentials_that_numbered_them(
    work: Work,
) -> None:
    automat = await make_automat(work)
    former = await make_link(work, automat)
    await asking.replay(work, former, 17)
    former.revoked_at = work.now
    await work.save()
    await make_link(work, automat)

    assert await claimed(work) == []


async def test_an_electromechanical_key_is_programmed_in_its_locker(work: Work) -> None:
    automat = await make_linked(work)
    key = await make_key(work, automat=automat, kind=KeyKind.ELECTROMECHANICAL)

    command = await asking.program_key(work, key_id=key.id, access_rights=["A 15", "Cellar"])

    assert (command.key_id, command.locker_id) == (key.id, key.locker_id)
    assert command.facts == {"accessRights": ["A 15", "Cellar"], "lockerIndex": 0}


async def test_a_key_that_cannot_be_programmed_is_not(work: Work) -> None:
    automat = await make_linked(work)
    mechanical = await make_key(work, automat=automat)
    at_a_desk = await make_key(work, kind=KeyKind.ELECTROMECHANICAL)
    good = await make_key(work, automat=automat, kind=KeyKind.ELECTROMECHANICAL)

    for key, rights in (
        (mechanical, ["A 15"]),
        (at_a_desk, ["A 15"]),
        (good, ["x" * 101]),
        (good, [" "]),
        (good, ["A 15"] * 101),
    ):
        refusal = await undone(work, asking.program_key(work, key_id=key.id, access_rights=rights))
        assert isinstance(refusal, InvalidInput)


async def test_whoever_asks_plans_to_look_whether_it_was_answered(work: Work) -> None:
    command = await asking.restart(work, automat_id=(await make_linked(work)).id)

    for act in list(work.session.info["last_acts"].values()):
        await act()

    job = await work.first(work.own(Job).where(Job.subject_id == command.id))
    assert job is not None
    assert job.due_at == command.expires_at + expiring.GRACE
