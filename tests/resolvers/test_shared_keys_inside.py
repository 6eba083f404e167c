"""Of several who come for a shared key one has the locker in which it lies, and keeps that."""

import pytest
from factories import DAY, make_automat, make_entity, make_key, push
from handing import name
from lives import lockers_of, look_after, trail

from models.events import EventKind
from models.keys import KeyKind
from resolvers.handover.desks import transfer
from resolvers.work import Work


@pytest.mark.parametrize("kind", KeyKind)
async def test_two_who_share_a_key_do_not_drive_each_other_out(work: Work, kind: KeyKind) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, home, kind=kind, shared=True)
    begin = {"starts_at": work.now + 10 * DAY, "automat_id": automat.id}
    stays = [(await push(work, home, **begin))[0] for _ in range(2)]
    await transfer(work, name(key), automat_id=automat.id)

    for stay in stays * 3:
        await look_after(work, stay, at=work.now)

    held = [one for stay in stays for one in await lockers_of(work, stay)]
    assert key.locker_id in {one.locker_id for one in held}
    moves = [(await trail(work, one)).count(EventKind.LOCKER_CONTRACT_MOVED) for one in held]
    assert sum(moves) <= 1
