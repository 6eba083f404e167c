"""Taking keys back at a desk: late, twice, from nobody, of other contracts."""

from factories import AINO, DAY, make_automat, make_desk, make_entity, make_key, push
from handing import name, newest, take_from_locker
from lives import at, fetch, look_after, notices_of, trail
from outcomes import everything, locker_contract, undone

from models.contracts import KeyContractStatus, LockerContractState
from models.custody import CustodyKind
from models.errors import InvalidInput, NotFound
from models.events import EventKind
from models.keys import KeyStatus
from models.reservations import ReservationStatus
from resolvers.handover.desks import hand_over, take_back
from resolvers.handover.transfers import transfer
from resolvers.key_names import KeyName
from resolvers.work import Work

State = LockerContractState


async def test_a_key_is_named_by_what_is_on_its_tag(work: Work) -> None:
    key = await make_key(work, rfid_tag="00a1")
    for one in (KeyName(id=key.id), KeyName(code=key.code), KeyName(rfid_tag="00a1")):
        given = await hand_over(work, [one], contacts=[AINO])
        assert list(given.keys) == [key]
        await take_back(work, one)

    await make_key(work, rfid_tag="00a1")
    refusal = await undone(work, take_back(work, KeyName(rfid_tag="00a1")))
    assert "Several keys have that tag" in refusal.message
    refusal = await undone(work, take_back(work, KeyName(rfid_tag="00ff")))
    assert isinstance(refusal, NotFound)


async def test_a_key_comes_back_to_the_desk_where_it_lives(work: Work) -> None:
    key = await make_key(work)
    given = await hand_over(work, [name(key)], contacts=[AINO], due_at=work.now + DAY)
    late = at(work, work.now + 3 * DAY)

    heard = await take_back(late, name(key))

    assert (heard.key, heard.contradiction, heard.is_news) == (key, None, True)
    assert heard.key_contract_id == given.contract.id
    assert (key.status, key.manual_storage_id) == (
        KeyStatus.IN_STORAGE,
        key.selected_manual_storage_id,
    )
    assert (await newest(work, key)).kind is CustodyKind.TAKEN_BACK
    await look_after(late, given.contract, at=late.now)
    assert given.contract.status is KeyContractStatus.ENDED


async def test_taking_back_twice_is_taking_back_once(work: Work) -> None:
    key = await make_key(work)
    await hand_over(work, [name(key)], contacts=[AINO])
    await take_back(work, name(key))
    before = await everything(work)

    again = await take_back(work, name(key))

    assert (again.is_news, again.contradiction) == (False, "It lies at that desk already.")
    assert await everything(work) == before


async def test_an_overdue_key_is_taken_back_and_its_stay_ends(work: Work) -> None:
    apartment = await make_entity(work)
    automat = await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment)
    held = await locker_contract(work, stay)
    taken = await fetch(work, held, at=stay.starts_at)
    late = await look_after(taken, stay, at=stay.ends_at)
    desk = await make_desk(work)
    assert key.status is KeyStatus.OVERDUE

    await take_back(late, name(key), manual_storage_id=desk.id)
    await look_after(late, stay, at=late.now)

    assert key.status is KeyStatus.IN_STORAGE
    assert (held.state, stay.status) == (State.COMPLETED, ReservationStatus.ENDED)
    assert (key.target_automat_id, key.target_manual_storage_id) == (automat.id, None)


async def test_a_key_that_was_known_elsewhere_is_found(work: Work) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    key = await make_key(work, automat=automat)

    heard = await take_back(work, name(key), manual_storage_id=desk.id)

    assert heard.contradiction == "It was known to lie elsewhere."
    assert (await newest(work, key)).kind is CustodyKind.FOUND
    assert EventKind.KEY_FOUND in await trail(work, key)
    assert len(await notices_of(work, key)) == 1


async def test_a_key_that_nobody_had_is_taken_back_with_a_warning(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    await take_from_locker(work, automat.id)
    desk = await make_desk(work)

    heard = await take_back(work, name(key), manual_storage_id=desk.id)

    assert heard.contradiction == "Nobody was known to have it."
    assert key.manual_storage_id == desk.id


async def test_the_key_of_another_contract_is_taken_back_with_a_warning(work: Work) -> None:
    key, other = await make_key(work), await make_key(work)
    given = await hand_over(work, [name(key)], contacts=[AINO])
    theirs = await hand_over(work, [name(other)], contacts=[AINO])

    heard = await take_back(work, name(other), key_contract_id=given.contract.id)

    assert "another contract than the one that was named" in str(heard.contradiction)
    assert heard.key_contract_id == theirs.contract.id
    assert (key.status, other.status) == (KeyStatus.OUT, KeyStatus.IN_STORAGE)
    again = await take_back(work, name(key), key_contract_id=given.contract.id)
    assert again.contradiction is None


async def test_it_is_said_at_which_desk_only_where_there_are_several(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    await take_from_locker(work, automat.id)
    assert isinstance(await undone(work, take_back(work, name(key))), InvalidInput)
    only = await make_desk(work)

    await take_back(work, name(key))

    assert key.manual_storage_id == only.id
    await transfer(work, name(key), automat_id=automat.id)
    await make_desk(work)
    refusal = await undone(work, take_back(work, name(key)))
    assert refusal.path == ("manual_storage_id",)
