"""Two keys that come to one locker at the same moment: the one that was heard last lies there."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from factories import HOUR, NOON, make_automat, make_desk, make_entity, make_key
from racing import at_once, by_itself

from models.accounts import Actor
from models.automats import Automat
from models.custody import CustodyEntry, CustodyKind
from models.database import Database
from models.keys import Key
from resolvers import organizations
from resolvers.handover.lockers import Heard, key_returned
from resolvers.work import Work

ROUNDS = 20
SECOND = timedelta(seconds=1)


@pytest.fixture
async def owner(database: Database) -> Actor:
    """Found an organization that stays."""
    owner = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, owner, NOON), name="Kotikatu")
    return owner


async def prepared(work: Work) -> Automat:
    """Make an automat, and two keys with tags at a desk."""
    desk, home, automat = await make_desk(work), await make_entity(work), await make_automat(work)
    for tag in ("one", "other"):
        await make_key(work, home, desk=desk, rfid_tag=f"{tag.encode().hex()}{automat.id.hex}")
    return automat


async def test_two_keys_that_come_to_one_locker_at_once_are_both_believed(
    database: Database, owner: Actor
) -> None:
    for _ in range(ROUNDS):
        automat = await by_itself(database, owner, prepared)

        one, other = comes(automat, "one", NOON), comes(automat, "other", NOON + SECOND)

        answers = await at_once(database, owner, one, other, at=NOON + HOUR)

        assert all(isinstance(one, Heard) for one in answers)
        inside, kinds = await by_itself(database, owner, partial(seen, automat=automat))
        assert len(inside) == 1
        assert kinds.count(CustodyKind.MISSED) == 1


async def test_a_key_that_came_by_a_clock_ahead_of_ours_makes_way_for_the_next(
    database: Database, owner: Actor
) -> None:
    automat = await by_itself(database, owner, prepared)
    now, ahead = NOON + HOUR, NOON + HOUR + SECOND
    await by_itself(database, owner, comes(automat, "one", ahead), at=ahead)

    heard = await by_itself(database, owner, comes(automat, "other", now), at=now)

    assert isinstance(heard, Heard)
    inside, kinds = await by_itself(database, owner, partial(seen, automat=automat))
    assert [key.id for key in inside] == [heard.key.id if heard.key else None]
    assert kinds.count(CustodyKind.MISSED) == 1


def comes(automat: Automat, tag: str, at: datetime) -> Any:
    """Let an automat say that a key was put into a certain locker."""
    given = {"rfid_tag": f"{tag.encode().hex()}{automat.id.hex}", "at": at}
    return partial(key_returned, automat_id=automat.id, locker_index=3, **given)


async def seen(work: Work, automat: Automat) -> tuple[list[Key], list[CustodyKind]]:
    """List the keys in an automat, and what was written down of those that were."""
    inside = await work.all(work.own(Key).where(Key.automat_id == automat.id))
    entries = work.own(CustodyEntry).join(Key, Key.id == CustodyEntry.key_id)
    of_both = await work.all(entries.where(Key.rfid_tag.endswith(automat.id.hex)))
    return list(inside), [one.kind for one in of_both]
