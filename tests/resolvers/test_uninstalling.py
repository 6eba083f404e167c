"""The end of an automat: refused while it is needed, and nothing is left to be told to it."""

import pytest
from factories import DAY, acting_as, later, make_automat, make_desk, make_entity, make_key, push
from outsides import BROKER, SECRET
from sqlalchemy import select

from models.accounts import Role
from models.automat_links import AutomatLink
from models.automats import Automat, AutomatState
from models.codes import AutomatCode
from models.contracts import KeyContract
from models.errors import InvalidInput, NotAllowed, StillInUse
from resolvers import reservations
from resolvers.automat_links import credentials
from resolvers.automat_links.uninstalling import uninstall
from resolvers.handover.inserting import locker_to_open
from resolvers.handover.transfers import transfer
from resolvers.key_names import KeyName
from resolvers.work import Work


async def test_an_automat_with_keys_in_it_stays_and_they_are_named(work: Work) -> None:
    automat = await make_automat(work)
    for number in range(12):
        await make_key(work, automat=automat, code=f"KEY{number:02}")

    with pytest.raises(StillInUse) as refused:
        await uninstall(work, automat.id)

    named = ", ".join(f"KEY{number:02}" for number in range(10))
    assert f"keys lie in it: {named} and 2 more." in refused.value.message
    assert automat.state is AutomatState.IN_SERVICE


async def test_an_automat_stays_while_contracts_hold_its_lockers(work: Work) -> None:
    automat, home = await make_automat(work), await make_entity(work)
    key = await make_key(work, home, desk=await make_desk(work))
    reservation, _ = await push(work, home, automat_id=automat.id)
    contract = await work.first(
        work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    )
    assert contract is not None

    with pytest.raises(StillInUse) as refused:
        await uninstall(work, automat.id)
    await reservations.cancel(work, id=reservation.id)
    await uninstall(work, automat.id)

    assert f"contracts hold its lockers: {contract.reference}." in refused.value.message
    assert key.code not in refused.value.message
    assert automat.state is AutomatState.UNINSTALLED


async def test_its_credentials_and_codes_go_with_it(work: Work) -> None:
    automat = await make_automat(work)
    await credentials.issue(work, automat, SECRET, BROKER)
    before = automat.code_revision

    await uninstall(work, automat.id)

    (link,) = await work.all(work.own(AutomatLink))
    assert link.revoked_at == work.now
    assert await work.rows(select(AutomatCode.id).where(AutomatCode.automat_id == automat.id)) == []
    (now,) = await work.all(work.own(Automat).where(Automat.id == automat.id))
    assert now.code_revision > before


async def test_a_key_that_is_moved_lets_the_automat_go(work: Work) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    key = await make_key(work, automat=automat)
    with pytest.raises(StillInUse):
        await uninstall(work, automat.id)

    key.automat_id = key.locker_id = None
    key.manual_storage_id = desk.id
    await work.save()

    assert (await uninstall(later(work, DAY), automat.id)).state is AutomatState.UNINSTALLED


async def test_whoever_may_not_change_automats_may_not_remove_them(work: Work) -> None:
    automat = await make_automat(work)

    with pytest.raises(NotAllowed):
        await uninstall(acting_as(work, Role.USER), automat.id)


async def test_no_key_is_sent_to_an_automat_that_is_gone(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    await transfer(work, KeyName(id=key.id), manual_storage_id=(await make_desk(work)).id)
    assert key.target_automat_id == automat.id

    await uninstall(work, automat.id)

    assert (key.target_automat_id, key.target_manual_storage_id) == (None, None)
    with pytest.raises(InvalidInput):
        await locker_to_open(work, key.id, automat.id)


async def test_no_key_is_put_into_an_automat_that_is_gone(work: Work) -> None:
    automat, key = await make_automat(work), await make_key(work)
    await uninstall(work, automat.id)

    with pytest.raises(InvalidInput):
        await transfer(work, KeyName(id=key.id), automat_id=automat.id)
    with pytest.raises(InvalidInput):
        await make_key(work, automat=automat)
