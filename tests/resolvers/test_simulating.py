"""Which automats of an organization are simulated, with whose credentials, and with which keys."""

from uuid import UUID

import pytest
from factories import MARKET_SQUARE, make_automat, make_entity, make_key
from outsides import BROKER, SECRET

from models.accounts import Actor, Role
from models.automat_links import AutomatLink
from models.automats import AutomatModel, AutomatState
from models.errors import NotAllowed
from resolvers.automat_links import credentials, revoking, simulating
from resolvers.automat_links.simulating import Simulated
from resolvers.work import Work


async def prepare(work: Work, *known: UUID, at_most: int | None = None) -> list[Simulated]:
    return await simulating.prepare(work, SECRET, BROKER, known=known, at_most=at_most)


async def works_with(work: Work, link_id: UUID) -> None:
    """Let an automat have been heard of by its credentials."""
    (await work.get(AutomatLink, link_id)).activated_at = work.now
    await work.save()


async def test_an_automat_without_credentials_gets_some(work: Work) -> None:
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)

    (one,) = await prepare(work)

    assert (one.device_id, one.lockers, one.link_id) == (automat.device_id, 1, None)
    assert one.issued is not None
    assert [link.id for link in await revoking.good(work, automat.id)] == [one.issued.link_id]


async def test_credentials_that_the_simulator_has_are_good_enough(work: Work) -> None:
    await make_automat(work)
    (first,) = await prepare(work)
    assert first.issued is not None

    (second,) = await prepare(work, first.issued.link_id)

    assert (second.link_id, second.issued) == (first.issued.link_id, None)


async def test_an_automat_that_works_with_other_credentials_is_left_alone(work: Work) -> None:
    automat = await make_automat(work)
    elsewhere = await credentials.issue(work, automat, SECRET, BROKER)
    await works_with(work, elsewhere.link_id)

    assert await prepare(work) == []
    assert [link.id for link in await revoking.good(work, automat.id)] == [elsewhere.link_id]


async def test_credentials_that_nobody_has_used_are_replaced(work: Work) -> None:
    automat = await make_automat(work)
    unused = await credentials.issue(work, automat, SECRET, BROKER)

    (one,) = await prepare(work)

    assert one.issued is not None
    assert one.issued.link_id != unused.link_id


async def test_credentials_that_were_taken_back_are_replaced(work: Work) -> None:
    automat = await make_automat(work)
    (first,) = await prepare(work)
    assert first.issued is not None
    await revoking.revoke(work, automat.id)

    (second,) = await prepare(work, first.issued.link_id)

    assert second.issued is not None


async def test_an_automat_that_is_uninstalled_is_not_simulated(work: Work) -> None:
    automat = await make_automat(work)
    automat.state = AutomatState.UNINSTALLED
    await work.save()

    assert await prepare(work) == []


async def test_the_first_ones_by_their_device_ids_are_chosen(work: Work) -> None:
    for device_id in ("000003", "000001", "000002"):
        await make_automat(work, device_id=device_id)

    chosen = await prepare(work, at_most=2)

    assert [one.device_id for one in chosen] == ["000001", "000002"]


async def test_lockers_hold_the_keys_that_lie_there(work: Work) -> None:
    apartment = await make_entity(work, MARKET_SQUARE)
    automat, other = await make_automat(work), await make_automat(work)
    await make_key(work, apartment, automat=automat, rfid_tag="04a1b2c3")
    await make_key(work, apartment, automat=automat)
    await make_key(work, apartment, automat=other, rfid_tag="04ffffff")

    first, second = sorted(await prepare(work), key=lambda one: len(one.contents), reverse=True)

    assert first.contents == {0: "04a1b2c3", 1: None}
    assert second.contents == {0: "04ffffff"}


async def test_who_may_not_change_automats_may_not_simulate_them(work: Work) -> None:
    work.actor = Actor(work.actor.organization_id, Role.PARTNER)

    with pytest.raises(NotAllowed):
        await prepare(work)
