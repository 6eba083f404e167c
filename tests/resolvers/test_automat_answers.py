"""What becomes of commands: sent until they are answered, expired when they are not."""

from commanding import SECOND, answer, claimed, events_of, make_link, make_linked, sent
from factories import later, make_automat, make_stranger

from models.automat_commands import CommandKind, CommandRefusal, CommandState
from models.events import EventKind
from resolvers.automat_commands import answering, asking, expiring
from resolvers.work import Work

WHY = "The guest stands in front of it."


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


async def test_what_was_sent_is_not_sent_on_to_other_credentials_and_expires(work: Work) -> None:
    automat = await make_automat(work)
    link = await make_link(work, automat)
    was_sent = await asking.restart(work, automat_id=automat.id)
    await sent(work, was_sent)
    link.revoked_at = work.now
    await work.save()
    successor = await make_link(work, automat)

    assert await claimed(work, work.now + 5 * SECOND) == []
    assert await answer(work, successor, was_sent) is None
    assert await expiring.look_after(later(work, 33 * SECOND), was_sent.id) is None
    assert was_sent.state is CommandState.EXPIRED


async def test_what_was_never_sent_goes_to_the_credentials_that_work_now(work: Work) -> None:
    automat = await make_automat(work)
    link = await make_link(work, automat)
    command = await asking.restart(work, automat_id=automat.id)
    link.revoked_at = work.now
    await work.save()
    successor = await make_link(work, automat)

    (outgoing,) = await claimed(work)

    assert outgoing.link_id == successor.id
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
