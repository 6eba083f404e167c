"""Commands to automats: one at a time, each sent until it is answered, and no later."""

from datetime import timedelta

import pytest
from commanding import SECOND, answer, events_of, make_link, make_linked, sent
from factories import acting_as, later, make_automat, make_key, make_stranger
from outcomes import undone

from models.accounts import Role
from models.automat_commands import CommandKind, CommandState
from models.errors import AutomatBusy, AutomatOffline, InvalidInput, NotAllowed, NotFound
from models.events import EventKind
from models.jobs import Job
from models.keys import KeyKind
from resolvers.automat_commands import asking, expiring
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
