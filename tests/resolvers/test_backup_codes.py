"""Backup codes open the locker of a key for emergencies, each once (R35-R37, 2.17)."""

import secrets

import pytest
from backing import all_of, digits_of, known_of, revision, use
from counting import statements_of
from factories import HOUR, acting_as, make_automat, make_desk, make_entity, make_key, push
from lives import at, fetch, give_back, lockers_of, trail

from models.accounts import Role
from models.automats import AutomatModel
from models.codes import BackupCode, CodeUse
from models.database import Database
from models.errors import InvalidInput, NotAllowed, NotFound
from models.events import EventKind
from models.keys import KeyStatus
from resolvers import backup_codes, keys
from resolvers.work import Work


async def test_a_key_in_an_automat_has_two_codes_for_its_own_locker(work: Work) -> None:
    automat = await make_automat(work)
    before = await revision(work, automat)

    key = await make_key(work, automat=automat)

    first, second = await known_of(work, key)
    assert first.code != second.code
    assert all(len(one.code) == 10 and one.code.isdigit() for one in (first, second))
    assert {one.use for one in (first, second)} == {CodeUse.FETCH_AND_RETURN}
    assert {one.locker_id for one in (first, second)} == {key.selected_locker_id}
    assert (first.opens_at, first.closes_at) == (work.now, None)
    assert await revision(work, automat) > before


async def test_a_key_at_a_desk_has_none(work: Work) -> None:
    key = await make_key(work, desk=await make_desk(work))

    assert await all_of(work, key) == []
    with pytest.raises(InvalidInput):
        await backup_codes.renew(work, key.id)


async def test_a_code_is_used_once_and_not_replaced_at_a_livionkey_30(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    first, second = await digits_of(work, key)
    before = await revision(work, automat)

    code = await use(work, key)

    assert (code.code, code.used_at) == (first, work.now)
    assert await digits_of(work, key) == [second]
    assert await revision(work, automat) == before + 1
    await backup_codes.used(at(work, work.now + HOUR), code, work.now + HOUR)
    assert code.used_at == work.now
    await use(work, key)
    assert await digits_of(work, key) == []
    await backup_codes.follow(work, [key])
    assert await digits_of(work, key) == []


async def test_a_livionkey_1_gets_a_new_one_by_itself(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    key = await make_key(work, automat=automat)
    first, second = await digits_of(work, key)

    await use(work, key)

    kept, new = await digits_of(work, key)
    assert kept == second
    assert new not in {first, second}
    assert EventKind.BACKUP_CODES_MADE in await trail(work, key)


async def test_new_codes_take_the_place_of_those_that_are_left(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    former = await digits_of(work, key)
    await use(work, key)

    await backup_codes.renew(work, key.id)

    new = await digits_of(work, key)
    assert len(new) == 2
    assert not set(new) & set(former)
    used, withdrawn, *_ = await all_of(work, key)
    assert (used.used_at, used.withdrawn_at) == (work.now, None)
    assert (withdrawn.used_at, withdrawn.withdrawn_at) == (None, work.now)


async def test_a_withdrawn_code_that_was_typed_before_the_automat_knew_is_used(
    work: Work,
) -> None:
    key = await make_key(work, automat=await make_automat(work, model=AutomatModel.LIVIONKEY_1))
    first = (await known_of(work, key))[0]
    await backup_codes.renew(work, key.id)
    new = await digits_of(work, key)
    (code,) = await work.locked(BackupCode, [first.id])

    await backup_codes.used(work, code, work.now)

    assert code.used_at == work.now
    assert await digits_of(work, key) == new


async def test_codes_are_gone_while_their_key_has_no_locker(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    digits = await digits_of(work, key)
    stay, _ = await push(work, apartment, days=60)
    outwards, back = await lockers_of(work, stay)

    taken = await fetch(work, outwards, at=stay.starts_at)

    assert await digits_of(work, key) == []
    await give_back(taken, back, at=back.starts_at)
    assert await digits_of(work, key) == digits
    assert {one.locker_id for one in await known_of(work, key)} == {key.locker_id}


async def test_a_key_that_is_fetched_for_a_short_stay_comes_back_by_its_codes(work: Work) -> None:
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    digits = await digits_of(work, key)
    stay, _ = await push(work, apartment)
    (held,) = await lockers_of(work, stay)

    await fetch(work, held, at=stay.starts_at + HOUR)

    assert await digits_of(work, key) == digits


async def test_codes_follow_their_key_into_another_locker(work: Work) -> None:
    automat = await make_automat(work)
    apartment = await make_entity(work)
    key = await make_key(work, apartment, automat=automat, rfid_tag="04a2")
    digits = await digits_of(work, key)
    stay, _ = await push(work, apartment)
    (held,) = await lockers_of(work, stay)
    taken = await fetch(work, held, at=stay.starts_at + HOUR)

    await give_back(taken, held, at=taken.now + HOUR, index=7, tag="04a2")

    assert key.selected_locker_id == key.locker_id != held.locker_id
    known = await known_of(work, key)
    assert [one.code for one in known] == digits
    assert {one.locker_id for one in known} == {key.locker_id}


async def test_a_retired_key_has_none_until_it_is_used_again(work: Work) -> None:
    automat = await make_automat(work)
    key = await make_key(work, automat=automat)
    digits = await digits_of(work, key)
    before = await revision(work, automat)

    await keys.update(work, key.id, {"status": KeyStatus.RETIRED})

    assert await digits_of(work, key) == []
    assert await revision(work, automat) == before + 1
    with pytest.raises(InvalidInput):
        await backup_codes.renew(work, key.id)
    await keys.update(work, key.id, {"status": KeyStatus.IN_STORAGE})
    assert await digits_of(work, key) == digits


async def test_keys_without_any_get_theirs_together_and_digits_are_never_given_twice(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    automat = await make_automat(work)
    drawn = iter([5, 6, 5, 7, 8, 7, 9, 10])
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))

    first = await make_key(work, automat=automat, code="one")
    second = await make_key(work, automat=automat, code="two")
    third = await make_key(work, automat=automat, code="three")

    assert await digits_of(work, first) == ["0000000005", "0000000006"]
    assert sorted(await digits_of(work, second)) == ["0000000007", "0000000008"]
    assert sorted(await digits_of(work, third)) == ["0000000009", "0000000010"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.USER, Role.PARTNER, Role.INSTALLER])
async def test_only_who_changes_keys_and_sees_pins_renews_codes(work: Work, role: Role) -> None:
    key = await make_key(work, automat=await make_automat(work))

    with pytest.raises(NotAllowed):
        await backup_codes.renew(acting_as(work, role), key.id)


async def test_a_key_that_is_not_there_has_no_codes_to_renew(work: Work) -> None:
    with pytest.raises(NotFound):
        await backup_codes.renew(work, work.actor.organization_id)


async def test_codes_of_many_keys_are_followed_by_as_many_statements_as_those_of_one(
    work: Work, database: Database
) -> None:
    automat = await make_automat(work)
    some = [await make_key(work, automat=automat) for _ in range(6)]

    async def statements(*moved: int) -> int:
        for index in moved:
            some[index].status = KeyStatus.RETIRED
        await work.connection()  # what happened before is written down
        with statements_of(database) as seen:
            await backup_codes.follow(work, [some[index] for index in moved])
        return len(seen)

    assert await statements(0) == await statements(1, 2, 3, 4, 5)
