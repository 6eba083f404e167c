"""Many pushes in one call: what comes of them is what would come of one after the other."""

from batches import asked, pushed, refusal_of, reservation_of, said
from counting import statements_of
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from lives import at, fetch
from outcomes import events, everything, key_contract, locker_contract

from models.automats import AutomatModel
from models.contracts import KeyContractStatus
from models.database import Database
from models.errors import ErrorCode
from models.events import EventKind
from models.organizations import ContactDetails
from models.reservations import Change, ReservationStatus
from resolvers.work import Work

VEIKKO = ContactDetails("Veikko Korhonen")


async def test_what_a_row_frees_the_next_row_may_take(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, home)
    begin = work.now + DAY
    await push(work, home, external_id="first", starts_at=begin, days=5)
    shorter = asked(home, "first", starts_at=begin, lasts=2 * DAY)
    after = asked(home, "second", starts_at=begin + 3 * DAY)

    in_order = await pushed(work, shorter, after)

    assert said(in_order) == ["UPDATED", "CREATED"]
    assert reservation_of(in_order[1]).status is ReservationStatus.CONFIRMED


async def test_what_only_a_later_row_frees_is_still_taken(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    begin = work.now + DAY
    await push(work, home, external_id="first", starts_at=begin, days=5)
    shorter = asked(home, "first", starts_at=begin, lasts=2 * DAY)
    after = asked(home, "second", starts_at=begin + 3 * DAY)

    too_early = await pushed(work, after, shorter)

    assert said(too_early) == ["KEY_TAKEN", "UPDATED"]
    assert refusal_of(too_early[0]).free_from == begin + 5 * DAY


async def test_a_longer_stay_with_its_key_out_and_a_new_one_do_not_get_the_same_days(
    work: Work,
) -> None:
    home = await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, home, automat=automat)
    begin = work.now + HOUR
    stay, _ = await push(work, home, external_id="running", starts_at=begin)
    out = await fetch(work, await locker_contract(work, stay), at=begin)
    longer = asked(home, "running", starts_at=begin, lasts=4 * DAY)
    new = asked(home, "new", starts_at=begin + 3 * DAY)

    assert said(await pushed(out, longer, new)) == ["UPDATED", "KEY_TAKEN"]
    even_longer = asked(home, "running", starts_at=begin, lasts=9 * DAY)
    after = asked(home, "new", starts_at=begin + 5 * DAY)
    assert said(await pushed(out, after, even_longer)) == ["CREATED", "KEY_TAKEN"]
    assert (await key_contract(out, stay)).ends_at == begin + 4 * DAY


async def test_two_rows_of_one_reservation_are_done_in_their_order(work: Work) -> None:
    home, other = await make_entity(work), await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    await make_key(work, other)
    begin = work.now + DAY
    rows = [
        asked(home, "first", starts_at=begin, lasts=5 * DAY),
        asked(other, "other", starts_at=begin),
        asked(home, "first", starts_at=begin, lasts=2 * DAY),
        asked(home, "second", starts_at=begin + 3 * DAY),
        asked(home, "first", starts_at=begin, lasts=2 * DAY),
    ]

    done = await pushed(work, *rows)

    assert said(done) == ["CREATED", "CREATED", "UPDATED", "CREATED", "UNCHANGED"]
    assert done[2].changed == {Change.ENDS_AT}
    assert reservation_of(done[0]) is reservation_of(done[4])


async def test_a_refused_row_leaves_nothing_and_stops_nobody(work: Work) -> None:
    home, other = await make_entity(work), await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    await make_key(work, other)
    begin = work.now + DAY
    taken = asked(home, "taken", starts_at=begin + HOUR)
    late = asked(other, "late", starts_at=work.now - DAY)
    nobody = asked(other, "nobody", starts_at=begin, contacts=())
    good = [asked(home, "first", starts_at=begin), asked(other, "other", starts_at=begin)]

    done = await pushed(work, good[0], taken, late, nobody, good[1])

    assert said(done) == ["CREATED", "KEY_TAKEN", "STARTS_IN_PAST", "INVALID_INPUT", "CREATED"]
    before = await everything(work)
    assert said(await pushed(work, taken, late, nobody)) == [
        *("KEY_TAKEN", "STARTS_IN_PAST", "INVALID_INPUT")
    ]
    assert await everything(work) == before


async def test_all_that_waits_is_looked_at_again_together(database: Database, work: Work) -> None:
    homes = [await make_entity(work, external_id=f"home-{number}") for number in range(12)]
    await make_automat(work)
    begin = work.now + DAY
    rows = [asked(home, str(home.external_id), starts_at=begin) for home in homes]
    waiting = await pushed(work, *rows)
    assert {reservation_of(one).status for one in waiting} == {ReservationStatus.UNFULFILLED}
    before = await everything(work)
    counts = []

    for count in (2, 12):
        with statements_of(database) as seen:
            again = await pushed(work, *rows[:count])
        counts.append(len(seen))
        assert set(said(again)) == {"UNCHANGED"}
    assert counts[1] <= counts[0]
    assert await everything(work) == before
    for home in homes:
        await make_key(work, home)
    fulfilled = await pushed(work, *rows)

    assert set(said(fulfilled)) == {"UPDATED"}
    assert {one.changed for one in fulfilled} == {frozenset({Change.STATUS})}
    assert {reservation_of(one).status for one in fulfilled} == {ReservationStatus.CONFIRMED}


async def test_what_is_over_is_not_looked_at_again(work: Work) -> None:
    home = await make_entity(work)
    await make_key(work, home)
    begin = work.now + DAY
    row = asked(home, "stay", starts_at=begin)
    await pushed(work, row)
    await make_automat(work)

    afterwards = at(work, begin + 2 * DAY)
    (over,) = await pushed(afterwards, row)
    (lasting,) = await pushed(at(work, begin + DAY), row)

    assert said([over, lasting]) == ["UNCHANGED", "UPDATED"]


async def test_other_contacts_of_what_waits_are_kept_without_a_new_decision(work: Work) -> None:
    home = await make_entity(work)
    await make_key(work, home)
    begin = work.now + DAY
    await pushed(work, asked(home, "stay", starts_at=begin))
    decisions = len((await everything(work))["automat_selections"])

    (renamed,) = await pushed(work, asked(home, "stay", starts_at=begin, contacts=[VEIKKO]))

    assert (said([renamed]), renamed.changed) == (["UPDATED"], {Change.CONTACTS})
    assert reservation_of(renamed).unfulfilled_reason is ErrorCode.NO_SUITABLE_AUTOMAT
    assert len((await everything(work))["automat_selections"]) == decisions
    await make_automat(work)
    (found,) = await pushed(work, asked(home, "stay", starts_at=begin))
    assert found.changed == {Change.CONTACTS, Change.STATUS}
    (told,) = (await events(work, EventKind.RESERVATION_UPDATED))[-1:]
    assert told.facts["changed"] == ["contacts", "status"]


async def test_a_change_for_which_something_is_missing_says_so(work: Work) -> None:
    home, other = await make_entity(work), await make_entity(work)
    await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    await make_key(work, home)
    await make_key(work, other)
    begin = work.now + DAY
    rows = [
        asked(home, "first", starts_at=begin),
        asked(other, "second", starts_at=begin + 2 * DAY),
        asked(home, "first", starts_at=begin, lasts=3 * DAY),
    ]

    first, second, longer = await pushed(work, *rows)

    assert said([first, second, longer]) == ["CREATED", "CREATED", "UPDATED"]
    assert longer.changed == {Change.ENDS_AT, Change.STATUS}
    stay = reservation_of(longer)
    assert stay.status is ReservationStatus.UNFULFILLED
    assert stay.unfulfilled_free_from == begin + 4 * DAY
    assert str(stay.unfulfilled_free_from.isoformat()) in str(stay.unfulfilled_message)
    assert (await key_contract(work, stay)).status is KeyContractStatus.CANCELLED
