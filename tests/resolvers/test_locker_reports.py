"""What automats report of keys that are fetched and returned; believed, never dropped."""

from typing import Any

import pytest
from factories import DAY, HOUR, acting_as, make_automat, make_entity, make_key, make_stranger, push
from lives import at, notices_of
from outcomes import key_contract, locker_contract, undone
from reporting import Stay, locker, make_stay

from models.accounts import Role
from models.automats import LockerState
from models.contracts import KeyContractStatus
from models.custody import CustodyKind, CustodySource
from models.errors import InvalidInput, NotAllowed, NotFound
from models.events import Event, EventKind
from models.keys import KeyStatus
from resolvers import keys
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.work import Work


async def test_a_fetch_says_who_has_the_key(work: Work) -> None:
    stay = await make_stay(work)

    heard = await stay.fetched(stay.begins + HOUR)

    contract = await key_contract(work, stay.reservation)
    assert (heard.key, heard.contradiction, heard.is_news) == (stay.key, None, True)
    assert heard.key_contract_id == contract.id == await stay.holder()
    assert contract.status is KeyContractStatus.ACTIVE
    assert (stay.key.status, stay.key.is_stored) == (KeyStatus.OUT, False)
    assert (await locker(work, stay.automat, 0)).state is LockerState.EMPTY
    registered, fetched = await stay.chain()
    assert (registered.kind, fetched.kind) == (CustodyKind.REGISTERED, CustodyKind.FETCHED)
    assert (fetched.source, fetched.happened_at) == (CustodySource.AUTOMAT, stay.begins + HOUR)


async def test_a_return_says_where_the_key_is(work: Work) -> None:
    stay = await make_stay(work)
    await stay.fetched(stay.begins)

    heard = await stay.returned(stay.begins + DAY)

    assert (heard.key, heard.contradiction) == (stay.key, None)
    assert heard.key_contract_id == await stay.contract_id()
    assert await stay.holder() is None
    assert (stay.key.status, stay.key.automat_id) == (KeyStatus.IN_STORAGE, stay.automat.id)
    assert (await locker(work, stay.automat, 0)).state is LockerState.WITH_KEY


async def test_a_key_that_nobody_was_promised_is_out_all_the_same(work: Work) -> None:
    stay = await make_stay(work)

    heard = await stay.fetched(work.now + HOUR)

    assert heard.contradiction == "Nobody had a contract for it."
    assert (heard.key_contract_id, stay.key.status) == (None, KeyStatus.OUT)
    assert not (await stay.allocation()).fetched_at
    (notice,) = await notices_of(work, stay.key)
    assert "Look after it." in notice


@pytest.mark.parametrize("report", ["fetched", "returned"])
async def test_what_nobody_can_explain_is_kept_and_told_once(work: Work, report: str) -> None:
    stay = await make_stay(work)
    say = getattr(stay, report)

    first = await say(stay.begins, index=7)
    again = await say(stay.begins, told=stay.begins + HOUR, index=7)
    later = await say(stay.begins + DAY, index=7)

    state = LockerState.EMPTY if report == "fetched" else LockerState.WITH_KEY
    door = await locker(work, stay.automat, 7)
    assert (first.key, first.is_news, door.state) == (None, True, state)
    assert (again.is_news, later.is_news) == (False, True)
    assert "nobody knows which key" in str(first.contradiction)
    assert len(await notices_of(work, door)) == 2


async def test_a_key_is_put_where_people_were_asked_to_put_it(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment)
    reservation, _ = await push(work, apartment)
    held = await locker_contract(work, reservation)
    stay = Stay(work, automat, key, reservation)

    heard = await stay.returned(work.now + HOUR)

    assert (heard.key, heard.contradiction, heard.key_contract_id) == (key, None, None)
    assert (await stay.chain())[-1].kind is CustodyKind.TRANSFERRED
    assert (key.locker_id, key.target_automat_id) == (held.locker_id, None)


async def test_a_key_out_of_use_goes_its_way_and_stays_out_of_use(work: Work) -> None:
    stay = await make_stay(work)
    key = await make_key(work, automat=stay.automat)
    await keys.update(work, key.id, {"status": KeyStatus.RETIRED})

    await stay.fetched(work.now + HOUR, index=1)
    assert (key.status, key.is_stored) == (KeyStatus.RETIRED, False)
    await keys.update(at(work, work.now + HOUR), key.id, {"status": KeyStatus.IN_STORAGE})
    assert key.status is KeyStatus.OUT
    await stay.returned(work.now + 2 * HOUR, index=1)
    assert key.status is KeyStatus.IN_STORAGE


async def test_a_locker_out_of_order_stays_so(work: Work) -> None:
    stay = await make_stay(work)
    first = await locker(work, stay.automat, 0)
    first.state = LockerState.OUT_OF_ORDER
    await work.save()

    await stay.fetched(stay.begins)
    await stay.returned(stay.begins + HOUR)

    assert first.state is LockerState.OUT_OF_ORDER
    assert stay.key.locker_id == first.id


@pytest.mark.parametrize("report", [key_fetched, key_returned])
async def test_a_report_names_a_locker_that_there_is(work: Work, report: Any) -> None:
    automat = await make_automat(work)
    theirs = await make_automat(await make_stranger(work))

    for id, index, wrong in ((automat.id, 30, InvalidInput), (theirs.id, 0, NotFound)):
        refusal = await undone(work, report(work, automat_id=id, locker_index=index, at=work.now))
        assert isinstance(refusal, wrong)
    clerk = acting_as(work, Role.USER)
    refusal = await undone(clerk, report(clerk, automat_id=automat.id, locker_index=0, at=work.now))
    assert isinstance(refusal, NotAllowed)


async def test_each_step_of_a_key_is_in_the_trail_with_the_state_before(work: Work) -> None:
    stay = await make_stay(work)
    await stay.fetched(stay.begins)

    of_key = Event.subject_id == stay.key.id, Event.kind == EventKind.KEY_FETCHED
    (event,) = await work.all(work.own(Event).where(*of_key))

    assert (event.facts["before"], event.facts["status"]) == ("in_storage", "out")
