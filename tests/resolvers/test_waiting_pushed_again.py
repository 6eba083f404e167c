"""What waits and is pushed again as it is, or with other contacts, after others took its key."""

import pytest
from factories import AINO, DAY, make_automat, make_entity, make_key, push
from outcomes import everything

from models.organizations import ContactDetails
from models.reservations import ReservationStatus, UpsertOutcome
from resolvers import reservations
from resolvers.work import Work


@pytest.mark.parametrize("name", [AINO.name, "Veikko Korhonen"])
async def test_what_waits_is_not_refused_for_a_look(work: Work, name: str) -> None:
    home = await make_entity(work)
    await make_key(work, home)
    begin = work.now + DAY
    await push(work, home, external_id="waits", starts_at=begin)
    await make_automat(work)
    await push(work, home, external_id="was quicker", starts_at=begin)
    before = await everything(work)
    contact = AINO if name == AINO.name else ContactDetails(name)

    stay, outcome = await push(work, home, external_id="waits", starts_at=begin, contacts=[contact])

    assert stay.status is ReservationStatus.UNFULFILLED
    assert [one.name for one in await reservations.contacts_of(work, stay.id)] == [name]
    is_same = name == AINO.name
    assert outcome is (UpsertOutcome.UNCHANGED if is_same else UpsertOutcome.UPDATED)
    assert (await everything(work) == before) is is_same
