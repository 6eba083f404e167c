"""Heartbeats that come again: whoever runs the broker may send an old one once more."""

import pytest
from factories import HOUR
from inboxes import SECOND, Cabinet, make_cabinet

from models.automats import Automat
from resolvers.automat_reports import presence
from resolvers.automat_reports.presence import Said
from resolvers.work import Work


@pytest.fixture
async def cabinet(work: Work) -> Cabinet:
    return await make_cabinet(work)


async def automat_of(cabinet: Cabinet) -> Automat:
    return await cabinet.stay.work.get(Automat, cabinet.automat_id)


async def test_a_heartbeat_that_is_sent_once_more_is_no_sign_of_life(cabinet: Cabinet) -> None:
    begins = cabinet.stay.begins
    first, second = ({"at": begins + number * SECOND, "told_at": begins} for number in (0, 30))
    for said in (first, second):
        await cabinet.beats(begins + 30 * SECOND, **said)

    for said in (first, second):
        await cabinet.beats(begins + HOUR, **said, number=7, firmware="forged")

    link = cabinet.link
    assert (await automat_of(cabinet)).last_seen_at == begins + 30 * SECOND
    assert (link.last_number, link.firmware, link.state_at) == (0, None, second["at"])
    assert link.clock_ahead == 0 * SECOND


@pytest.mark.parametrize(
    ("told", "at", "is_newest"),
    [(0, 31, True), (1, -HOUR.total_seconds(), True), (0, 29, False), (None, 60, False)],
    ids=["later by its clock", "told since, and set back", "earlier", "told nothing"],
)
async def test_heartbeats_go_by_what_was_told_and_then_by_the_clock(
    cabinet: Cabinet, told: int | None, at: float, *, is_newest: bool
) -> None:
    begins, link = cabinet.stay.begins, cabinet.link
    first = Said(at=begins + 30 * SECOND, number=0, told_at=begins)
    told_at = None if told is None else begins + told * SECOND
    following = Said(at=begins + at * SECOND, number=0, told_at=told_at)

    heard = [
        await presence.state_heard(cabinet.at(begins + 90 * SECOND), link, said)
        for said in (first, following, following)
    ]

    assert heard == [True, is_newest, is_newest]
