"""Staff are told anew where to bring a key when its stay gets another locker (R14, G33)."""

import pytest
from factories import DAY, HOUR, PASILA, make_automat, make_desk, make_entity, make_key, push
from handing import name
from lives import at, lockers_of, look_after, notices_of
from outcomes import keys_of
from waiting_for_automats import MINUTE, now_of

from models.automats import Automat, Locker
from models.keys import Key, KeyKind
from models.reservations import Reservation
from resolvers import automats, organizations
from resolvers.handover.desks import hand_over, transfer
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.work import Work


async def out_of_order(work: Work, automat: Automat, *, but: int = 0) -> None:
    """Take the lockers of an automat out of use, but for the last ones."""
    found = await work.all(work.own(Locker).where(Locker.automat_id == automat.id))
    for locker in sorted(found, key=lambda one: one.index)[: len(found) - but]:
        await automats.update_locker(work, locker.id, out_of_order=True)


async def test_a_key_is_asked_for_at_the_other_automat(work: Work) -> None:
    home, near = await make_entity(work), await make_automat(work, "Near")
    key = await make_key(work, home)
    stay, _ = await push(work, home, starts_at=work.now + 5 * DAY)
    (held,) = await lockers_of(work, stay)
    far = await make_automat(work, "Far", PASILA)
    await out_of_order(work, near)

    await look_after(work, stay, at=held.sync_at)
    await look_after(work, stay, at=held.sync_at + MINUTE)

    assert (await now_of(work, held)).automat_id == far.id
    notices = await notices_of(work, key)
    assert [" of Near" in one for one in notices] == [True, False]
    assert " of Far" in notices[-1]


async def test_a_key_is_asked_for_at_the_other_locker(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, home)
    stay, _ = await push(work, home, starts_at=work.now + 5 * DAY)
    (held,) = await lockers_of(work, stay)
    await out_of_order(work, automat, but=1)

    await look_after(work, stay, at=held.sync_at)

    locker = await work.get(Locker, (await now_of(work, held)).locker_id)
    notices = await notices_of(work, key)
    assert [f"locker {locker.index} of" in one for one in notices] == [False, True]


async def test_a_key_that_lies_in_the_automat_is_not_asked_for(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, home, automat=automat)
    stay, _ = await push(work, home, days=60)
    _, back = await lockers_of(work, stay)
    await out_of_order(work, automat, but=1)

    await look_after(work, stay, at=back.sync_at)

    assert not [one for one in await notices_of(work, key) if one.startswith("Put ")]


async def fetched_here_first(work: Work, kind: KeyKind) -> tuple[Key, Automat, Reservation]:
    """Let a key be fetched next where it lies, and afterwards from an automat far away."""
    home, automat = await make_entity(work), await make_automat(work)
    far = await make_automat(work, "Far", PASILA)
    key = await make_key(work, home, kind=kind, rfid_tag="E2000A1B")
    later, _ = await push(work, home, starts_at=work.now + 9 * DAY, automat_id=far.id)
    await transfer(work, name(key), automat_id=automat.id)
    await push(work, home, starts_at=work.now + 4 * DAY, automat_id=automat.id)
    return key, automat, later


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_key_is_not_asked_for_that_somebody_fetches_where_it_came_back(
    work: Work, kind: KeyKind
) -> None:
    key, automat, _ = await fetched_here_first(work, kind)
    asked = [one for one in await notices_of(work, key) if one.startswith("Put ")]
    here = {"automat_id": automat.id, "locker_index": 0, "rfid_tag": key.rfid_tag}
    await key_fetched(work, **here, at=work.now)
    back = at(work, work.now + HOUR)

    await key_returned(back, **here, at=back.now)

    assert [one for one in await notices_of(back, key) if one.startswith("Put ")] == asked


@pytest.mark.parametrize("kind", KeyKind)
async def test_a_key_is_not_asked_for_anew_that_somebody_fetches_before(
    work: Work, kind: KeyKind
) -> None:
    sooner = {"default_sync_time": 7 * DAY}
    await organizations.update_unit(work, work.actor.organization_id, sooner)
    key, _, later = await fetched_here_first(work, kind)
    asked = await notices_of(work, key)
    (held,) = await lockers_of(work, later)
    await out_of_order(work, await work.get(Automat, held.automat_id), but=1)

    await look_after(work, later, at=held.sync_at)

    assert await notices_of(work, key) == asked


@pytest.mark.parametrize("change", ["entity", "key"])
async def test_another_key_of_a_changed_stay_is_asked_for(work: Work, change: str) -> None:
    home, other, desk = await make_entity(work), await make_entity(work), await make_desk(work)
    await make_automat(work)
    first = await make_key(work, home, desk=desk)
    another = await make_key(work, home, other, desk=desk)
    await push(work, home, external_id="stay", key_ids=[first.id])

    there = other if change == "entity" else home
    await push(work, there, external_id="stay", key_ids=[another.id])

    assert [one[:7] for one in await notices_of(work, another)] == ["Put the"]


async def test_the_key_that_stands_in_for_a_missing_one_is_asked_for(work: Work) -> None:
    home, desk = await make_entity(work), await make_desk(work)
    await make_automat(work)
    missing = await make_key(work, home, desk=desk)
    another = await make_key(work, home, desk=desk)
    stay, _ = await push(work, home)
    following, _ = await push(work, home, starts_at=stay.ends_at)
    await hand_over(at(work, stay.starts_at), [name(missing)])
    late = await look_after(work, stay, at=stay.ends_at)

    await look_after(late, following, at=late.now + HOUR)

    assert await keys_of(late, following) == [another]
    assert [one[:7] for one in await notices_of(late, another)] == ["Put the"]
