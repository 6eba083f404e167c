"""Any key of an automat will do (R69d): whoever took another than was noted brings that back."""

import pytest
from factories import DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from handing import name
from lives import fetch, give_back, lockers_of, look_after
from outcomes import allocation, locker_contract
from promising import lockers_of as of_contract
from promising import made

from models.contracts import LockerContractKind, LockerContractState
from models.entities import KeyRule, ReservableEntity
from models.keys import Key, KeyKind
from resolvers.handover.desks import transfer
from resolvers.work import Work

ANY = KeyKind.ELECTROMECHANICAL


async def a_home_with_two_keys(work: Work) -> tuple[ReservableEntity, list[Key]]:
    home = await make_entity(work)
    automat = await make_automat(work)
    tags = ("E200A1", "E200A2")
    return home, [
        await make_key(work, home, automat=automat, kind=ANY, rfid_tag=tag) for tag in tags
    ]


async def test_the_return_of_a_long_stay_is_for_the_key_that_was_taken(work: Work) -> None:
    home, keys = await a_home_with_two_keys(work)
    first, _ = await push(work, home, days=60)
    second, _ = await push(work, home, days=60)
    outwards, back = await lockers_of(work, first)
    _, other_back = await lockers_of(work, second)
    noted = back.key_id
    (other,) = [key for key in keys if key.id != noted]
    assert other_back.key_id == other.id

    out = await fetch(work, outwards, at=first.starts_at, rfid_tag=other.rfid_tag)

    assert (await allocation(out, first)).key_id == other.id
    assert (back.kind, back.key_id) == (LockerContractKind.RETURN, other.id)
    assert (await allocation(out, second)).key_id == other_back.key_id == noted
    await give_back(out, back, at=back.starts_at + HOUR, tag=other.rfid_tag)
    assert back.state is LockerContractState.COMPLETED
    assert other.locker_id == back.locker_id
    assert back.starts_at > first.starts_at + 50 * DAY


async def test_staff_who_lose_their_key_to_somebody_hold_no_locker_for_it(work: Work) -> None:
    home, (first, second) = await a_home_with_two_keys(work)
    stay, _ = await push(work, home, days=60)
    assert stay.ends_at is not None
    noted = (await allocation(work, stay)).key_id
    ours, other = (first, second) if noted == first.id else (second, first)
    loser = await made(work, other, starts_at=stay.starts_at + DAY, days=60)
    await made(work, ours, starts_at=stay.ends_at, days=40)
    held, *_ = await lockers_of(work, stay)

    out = await fetch(work, held, at=stay.starts_at, rfid_tag=other.rfid_tag)

    assert (await allocation(out, stay)).key_id == other.id
    assert not [one for one in await of_contract(out, loser) if one.state.is_live]


async def test_those_who_have_the_key_noted_for_another_time_keep_it(work: Work) -> None:
    home, keys = await a_home_with_two_keys(work)
    now, _ = await push(work, home)
    later = [(await push(work, home, starts_at=now.starts_at + 9 * DAY))[0] for _ in keys]
    noted = [(await allocation(work, stay)).key_id for stay in later]
    (other,) = [key for key in keys if key.id != (await allocation(work, now)).key_id]
    assert set(noted) == {key.id for key in keys}

    out = await fetch(
        work, await locker_contract(work, now), at=now.starts_at, rfid_tag=other.rfid_tag
    )

    assert (await allocation(out, now)).key_id == other.id
    assert [(await allocation(out, stay)).key_id for stay in later] == noted


@pytest.mark.parametrize("at_desk", [0, 1])
async def test_whoever_takes_another_key_still_finds_the_one_that_is_to_be_brought(
    work: Work, at_desk: int
) -> None:
    home, automat = await make_entity(work, key_rule=KeyRule.ALL), await make_automat(work)
    keys = [await make_key(work, home, automat=automat, kind=ANY) for _ in range(2)]
    other = await make_key(work, automat=automat, kind=ANY, rfid_tag="E200A3")
    stay, _ = await push(work, home, days=60)
    brought = keys[at_desk]
    await transfer(work, name(brought), manual_storage_id=(await make_desk(work)).id)
    await look_after(work, stay, at=work.now)
    (for_any,) = [one for one in await lockers_of(work, stay) if one.key_id is None]

    out = await fetch(work, for_any, at=stay.starts_at, rfid_tag=other.rfid_tag)

    fetches = [one for one in await lockers_of(out, stay) if one.kind is LockerContractKind.FETCH]
    assert [one.key_id for one in fetches] == [brought.id]
