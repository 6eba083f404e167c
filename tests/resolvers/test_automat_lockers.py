"""Keys that are put into automats from afar, and lockers that are cleared."""

from datetime import timedelta

from commanding import SECOND, answer, make_link, make_linked, sent
from factories import DAY, later, make_automat, make_entity, make_key, push
from handing import newest
from lives import notices_of, trail
from outcomes import locker_contract, undone

from models.automat_commands import AutomatCommand, CommandKind, CommandRefusal
from models.automats import Automat, AutomatModel, Locker, LockerState
from models.custody import CustodyKind, CustodySource
from models.errors import IllegalTransition, InvalidInput, NoFreeLocker
from models.events import EventKind
from models.keys import KeyStatus
from resolvers.automat_commands import asking
from resolvers.handover.lockers import key_returned
from resolvers.work import Work


async def cleared(work: Work, automat: Automat, index: int) -> AutomatCommand:
    """Clear a locker, and let the automat say that it did."""
    command = await asking.clear_locker(work, automat_id=automat.id, locker_index=index)
    await answer(work, await sent(work, command), command)
    return command


async def test_the_locker_that_is_held_for_a_key_is_opened_for_it(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_linked(work)
    await make_key(work, automat=automat)
    key = await make_key(work, apartment)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)

    command = await asking.insert_key(work, key_id=key.id)

    assert (command.kind, command.automat_id) == (CommandKind.OPEN_LOCKER, automat.id)
    assert (command.locker_id, command.key_id) == (held.locker_id, key.id)


async def test_a_keys_own_locker_is_opened_for_it(work: Work) -> None:
    automat = await make_linked(work)
    await make_key(work, automat=automat)
    key = await make_key(work, automat=automat)
    home = key.locker_id
    await cleared(work, automat, 1)

    command = await asking.insert_key(work, key_id=key.id)

    assert command.locker_id == home


async def test_the_lowest_free_locker_is_opened_for_a_key_that_has_none(work: Work) -> None:
    automat = await make_linked(work)
    await make_key(work, automat=automat)
    key = await make_key(work)

    command = await asking.insert_key(work, key_id=key.id, automat_id=automat.id)

    assert command.facts == {"lockerIndex": 1}


async def test_what_comes_into_the_locker_is_the_key_for_which_it_was_opened(work: Work) -> None:
    automat = await make_linked(work)
    key = await make_key(work)
    command = await asking.insert_key(work, key_id=key.id, automat_id=automat.id)
    await sent(work, command)

    heard = await key_returned(
        work, automat_id=automat.id, locker_index=0, at=work.now + 20 * SECOND
    )

    assert (heard.key, heard.contradiction) == (key, None)
    assert key.locker_id == command.locker_id
    assert (await newest(work, key)).kind is CustodyKind.TRANSFERRED


async def test_what_comes_much_later_is_not_taken_to_be_that_key(work: Work) -> None:
    automat = await make_linked(work)
    key = await make_key(work)
    command = await asking.insert_key(work, key_id=key.id, automat_id=automat.id)
    await sent(work, command)

    after = later(work, timedelta(minutes=11))
    heard = await key_returned(after, automat_id=automat.id, locker_index=0, at=after.now)

    assert heard.key is None


async def test_a_locker_that_was_opened_for_something_else_since_tells_of_no_key(
    work: Work,
) -> None:
    automat = await make_linked(work)
    key = await make_key(work)
    first = await asking.insert_key(work, key_id=key.id, automat_id=automat.id)
    await answer(work, await sent(work, first), first)
    why = "Somebody looks into it."
    other = await asking.open_locker(work, automat_id=automat.id, locker_index=0, reason=why)
    await sent(work, other)

    heard = await key_returned(work, automat_id=automat.id, locker_index=0, at=work.now)

    assert heard.key is None


async def test_a_key_that_cannot_be_put_there_opens_nothing(work: Work) -> None:
    automat = await make_linked(work, model=AutomatModel.LIVIONKEY_1)
    inside = await make_key(work, automat=automat)
    at_a_desk, retired = await make_key(work), await make_key(work)
    retired.status = KeyStatus.RETIRED
    await work.save()

    async def refusal_of(key: object, **given: object) -> Exception | None:
        return await undone(work, asking.insert_key(work, key_id=key.id, **given))

    here = {"automat_id": automat.id}
    assert isinstance(await refusal_of(inside), InvalidInput)
    assert isinstance(await refusal_of(at_a_desk), InvalidInput)
    assert isinstance(await refusal_of(at_a_desk, **here), NoFreeLocker)
    assert isinstance(await refusal_of(retired, **here), IllegalTransition)


async def test_a_key_in_a_locker_that_was_cleared_is_missed(work: Work) -> None:
    automat = await make_linked(work)
    key = await make_key(work, automat=automat)

    await cleared(work, automat, 0)

    entry = await newest(work, key)
    assert (entry.kind, entry.source) == (CustodyKind.MISSED, CustodySource.STAFF)
    assert (key.status, key.locker_id, key.automat_id) == (KeyStatus.OUT, None, None)
    assert any("cleared" in notice for notice in await notices_of(work, key))
    locker = await work.get(Locker, entry.left_locker_id)
    assert locker.state is LockerState.EMPTY


async def test_a_key_is_not_missed_before_the_automat_cleared_its_locker(work: Work) -> None:
    automat = await make_linked(work)
    key = await make_key(work, automat=automat)
    command = await asking.clear_locker(work, automat_id=automat.id, locker_index=0)

    await answer(work, await sent(work, command), command, CommandRefusal.LOCKER_BROKEN)

    assert key.status is KeyStatus.IN_STORAGE
    assert (await newest(work, key)).kind is CustodyKind.REGISTERED


async def test_a_key_that_came_after_its_locker_was_cleared_is_there(work: Work) -> None:
    automat = await make_automat(work)
    link = await make_link(work, automat, clock_ahead=timedelta(hours=2))
    key = await make_key(work, automat=automat)
    command = await asking.clear_locker(work, automat_id=automat.id, locker_index=0)
    await sent(work, command)
    after = later(work, 20 * SECOND)

    await key_returned(after, automat_id=automat.id, locker_index=0, at=after.now)
    await answer(after, link, command, at=work.now + timedelta(hours=2, seconds=10))

    assert key.status is KeyStatus.IN_STORAGE


async def test_an_unknown_thing_in_a_locker_is_gone_when_it_was_cleared(work: Work) -> None:
    automat = await make_linked(work)
    await key_returned(work, automat_id=automat.id, locker_index=5, at=work.now)
    locker = await work.first(work.own(Locker).where(Locker.index == 5))
    assert locker is not None
    assert locker.state is LockerState.WITH_KEY

    await cleared(work, automat, 5)

    assert locker.state is LockerState.EMPTY
    assert (await trail(work, locker))[-1] is EventKind.LOCKER_UPDATED


async def test_a_stay_whose_key_is_missed_gets_another_one(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_linked(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, starts_at=work.now + DAY)
    held = await locker_contract(work, stay)
    assert held.key_id == key.id
    index = (await work.get(Locker, key.locker_id)).index

    await cleared(work, automat, index)

    assert key.status is KeyStatus.OUT
    assert EventKind.KEY_MISSED in await trail(work, key)
