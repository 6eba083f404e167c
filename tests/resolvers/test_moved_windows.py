"""A window that was open and goes to another automat begins there; a new want is told anew."""

from acknowledging import confirm, linked, linked_automat
from factories import PASILA, make_automat, make_entity, make_key, push
from lives import lockers_of, look_after, notices_of, trail
from waiting_for_automats import MINUTE

from models.automats import Locker
from models.contracts import LockerContract, LockerContractState
from models.errors import ErrorCode
from models.events import EventKind
from resolvers import automats
from resolvers.work import Work


async def moved_while_open(work: Work, *, minutes: int) -> tuple[Work, LockerContract]:
    """Let all lockers break where a window is open, and one be found at an automat far away."""
    home, near = await make_entity(work), await linked_automat(work)
    await make_key(work, home)
    stay, _ = await push(work, home, starts_at=work.now)
    (held,) = await lockers_of(work, stay)
    await confirm(work, near)
    opened = await look_after(work, stay, at=work.now + MINUTE)
    far = await make_automat(work, "Far", PASILA)
    await linked(work, far)
    for locker in await work.all(work.own(Locker).where(Locker.automat_id == near.id)):
        await automats.update_locker(opened, locker.id, out_of_order=True)
    for minute in (1, 2, minutes):
        await look_after(opened, stay, at=opened.now + minute * MINUTE)
    assert held.automat_id == far.id
    return opened, held


async def test_it_is_told_that_the_window_is_open_there(work: Work) -> None:
    opened, held = await moved_while_open(work, minutes=3)

    assert held.state is LockerContractState.SYNCING
    assert (await trail(opened, held)).count(EventKind.LOCKER_CONTRACT_OPENED) == 2


async def test_an_automat_that_never_says_that_it_knows_the_pin_is_given_up(work: Work) -> None:
    _, held = await moved_while_open(work, minutes=30)

    assert held.state is LockerContractState.FAILED


async def test_people_are_told_when_something_else_is_missing(work: Work) -> None:
    home, bare = await make_entity(work), await make_entity(work)
    await make_key(work, home)
    stay, _ = await push(work, home, external_id="stay")
    before = await notices_of(work, stay)

    await push(work, bare, external_id="stay")

    assert stay.unfulfilled_reason is ErrorCode.NO_KEY_FOR_ENTITY
    assert (await notices_of(work, stay))[len(before) :] == [stay.unfulfilled_message]
