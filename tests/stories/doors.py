"""Nobody stands before a closed door, or opens one behind which a key of somebody else lies."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from stories.always import LIVE
from stories.eye import Row
from stories.truth import TrueKey

if TYPE_CHECKING:
    from stories.machine import Stays

TO_FETCH = """
    select c.*, a.key_id as promised_key_id, a.id as allocation_id, l."index" as locker_index,
      k.reservation_id
    from key_allocations a
      join key_contracts k on k.id = a.key_contract_id
      join locker_contracts c on c.key_contract_id = k.id
        and (c.key_id = a.key_id or c.key_id is null)
        and c.kind <> 'return' and c.state in ('planned', 'syncing', 'ready', 'failed')
      left join lockers l on l.id = c.locker_id
    where a.organization_id = :owner and a.live and a.fetched_at is null
      and k.starts_at <= :now and (k.ends_at is null or k.ends_at > :now)
    order by c.id
"""
NOTHING_TO_OPEN = """
    select a.id, a.key_id, a.key_contract_id
    from key_allocations a join key_contracts k on k.id = a.key_contract_id
      join keys on keys.id = a.key_id
    where a.organization_id = :owner and a.live and a.fetched_at is null
      and k.starts_at <= :now and (k.ends_at is null or k.ends_at > :now)
      and keys.automat_id is not null
      and exists (select 1 from locker_contracts c where c.key_contract_id = k.id)
      and not exists (select 1 from locker_contracts c where c.key_contract_id = k.id
        and (c.key_id = a.key_id or c.key_id is null) and c.kind <> 'return'
        and c.state in ('planned', 'syncing', 'ready', 'failed'))
"""


def problems_at_doors(stage: "Stays") -> Iterator[str]:
    """Look at each stay whose key may be fetched now: what happens when the guest comes?"""
    for row in stage.rows(TO_FETCH):
        key = next(key for key in stage.truth.keys if key.id == row["promised_key_id"])
        yield from _problem(stage, row, key)
    for row in stage.rows(NOTHING_TO_OPEN):
        if not stage.trail.told_of(row["key_id"], row["key_contract_id"]):
            yield f"key {row['key_id']} lies in an automat, and its guest cannot open any locker"


def _problem(stage: "Stays", row: Row, key: TrueKey) -> Iterator[str]:
    told = stage.trail.told_of(row["id"], row["key_contract_id"], key.id)
    if row["state"] == "failed":
        if not told:
            yield f"locker contract {row['id']} has no locker, and nobody was told"
        yield from _could_have_one(stage, row, key)
        return
    automat = stage.world.automats.index(row["automat_id"])
    inside = stage.truth.inside(automat, row["locker_index"])
    lies_here = key.place[:2] == ("locker", automat)
    if row["key_id"] is None and inside is not None and inside.electromechanical:
        return  # it will do
    if lies_here and inside is not key:
        yield f"key {key.number} lies in {key.place}, and its guest opens {row['locker_index']}"
    if not lies_here and not told:
        yield f"key {key.number} is {key.place}, its guest opens automat {automat}, nobody was told"


def _could_have_one(stage: "Stays", row: Row, key: TrueKey) -> Iterator[str]:
    """See that a contract without a locker could not have that in which its key lies."""
    if key.place[0] != "locker":
        return
    locker_id: UUID = stage.locker_ids[int(key.place[1]), int(key.place[2])]
    others = stage.rows(
        f"select id from locker_contracts where locker_id = :locker and state in {LIVE} "
        "and starts_at <= :now and (ends_at is null or ends_at > :now)",
        locker=locker_id,
    )
    if not others:
        yield f"key {key.number} lies in a locker that nobody holds, and its guest has none"
